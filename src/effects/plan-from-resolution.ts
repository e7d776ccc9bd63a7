import type { AnyMachineSnapshot } from 'xstate';
import { readSource } from '../domain/isolation/isolated-source.ts';
import type { FileDecision, HeldTarget, Resolution } from '../domain/resolution.ts';
import { type Definitions, type GeneratorDefinition, type ObjectId, objectId } from '../domain/target.ts';
import type { Outcome } from '../engine/engine.ts';
import { targetMachineId } from '../machines/messages.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { DecisionSummary, Plan, PlannedTarget } from '../machines/watch-context.ts';
import type { ReturningChild } from './children-to-return.ts';
import { ALL_SHARED, type ChooseSource } from './isolation-choice.ts';
import { keptFromParents, plannedRoutes, type RoutedTarget } from './planned-routes.ts';

/** The event log holds so many decisions of a batch; a checkout of 5,000 files is counted, not listed. */
const DECISIONS_LOGGED_MAX = 50;

export interface PlanningInput {
  readonly resolution: Resolution;
  readonly definitions: Definitions;
  readonly fedSource: ObjectId;
  readonly machines: ReadonlyMap<string, AnyMachineSnapshot>;
  /** Why nothing may be sent (a dry run), in words. */
  readonly sendNothing: string | undefined;
  /** Why the shared source cannot be pushed from here, in words. */
  readonly notPushable?: string | undefined;
  /** Default: everything goes by the shared source. */
  readonly choose?: ChooseSource;
  /** Targets that are put back, or not isolated yet, and whose parents go after them. */
  readonly returning?: readonly ReturningChild[];
}

/** What a resolution means for the machines: the outcome of the effect `resolveTargets`. Pure. */
export function planFromResolution(input: PlanningInput): Outcome {
  const { resolution, definitions, fedSource, machines, sendNothing, choose = ALL_SHARED } = input;
  // Without a push of the shared source, a target that is put back would go back to an older state.
  const kept = keptFromParents(input.returning ?? [], resolution, choose);
  const returning = input.notPushable === undefined ? kept : [];
  const routes = plannedRoutes(resolution, choose, returning);
  const { held } = routes;
  const decisions = summaries(resolution.decisions);
  const common = {
    decisions,
    decided: resolution.decisions.length,
    bystanders: resolution.bystanders,
    released: releasedTargets(machines, new Set(held.map(({ id }) => id))),
    warnings: resolution.warnings ?? [],
  };
  const isShared = ({ choice }: RoutedTarget): boolean => choice.by !== 'own';
  const blocked = sendNothing ?? (routes.going.every(isShared) ? input.notPushable : undefined);
  if (blocked !== undefined) {
    return {
      ...common,
      type: 'NothingToDo',
      reason: blocked,
      held: newlyHeld(held, machines),
      wouldAsk: resolution.affected.map(({ id, rule, because }) => ({ id, rule, because })),
      full: resolution.full,
    };
  }
  const notSent = input.notPushable === undefined ? [] : routes.going.filter(isShared);
  const going = routes.going.filter((target) => !notSent.includes(target));
  const heldFull = resolution.full !== undefined && routes.sharedWaits ? { heldFull: resolution.full } : {};
  if (going.length === 0) {
    return {
      ...common,
      type: 'NothingToDo',
      reason: nothingReason(resolution, held),
      held: newlyHeld(held, machines),
      suspended: resolution.suspended,
      ...heldFull,
    };
  }
  const push = going.some(isShared);
  const affected = new Set(going.map(({ target }) => target.id));
  const plan: Plan = {
    source: fedSource,
    contentDigest: resolution.contentDigest,
    generators: generatorsBetween(definitions, fedSource, affected),
    targets: plannedTargets(going, definitions, returning, fedSource),
    held: newlyHeld(held, machines),
    suspended: resolution.suspended,
    bystanders: push ? bystandersOf(resolution, definitions, affected) : 0,
    pruneRisk: undefined,
    released: common.released.filter((id) => !affected.has(id) || !isHeld(machines, id)),
    ...(push ? unseenBy(definitions, machines) : { push }),
  };
  const warnings = [
    ...common.warnings,
    ...notSent.map(notSentWarning(input)),
    ...ignoredEdits({ ...input, returning: kept }),
  ];
  const outcome = { ...common, warnings, plan };
  return resolution.full === undefined
    ? { ...outcome, type: 'TargetsResolved', reason: resolution.affected[0]?.rule ?? 'closure' }
    : {
        ...outcome,
        ...heldFull,
        type: 'TargetsUncertain',
        full: resolution.full,
        reason: `${resolution.full.reason}: ${resolution.full.detail}`,
      };
}

function notSentWarning({ notPushable = '' }: PlanningInput): (target: RoutedTarget) => string {
  return ({ target, choice }) => {
    const because = choice.by === 'shared' && choice.because !== '' ? `${choice.because}; ` : '';
    return `${target.id} is not reconciled: ${because}${notPushable}`;
  };
}

function ignoredEdits({ notPushable, returning = [] }: PlanningInput): string[] {
  if (notPushable === undefined) return [];
  return returning.map(
    ({ child, parent }) =>
      `${parent} applies the change of ${child}'s own manifest only once the session is over: it is kept from it until then`,
  );
}

/** A new revision of the shared source does not run those that are on their own. */
function bystandersOf(resolution: Resolution, definitions: Definitions, affected: ReadonlySet<ObjectId>): number {
  const isolated = definitions.targets.filter(
    ({ id, ownSource, suspended }) => ownSource !== undefined && !suspended && !affected.has(id),
  );
  return Math.max(0, resolution.bystanders - isolated.length);
}

/**
 * Of what is composed of the source by a generator that may not be listed nobody here knows. A push reaches it all the same: what such a target
 * was reconciled with is what it has no longer.
 */
function unseenBy(
  { targets, generators }: Definitions,
  machines: ReadonlyMap<string, AnyMachineSnapshot>,
): Pick<Plan, 'unseen'> {
  const unseen = targets.filter(({ id, source }) => {
    const snapshot = machines.get(targetMachineId(id));
    if (!source.startsWith('ExternalArtifact/') || snapshot?.matches('settled') !== true) return false;
    const { owed, reconciledDigest } = snapshot.context as TargetContext;
    // Where it is unknown what it has, nothing is taken for known.
    return !owed && reconciledDigest !== undefined && !generators.some((generator) => mayMake(generator, source));
  });
  return unseen.length === 0 ? {} : { unseen: unseen.map(({ id }) => id) };
}

/** The artifacts of a discovery by path are named as directories are. */
function mayMake({ namespace, artifacts, pathPattern }: GeneratorDefinition, artifact: ObjectId): boolean {
  return pathPattern === undefined
    ? artifacts.some(({ name }) => objectId('ExternalArtifact', namespace, name) === artifact)
    : artifact.startsWith(`ExternalArtifact/${namespace}/`);
}

/** Those not held for the very same reason already: a hold is told once. */
function newlyHeld(held: readonly HeldTarget[], machines: ReadonlyMap<string, AnyMachineSnapshot>): HeldTarget[] {
  return held.filter(({ id, problem }) => {
    const snapshot = machines.get(targetMachineId(id));
    if (snapshot === undefined || !snapshot.matches('held')) return true;
    const known = (snapshot.context as TargetContext).problem;
    return known?.path !== problem.path || known.message !== problem.message || known.line !== problem.line;
  });
}

function isHeld(machines: ReadonlyMap<string, AnyMachineSnapshot>, id: ObjectId): boolean {
  return machines.get(targetMachineId(id))?.matches('held') === true;
}

function releasedTargets(machines: ReadonlyMap<string, AnyMachineSnapshot>, held: ReadonlySet<ObjectId>): ObjectId[] {
  const released: ObjectId[] = [];
  for (const [id, snapshot] of machines) {
    if (!id.startsWith('target/')) continue;
    const context = snapshot.context as TargetContext;
    // Also one that is still in flight, and would be held after its answer.
    if (context.problem !== undefined && !held.has(context.id)) released.push(context.id);
  }
  return released;
}

function nothingReason(resolution: Resolution, held: readonly HeldTarget[]): string {
  if (resolution.pruneRisk !== undefined) return resolution.pruneRisk;
  const [first] = held;
  if (first !== undefined) return `held: ${first.problem.path}: ${first.problem.message}`;
  if (resolution.suspended.length > 0) return `suspended: ${resolution.suspended.join(', ')}`;
  const reasons = [...new Set(resolution.decisions.map(({ reason }) => reason))];
  if (reasons.length === 0) return 'nothing differs from what is reconciled';
  return reasons.join(', ');
}

function plannedTargets(
  going: readonly RoutedTarget[],
  definitions: Definitions,
  returning: readonly ReturningChild[],
  fedSource: ObjectId,
): PlannedTarget[] {
  const affected = new Set(going.map(({ target }) => target.id));
  const byId = new Map(definitions.targets.map((target) => [target.id, target]));
  const awaits = new Map<ObjectId, ObjectId[]>();
  const awaitedBy = new Map<ObjectId, ObjectId[]>();
  for (const { target } of going) {
    const children = returning.filter(({ parent }) => parent === target.id).map(({ child }) => child);
    const others = [...(byId.get(target.id)?.dependsOn ?? []), ...(target.follows ?? []), ...children];
    const names = [...new Set(others)].filter((id) => affected.has(id) && id !== target.id);
    awaits.set(target.id, names);
    for (const id of names) awaitedBy.set(id, [...(awaitedBy.get(id) ?? []), target.id]);
  }
  return going.map(({ target, choice }) => {
    const definition = byId.get(target.id);
    return {
      ...target,
      awaits: awaits.get(target.id) ?? [],
      awaitedBy: awaitedBy.get(target.id) ?? [],
      reads: definition === undefined ? '' : readSource(definition),
      ...(choice.by === 'own' ? { isolation: choice.source } : {}),
      ...(choice.by === 'shared' && choice.leave === true ? { leave: fedSource } : {}),
      ...(choice.by === 'shared' && choice.because !== '' ? { sharedBecause: choice.because } : {}),
    };
  });
}

/** ArtifactGenerators that stand between the fed source and an affected target. */
function generatorsBetween(definitions: Definitions, fedSource: ObjectId, affected: ReadonlySet<ObjectId>): ObjectId[] {
  const read = new Set(definitions.targets.filter(({ id }) => affected.has(id)).map(({ source }) => source));
  return definitions.generators
    .filter(
      (generator) =>
        generator.sources.some(({ source }) => source === fedSource) &&
        generator.artifacts.some(({ name }) => read.has(objectId('ExternalArtifact', generator.namespace, name))),
    )
    .map(({ id }) => id);
}

function summaries(decisions: readonly FileDecision[]): DecisionSummary[] {
  return decisions
    .slice(0, DECISIONS_LOGGED_MAX)
    .map(({ path, decision, reason, detail }) => ({ path, decision, reason, detail }));
}
