import { type Clock, wallClock } from '../cluster/clock.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { appliedObjects } from '../domain/diagnosis/applied-objects.ts';
import type { Diagnosis, PodProblem, WorkloadProblem } from '../domain/diagnosis/diagnosis.ts';
import { eventGroups, type WarningEvent } from '../domain/diagnosis/event-groups.ts';
import { resourceId, resourceProblems } from '../domain/diagnosis/resource-problems.ts';
import type { Failure } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { failureOf } from './call.ts';
import { type DiagnoseClient, DiagnoseContext } from './diagnose-context.ts';
import { engineNamespaces, engineTrouble } from './diagnose-engine.ts';
import { helmReleaseObjects } from './diagnose-helm.ts';
import { ENGINE_RESOURCES } from './diagnose-resources.ts';
import { type Applied, diagnoseNamespace } from './diagnose-workloads.ts';

export interface DiagnoseOptions {
  /** Only these and what they wait for. Default: all that is not Ready. */
  readonly targets?: readonly ObjectId[];
  /** Look at what Ready resources have applied too: without health checks a resource is Ready whatever its pods do. Default false. */
  readonly everything?: boolean;
  /** Only resources that lie there. Default: all namespaces. */
  readonly namespace?: string | undefined;
  /** Only this engine's. Default: those that the cluster has. */
  readonly engine?: 'flux' | 'argocd' | undefined;
  /** Default 15,000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export const DIAGNOSE_DEADLINE_MS = 15_000;
const RECENT_MS = 5 * 60_000;

/**
 * Looks for what is wrong in the cluster, best effort: what may not be read is noted and passed over, and when time is up, what has been
 * found by then is the answer. Never rejects; an unreachable cluster is in `unreachable`. Reads only, and no Secret ever.
 */
export async function diagnose(client: DiagnoseClient, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const clock = options.clock ?? wallClock;
  const overdue = new AbortController();
  const cancel = clock.schedule(() => overdue.abort(), options.deadlineMs ?? DIAGNOSE_DEADLINE_MS);
  const signal = options.signal === undefined ? overdue.signal : AbortSignal.any([overdue.signal, options.signal]);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const context = new DiagnoseContext(client, signal, () => clock.now());
  const found: Found = { objects: [], enginePods: [], workloads: [], recentEvents: [], engineEvents: [] };
  try {
    await Promise.race([look(context, found, options), ended]);
  } finally {
    cancel();
  }
  const { problems, cycles } = resourceProblems(found.objects, asSet(options.targets));
  const recent = found.recentEvents.filter(({ lastAt }) => lastAt >= context.serverTime.now() - RECENT_MS);
  const order = new Map(problems.map(({ id }, index) => [id, index]));
  return {
    server: client.server,
    resources: problems,
    cycles,
    workloads: inOrder(found.workloads, order),
    enginePods: found.enginePods,
    events: eventGroups(distinct([...found.engineEvents, ...recent])),
    skipped: context.skipped,
    complete: !signal.aborted,
    resourceCount: found.objects.length,
    ...(found.unreachable === undefined ? {} : { unreachable: found.unreachable }),
  };
}

/** Filled as answers come, so that it can be told at any time. */
interface Found {
  objects: readonly KubeObject[];
  readonly enginePods: PodProblem[];
  readonly workloads: WorkloadProblem[];
  readonly recentEvents: WarningEvent[];
  readonly engineEvents: WarningEvent[];
  unreachable?: Failure;
}

async function look(context: DiagnoseContext, found: Found, options: DiagnoseOptions): Promise<void> {
  let served: readonly ServedResource[];
  try {
    served = (await context.client.discover(ENGINE_RESOURCES)).filter((resource) => isOf(resource, options.engine));
  } catch (error) {
    if (!context.signal.aborted) found.unreachable = failureOf(error);
    return;
  }
  const time = context.askForTime();
  const lookAtEngine = engineNamespaces(context, served, options.namespace).then((namespaces) =>
    Promise.all(
      namespaces.map(async (namespace) => {
        const { pods, events } = await engineTrouble(context, namespace);
        found.enginePods.push(...pods);
        found.engineEvents.push(...events);
      }),
    ),
  );
  found.objects = (
    await Promise.all(served.map((resource) => context.list(resource, { namespace: options.namespace })))
  ).flat();
  const chosen = objectsToFollow(found.objects, options);
  const applied = (await Promise.all(chosen.map((object) => appliedBy(context, object)))).flat();
  const byNamespace = Map.groupBy(
    applied.filter(({ namespace }) => namespace !== ''),
    ({ namespace }) => namespace,
  );
  // Events about the resource itself lie where it lies.
  for (const { metadata, kind } of chosen) {
    const namespace = metadata.namespace ?? '';
    const by = `${kind}/${namespace}/${metadata.name}`;
    byNamespace.set(namespace, [
      ...(byNamespace.get(namespace) ?? []),
      { by, kind, name: metadata.name, namespace, group: 'engine' },
    ]);
  }
  await Promise.all([
    time,
    lookAtEngine,
    ...[...byNamespace].map(async ([namespace, objects]) => {
      const { workloads, events } = await diagnoseNamespace(context, namespace, objects);
      found.workloads.push(...workloads);
      found.recentEvents.push(...events);
    }),
  ]);
}

/** The resources whose inventories are followed to workloads. */
function objectsToFollow(
  objects: readonly KubeObject[],
  { targets, everything }: DiagnoseOptions,
): readonly KubeObject[] {
  if (everything === true && targets === undefined) return objects;
  const { problems } = resourceProblems(objects, asSet(targets));
  const wanted = new Set([...problems.map(({ id }) => id), ...below(objects, targets ?? [])]);
  return objects.filter((object) => wanted.has(resourceId(object)));
}

/** The targets and all resources that they have applied, those have applied, and so on. */
function below(objects: readonly KubeObject[], targets: readonly ObjectId[]): ReadonlySet<ObjectId> {
  const byId = new Map(objects.map((object) => [resourceId(object), object]));
  const seen = new Set(targets);
  for (const id of seen) {
    const object = byId.get(id);
    if (object === undefined) continue;
    for (const { kind, namespace, name } of appliedObjects(object)) {
      const child = `${kind}/${namespace}/${name}`;
      if (byId.has(child)) seen.add(child);
    }
  }
  return seen;
}

async function appliedBy(context: DiagnoseContext, object: KubeObject): Promise<readonly Applied[]> {
  const by = resourceId(object);
  const listed = appliedObjects(object);
  const all = listed.length === 0 && object.kind === 'HelmRelease' ? await helmReleaseObjects(context, object) : listed;
  return all.map((identity) => ({ ...identity, by }));
}

function isOf({ group }: ServedResource, engine: DiagnoseOptions['engine']): boolean {
  return engine === undefined || (engine === 'argocd') === (group === 'argoproj.io');
}

function inOrder(workloads: readonly WorkloadProblem[], order: ReadonlyMap<ObjectId, number>): WorkloadProblem[] {
  const rank = ({ appliedBy: id }: WorkloadProblem): number => order.get(id) ?? order.size;
  const name = ({ namespace, kind, name: own }: WorkloadProblem): string => `${namespace}/${kind}/${own}`;
  return [...workloads].sort((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1));
}

function distinct(events: readonly WarningEvent[]): readonly WarningEvent[] {
  return [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
}

function asSet(targets: readonly ObjectId[] | undefined): ReadonlySet<ObjectId> | undefined {
  return targets === undefined ? undefined : new Set(targets);
}

/** The resources that `name` may mean: `apps`, `flux-system/apps` or `Kustomization/flux-system/apps`. */
export function idsNamed(ids: readonly ObjectId[], name: string): readonly ObjectId[] {
  return ids.filter((id) => {
    const { namespace, name: own } = parseObjectId(id);
    return id === name || `${namespace}/${own}` === name || own === name;
  });
}
