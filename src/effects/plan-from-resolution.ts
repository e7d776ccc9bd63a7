import type { AnyMachineSnapshot } from 'xstate';
import type { BuildProblem } from '../domain/closure.ts';
import { ROOT } from '../domain/paths.ts';
import type { FileDecision, HeldTarget, Resolution } from '../domain/resolution.ts';
import { type Definitions, type ObjectId, objectId } from '../domain/target.ts';
import type { Outcome } from '../engine/engine.ts';
import { targetMachineId } from '../machines/messages.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { DecisionSummary, Plan, PlannedTarget } from '../machines/watch-context.ts';

/** The event log holds so many decisions of a batch; a checkout of 5,000 files is counted, not listed. */
const DECISIONS_LOGGED_MAX = 50;

export interface PlanningInput {
  readonly resolution: Resolution;
  readonly definitions: Definitions;
  readonly fedSource: ObjectId;
  readonly machines: ReadonlyMap<string, AnyMachineSnapshot>;
  /** Why nothing may be sent (dry run, a source that cannot be pushed), in words. */
  readonly sendNothing: string | undefined;
}

/** What a resolution means for the machines: the outcome of the effect `resolveTargets`. Pure. */
export function planFromResolution(input: PlanningInput): Outcome {
  const { resolution, definitions, fedSource, machines, sendNothing } = input;
  const decisions = summaries(resolution.decisions);
  const held = withWaiters(resolution);
  const heldIds = new Set(held.map(({ id }) => id));
  const common = {
    decisions,
    decided: resolution.decisions.length,
    bystanders: resolution.bystanders,
    released: releasedTargets(machines, heldIds),
    warnings: resolution.warnings ?? [],
  };
  if (sendNothing !== undefined) {
    return {
      ...common,
      type: 'NothingToDo',
      reason: sendNothing,
      held: newlyHeld(held, machines),
      wouldAsk: resolution.affected.map(({ id, rule, because }) => ({ id, rule, because })),
      full: resolution.full,
    };
  }
  const mayPush = held.length === 0;
  if (!mayPush || resolution.affected.length === 0) {
    return {
      ...common,
      type: 'NothingToDo',
      reason: nothingReason(resolution, held),
      held: newlyHeld(held, machines),
      suspended: resolution.suspended,
      ...(resolution.full === undefined || mayPush ? {} : { heldFull: resolution.full }),
    };
  }
  const plan: Plan = {
    source: fedSource,
    contentDigest: resolution.contentDigest,
    generators: generatorsBetween(definitions, fedSource, new Set(resolution.affected.map(({ id }) => id))),
    targets: plannedTargets(resolution, definitions),
    held: [],
    suspended: resolution.suspended,
    bystanders: resolution.bystanders,
    pruneRisk: undefined,
    released: common.released.filter((id) => !resolution.affected.some((target) => target.id === id)),
  };
  return resolution.full === undefined
    ? { ...common, type: 'TargetsResolved', plan, reason: resolution.affected[0]?.rule ?? 'closure' }
    : {
        ...common,
        type: 'TargetsUncertain',
        plan,
        full: resolution.full,
        reason: `${resolution.full.reason}: ${resolution.full.detail}`,
      };
}

/** A shared source is not pushed while one of its files is broken, so its other affected targets wait for that file too. */
function withWaiters(resolution: Resolution): readonly HeldTarget[] {
  const [first] = resolution.held;
  if (resolution.pruneRisk !== undefined) {
    const problem: BuildProblem = {
      kind: 'missing',
      path: ROOT,
      message: resolution.pruneRisk,
      hint: 'restore the files, or allow it with --allow-prune',
    };
    return [...resolution.held, ...resolution.affected.map(({ id }) => ({ id, problem }))];
  }
  if (first === undefined) return [];
  const own = new Set(resolution.held.map(({ id }) => id));
  const where =
    first.problem.line === undefined
      ? first.problem.path
      : `${first.problem.path}:${first.problem.line}:${first.problem.column ?? 1}`;
  const waiters = resolution.affected
    .filter(({ id }) => !own.has(id))
    .map(({ id }) => ({
      id,
      problem: {
        ...first.problem,
        message: `${first.problem.message.startsWith(where) ? '' : `${where}: `}${first.problem.message} (it breaks the source they share, so this target waits)`,
      },
    }));
  return [...resolution.held, ...waiters];
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

function releasedTargets(machines: ReadonlyMap<string, AnyMachineSnapshot>, held: ReadonlySet<ObjectId>): ObjectId[] {
  const released: ObjectId[] = [];
  for (const [id, snapshot] of machines) {
    if (!id.startsWith('target/') || !snapshot.matches('held')) continue;
    const context = snapshot.context as TargetContext;
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

function plannedTargets(resolution: Resolution, definitions: Definitions): PlannedTarget[] {
  const affected = new Set(resolution.affected.map(({ id }) => id));
  const byId = new Map(definitions.targets.map((target) => [target.id, target]));
  const awaits = new Map<ObjectId, ObjectId[]>();
  const awaitedBy = new Map<ObjectId, ObjectId[]>();
  for (const target of resolution.affected) {
    const names = [...new Set([...(byId.get(target.id)?.dependsOn ?? []), ...(target.follows ?? [])])].filter(
      (id) => affected.has(id) && id !== target.id,
    );
    awaits.set(target.id, names);
    for (const id of names) awaitedBy.set(id, [...(awaitedBy.get(id) ?? []), target.id]);
  }
  return resolution.affected.map((target) => ({
    ...target,
    awaits: awaits.get(target.id) ?? [],
    awaitedBy: awaitedBy.get(target.id) ?? [],
    reads: byId.get(target.id)?.source ?? '',
  }));
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
