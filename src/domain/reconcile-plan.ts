import { isApplicationSource } from './argo/application-source.ts';
import { dependencyOrder } from './dependency-order.ts';
import { isOwnArtifacts } from './isolation/application-marks.ts';
import { readSource } from './isolation/isolated-source.ts';
import { resumeCommand, SUSPENDED, suspendedProblem } from './suspended-problem.ts';
import {
  type Definitions,
  type GeneratorDefinition,
  type ObjectId,
  objectId,
  type TargetDefinition,
} from './target.ts';

/** What one `reconcile` asks for. Plain data. */
export interface ReconcilePlan {
  readonly sources: readonly PlannedSource[];
  readonly targets: readonly PlannedReconcile[];
}

export interface PlannedSource {
  readonly id: ObjectId;
  /** ArtifactGenerators that are asked once it has answered. */
  readonly generators: readonly ObjectId[];
}

export interface PlannedReconcile {
  readonly id: ObjectId;
  /** The source it reads. */
  readonly reads: ObjectId;
  /** The source whose answer brings its revision; undefined: nobody can be asked for it, and `revision` is the one it has. */
  readonly via: ObjectId | undefined;
  readonly revision: string | undefined;
  /** Targets of the plan that have to be Ready before it, and those that wait for it. */
  readonly awaits: readonly ObjectId[];
  readonly awaitedBy: readonly ObjectId[];
  /** Asked like the others, and waited for by nobody. */
  readonly excluded: boolean;
  /** Why it cannot become Ready, known before anything is asked. */
  readonly problem?: { readonly reason: string; readonly message: string };
}

/**
 * The targets of `selected` with their sources. Targets that wait for each other in a ring are returned as such: nothing of a plan with
 * them could end well. `revisionOf`: the revision a source has now; `isReady`: whether a target is Ready now, at whatever.
 */
export function reconcilePlan(input: {
  readonly definitions: Definitions;
  readonly selected: readonly ObjectId[];
  readonly excluded: ReadonlySet<ObjectId>;
  readonly revisionOf: (source: ObjectId) => string | undefined;
  readonly isReady: (target: ObjectId) => boolean;
}): { readonly plan: ReconcilePlan } | { readonly cycles: readonly (readonly ObjectId[])[] } {
  const { definitions, excluded } = input;
  const byId = new Map(definitions.targets.map((target) => [target.id, target]));
  const dependenciesOf = (id: ObjectId): readonly ObjectId[] => byId.get(id)?.dependsOn ?? [];
  const { cycles } = dependencyOrder(
    withDependencies(
      input.selected.filter((id) => !excluded.has(id)),
      dependenciesOf,
    ),
    dependenciesOf,
  );
  if (cycles.length > 0) return { cycles };
  const { order } = dependencyOrder(input.selected, dependenciesOf);
  const planned = order.flatMap((id) => byId.get(id) ?? []).map((target) => plannedTarget(target, input));
  const going = new Set(planned.filter(({ problem }) => problem?.reason !== SUSPENDED).map(({ id }) => id));
  const awaits = new Map(
    planned.map(({ id }) => [id, [...new Set(dependenciesOf(id))].filter((other) => going.has(other) && other !== id)]),
  );
  const awaitedBy = new Map<ObjectId, ObjectId[]>();
  for (const [id, others] of awaits) {
    for (const other of others) awaitedBy.set(other, [...(awaitedBy.get(other) ?? []), id]);
  }
  const targets = planned.map((target) => ({
    ...target,
    awaits: awaits.get(target.id) ?? [],
    awaitedBy: awaitedBy.get(target.id) ?? [],
  }));
  return { plan: { sources: plannedSources(targets, definitions), targets } };
}

type Unordered = Omit<PlannedReconcile, 'awaits' | 'awaitedBy'>;

function withDependencies(ids: readonly ObjectId[], dependenciesOf: (id: ObjectId) => readonly ObjectId[]): ObjectId[] {
  const all = new Set(ids);
  for (const id of all) for (const dependency of dependenciesOf(id)) all.add(dependency);
  return [...all];
}

function plannedTarget(
  target: TargetDefinition,
  { definitions, excluded, revisionOf, isReady }: Parameters<typeof reconcilePlan>[0],
): Unordered {
  const reads = readSource(target);
  const via = askedFor(reads, definitions);
  const problem = problemOf(target, reads, via, definitions) ?? dependencyProblem(target, definitions, isReady);
  return {
    id: target.id,
    reads,
    via,
    revision: revisionOf(reads),
    excluded: excluded.has(target.id),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** One that is suspended and not Ready will not become so by waiting. */
function dependencyProblem(
  { dependsOn }: TargetDefinition,
  { targets }: Definitions,
  isReady: (id: ObjectId) => boolean,
): PlannedReconcile['problem'] {
  const stuck = targets.find(({ id, suspended }) => suspended && dependsOn.includes(id) && !isReady(id));
  if (stuck === undefined) return undefined;
  return {
    reason: 'DependencySuspended',
    message: `it depends on ${stuck.id}, which is suspended and not Ready: resume that first (${resumeCommand(stuck)})`,
  };
}

function suspendedApplication({ application }: TargetDefinition): string {
  return application?.automated === true
    ? 'argocd.argoproj.io/skip-reconcile is set: Argo CD leaves it alone until that is taken off'
    : 'it has no automated sync: it waits until somebody syncs it; --sync has it synced';
}

/** The source itself, or for a composed artifact the first of the sources it is composed of; none that Applications name, which they resolve themselves. */
function askedFor(reads: ObjectId, definitions: Definitions): ObjectId | undefined {
  if (isApplicationSource(reads)) return undefined;
  if (!reads.startsWith('ExternalArtifact/')) return reads;
  return generatorOf(reads, definitions)?.sources[0]?.source;
}

function generatorOf(artifact: ObjectId, { generators }: Definitions): GeneratorDefinition | undefined {
  return generators.find(({ namespace, artifacts }) =>
    artifacts.some(({ name }) => objectId('ExternalArtifact', namespace, name) === artifact),
  );
}

function problemOf(
  target: TargetDefinition,
  reads: ObjectId,
  via: ObjectId | undefined,
  { sources }: Definitions,
): PlannedReconcile['problem'] {
  const { namespace } = target;
  if (target.suspended && target.kind === 'Application')
    return { reason: SUSPENDED, message: suspendedApplication(target) };
  if (target.suspended) return suspendedProblem(target);
  // What a session has moved an Application to is no source of its own.
  const isNamed = (id: ObjectId): boolean => isOwnArtifacts(id) || sources.some((source) => source.id === id);
  const missing = [reads, via].find((id) => id !== undefined && !isNamed(id));
  if (missing !== undefined) {
    const elsewhere = missing.split('/')[1] === namespace ? '' : ' (in another namespace than its own)';
    return { reason: 'SourceNotFound', message: `its source ${missing}${elsewhere} is not there, or may not be read` };
  }
  const suspended = sources.find((source) => (source.id === reads || source.id === via) && source.suspended);
  if (suspended === undefined) return undefined;
  return {
    reason: 'SourceSuspended',
    message: `its source ${suspended.id} is suspended: nothing is fetched until it is resumed (flux resume source)`,
  };
}

/** Every source that a target waits for; all sources of a generator, which goes with the first of them. */
function plannedSources(targets: readonly PlannedReconcile[], definitions: Definitions): PlannedSource[] {
  const generators = new Map<ObjectId, Set<ObjectId>>();
  for (const { reads, via, problem } of targets) {
    if (via === undefined || problem !== undefined) continue;
    const own = generators.get(via) ?? new Set();
    generators.set(via, own);
    const generator = via === reads ? undefined : generatorOf(reads, definitions);
    if (generator === undefined) continue;
    own.add(generator.id);
    for (const { source } of generator.sources) if (!generators.has(source)) generators.set(source, new Set());
  }
  return [...generators].map(([id, own]) => ({ id, generators: [...own] }));
}
