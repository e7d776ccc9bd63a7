import type { AnyMachineSnapshot } from 'xstate';
import type { ObjectId } from '../domain/target.ts';
import { releaseMachineId, sourceMachineId, targetMachineId } from '../machines/messages.ts';
import type { ReleaseContext } from '../machines/release.ts';
import { RUN, type RunContext, type RunTarget } from '../machines/run-context.ts';
import type { SourceContext } from '../machines/source-context.ts';
import type { TargetContext } from '../machines/target-context.ts';

/** How far one resource of a `reconcile` is. Plain data. */
export interface ResourceProgress {
  readonly id: ObjectId;
  readonly phase: 'waiting' | 'asked' | 'retrying' | 'ready' | 'failed' | 'blocked' | 'suspended' | 'gone';
  /** Applied, and waited for by nobody. */
  readonly excluded: boolean;
  /** Whose turn comes before it. */
  readonly waitsFor: readonly ObjectId[];
  /** Why it is in this phase; else what its Ready condition says. */
  readonly reason: string;
  readonly message: string;
  /** From 1. */
  readonly attempt: number;
  /** Since it was wanted, ms; of one that is through: how long it took. */
  readonly elapsedMs: number;
  /** Of the next attempt, ms since the epoch; only while `retrying`. */
  readonly retryAt?: number;
  /** Of one that is Ready: what a source has, or a target has applied. */
  readonly revision?: string;
}

/** The parts of the engine's state that tell it. */
export interface RunState {
  readonly machines: ReadonlyMap<string, AnyMachineSnapshot>;
  /** By `<machine>#<timer>`. */
  readonly timers: ReadonlyMap<string, { readonly dueAt: number }>;
}

/** The resource behind a machine of the run; undefined for one that the run did not ask for. `now`: ms since the epoch. */
export function progressOf(state: RunState, machine: string, now: number): ResourceProgress | undefined {
  const run = runOf(state);
  const id = machine.slice(machine.indexOf('/') + 1);
  if (run === undefined) return undefined;
  if (machine.startsWith('target/')) return targetProgress(state, run, id, now);
  if (machine.startsWith('source/')) return sourceProgress(state, run, id, now);
  return machine.startsWith('release/') ? releaseProgress(state, run, id, now) : undefined;
}

/** All resources of the run: what is recovered, sources, targets. */
export function runProgress(state: RunState, now: number): readonly ResourceProgress[] {
  const run = runOf(state);
  if (run === undefined) return [];
  const releases = [...state.machines.keys()].filter((machine) => machine.startsWith('release/'));
  const names = [
    ...releases,
    ...Object.keys(run.sources).map(sourceMachineId),
    ...Object.keys(run.targets).map(targetMachineId),
  ];
  return names.flatMap((machine) => progressOf(state, machine, now) ?? []);
}

export function runOf({ machines }: Pick<RunState, 'machines'>): RunContext | undefined {
  return machines.get(RUN)?.context as RunContext | undefined;
}

function targetProgress(state: RunState, run: RunContext, id: ObjectId, now: number): ResourceProgress | undefined {
  const known = run.targets[id];
  if (known === undefined) return undefined;
  const { excluded, attempt, reason, message } = known;
  const common = { id, excluded, attempt, waitsFor: [], reason, message, elapsedMs: known.elapsedMs };
  if (known.phase === 'owed') {
    return { ...common, phase: 'retrying', elapsedMs: now - run.startedAt, retryAt: known.dueAt };
  }
  if (known.phase === 'ready') {
    const context = state.machines.get(targetMachineId(id))?.context as TargetContext | undefined;
    const revision = context?.observation?.lastAppliedRevision;
    return { ...common, phase: 'ready', ...(revision === undefined ? {} : { revision }) };
  }
  if (known.phase !== 'waiting') return { ...common, phase: known.phase };
  return { ...common, elapsedMs: now - run.startedAt, ...underWay(state, known, id, now) };
}

function underWay(
  state: RunState,
  known: RunTarget,
  id: ObjectId,
  now: number,
): Pick<ResourceProgress, 'phase' | 'waitsFor' | 'reason' | 'message'> & Partial<ResourceProgress> {
  const snapshot = state.machines.get(targetMachineId(id));
  const nothingSaid = { waitsFor: [], reason: '', message: '' };
  if (snapshot === undefined) return { ...nothingSaid, phase: 'waiting' };
  const context = snapshot.context as TargetContext;
  // One that is excluded may answer when the run is over already, which takes no note of it.
  if (snapshot.matches('settled') && context.cycle > 0 && !context.owed && context.observation?.ready === 'True') {
    const revision = context.observation.lastAppliedRevision;
    return { ...nothingSaid, phase: 'ready', ...(revision === undefined ? {} : { revision }) };
  }
  if (snapshot.matches('progressing')) {
    return { ...nothingSaid, phase: 'asked', ...saidNow(context.observation) };
  }
  if (snapshot.matches('backoff')) {
    const { reason, message, attempt } = context;
    return {
      ...nothingSaid,
      phase: 'retrying',
      reason,
      message,
      attempt,
      retryAt: retryAt(state, targetMachineId(id), now),
    };
  }
  if (snapshot.matches({ requested: 'awaiting-dependencies' })) {
    return { ...nothingSaid, phase: 'waiting', waitsFor: unreadyDependencies(context) };
  }
  return { ...nothingSaid, phase: 'waiting', waitsFor: [known.via ?? known.reads] };
}

/** A Ready that did not end the wait is one from before. */
function saidNow(observation: TargetContext['observation'] | SourceContext['observation']): {
  readonly reason: string;
  readonly message: string;
} {
  if (observation === undefined || observation.ready === 'True') return { reason: '', message: '' };
  return { reason: observation.reason, message: observation.message };
}

/** Those that are not Ready, or not at the revision that this one is about to get. */
function unreadyDependencies({ dependsOn, dependencies, revisions }: TargetContext): ObjectId[] {
  return dependsOn.flatMap(({ id, sameSource }) => {
    const state = dependencies[id];
    if (state === undefined) return [];
    const isBehind = sameSource && state.revision !== undefined && !revisions.includes(state.revision);
    return state.pending || !state.ready || isBehind ? [id] : [];
  });
}

function sourceProgress(state: RunState, run: RunContext, id: ObjectId, now: number): ResourceProgress | undefined {
  const known = run.sources[id];
  if (known === undefined) return undefined;
  const snapshot = state.machines.get(sourceMachineId(id));
  const context = snapshot?.context as SourceContext | undefined;
  const { reason, message, attempt } = known;
  const common = { id, excluded: false, attempt, waitsFor: [], reason, message, elapsedMs: now - run.startedAt };
  switch (known.phase) {
    case 'owed':
      return { ...common, phase: 'retrying', retryAt: known.dueAt };
    case 'failed':
      return { ...common, phase: 'failed' };
    case 'available': {
      const revision = run.revisions[id];
      return { ...common, phase: 'ready', ...(revision === undefined ? {} : { revision }) };
    }
    case 'waiting': {
      const isAsked = snapshot?.matches('idle') === false;
      return { ...common, phase: isAsked ? 'asked' : 'waiting', ...(isAsked ? saidNow(context?.observation) : {}) };
    }
  }
}

function releaseProgress(state: RunState, run: RunContext, id: ObjectId, now: number): ResourceProgress | undefined {
  const snapshot = state.machines.get(releaseMachineId(id));
  if (snapshot === undefined) return undefined;
  const { attempt, failure, how } = snapshot.context as ReleaseContext;
  const elapsedMs = now - run.startedAt;
  const common = { id, excluded: false, attempt: Math.max(1, attempt), waitsFor: [], elapsedMs };
  const failed = { reason: failure?.kind ?? '', message: failure?.message ?? '' };
  if (snapshot.matches('recovered')) return { ...common, phase: 'ready', reason: how, message: '' };
  if (snapshot.matches('failed')) return { ...common, phase: 'failed', ...failed };
  if (snapshot.matches('backoff')) {
    return { ...common, phase: 'retrying', ...failed, retryAt: retryAt(state, releaseMachineId(id), now) };
  }
  return { ...common, phase: 'asked', reason: how, message: '' };
}

function retryAt({ timers }: RunState, machine: string, now: number): number {
  return timers.get(`${machine}#backoff`)?.dueAt ?? now;
}
