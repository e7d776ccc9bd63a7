import type { AnyMachineSnapshot } from 'xstate';
import type { BreakerContext } from '../machines/breaker.ts';
import type { IsolationContext } from '../machines/isolation-context.ts';
import { isolationMachineId, WATCH } from '../machines/messages.ts';
import type { SourceContext } from '../machines/source-context.ts';
import { stateName } from '../machines/state-name.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { IsolationDecision, WatchContext } from '../machines/watch-context.ts';

export interface TargetStatus {
  readonly id: string;
  readonly state: string;
  /** Why it is where it is; empty when it is settled. */
  readonly reason: string;
  readonly message: string;
  readonly attempt: number;
  readonly desiredDigest: string | undefined;
  readonly reconciledDigest: string | undefined;
  readonly revision: string | undefined;
  /** The Ready condition as last seen. */
  readonly ready: string;
  /** Its own source, while it has one. */
  readonly ownSource: string | undefined;
  /** Why it has none, in words; empty where nothing was decided about it. */
  readonly sharedBecause: string;
}

export interface WatchStatus {
  /** The seq of the last event folded in. */
  readonly seq: number;
  readonly watch: {
    readonly state: string;
    readonly cycle: number;
    readonly attempt: number;
    readonly collected: number;
    readonly inFlight: readonly string[];
    readonly reason: string;
    readonly failure: string | undefined;
    /** A full reconcile that is owed or waits for a held file. */
    readonly full: string | undefined;
  };
  /** Whether changed targets get sources of their own in this session, and why. Undefined: never decided. */
  readonly isolation: IsolationDecision | undefined;
  readonly sources: readonly {
    readonly id: string;
    readonly state: string;
    readonly revision: string | undefined;
    readonly failure: string | undefined;
  }[];
  readonly targets: readonly TargetStatus[];
  readonly held: readonly TargetStatus[];
  readonly deadLetters: readonly TargetStatus[];
  readonly breakers: readonly {
    readonly dependency: string;
    readonly state: string;
    readonly failures: number;
    readonly lastFailure: string | undefined;
  }[];
}

/** What `status` shows, from the state of the machines. */
export function watchStatus(seq: number, machines: ReadonlyMap<string, AnyMachineSnapshot>): WatchStatus {
  const targets: TargetStatus[] = [];
  const sources: WatchStatus['sources'][number][] = [];
  const breakers: WatchStatus['breakers'][number][] = [];
  for (const [id, snapshot] of machines) {
    const kind = id.slice(0, id.indexOf('/'));
    if (kind === 'target') targets.push(targetStatus(snapshot, machines));
    if (kind === 'source') sources.push(sourceStatus(snapshot));
    if (kind === 'breaker') {
      const { failures, lastFailure } = snapshot.context as BreakerContext;
      breakers.push({
        dependency: id.slice(kind.length + 1),
        state: stateName(snapshot),
        failures,
        lastFailure: lastFailure?.message,
      });
    }
  }
  targets.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    seq,
    watch: watchPart(machines.get(WATCH)),
    isolation: decisionOf(machines),
    sources,
    targets,
    held: targets.filter(({ state }) => state === 'held'),
    deadLetters: targets.filter(({ state }) => state === 'dead-letter'),
    breakers,
  };
}

function watchPart(snapshot: AnyMachineSnapshot | undefined): WatchStatus['watch'] {
  if (snapshot === undefined) {
    return {
      state: 'idle',
      cycle: 0,
      attempt: 0,
      collected: 0,
      inFlight: [],
      reason: '',
      failure: undefined,
      full: undefined,
    };
  }
  const context = snapshot.context as WatchContext;
  return {
    state: stateName(snapshot),
    cycle: context.cycle,
    attempt: context.attempt,
    collected: context.collected.length,
    inFlight: Object.keys(context.inFlight),
    reason: context.lastReason,
    failure: context.failure?.message,
    full: (context.full ?? context.heldFull)?.detail,
  };
}

function sourceStatus(snapshot: AnyMachineSnapshot): WatchStatus['sources'][number] {
  const { id, revisions, failure } = snapshot.context as SourceContext;
  return { id, state: stateName(snapshot), revision: revisions[id], failure: failure?.message };
}

function decisionOf(machines: ReadonlyMap<string, AnyMachineSnapshot>): IsolationDecision | undefined {
  return (machines.get(WATCH)?.context as WatchContext | undefined)?.isolation;
}

function isolationPart(
  { id, sharedBecause }: TargetContext,
  machines: ReadonlyMap<string, AnyMachineSnapshot>,
): Pick<TargetStatus, 'ownSource' | 'sharedBecause'> {
  const isolation = machines.get(isolationMachineId(id))?.context as IsolationContext | undefined;
  if (isolation?.observed.isolated === true) {
    return { ownSource: isolation.observed.source?.id ?? isolation.source, sharedBecause: '' };
  }
  const decision = decisionOf(machines);
  const because =
    isolation?.refusal ||
    sharedBecause ||
    (decision === undefined ? '' : decision.on ? 'not changed since the watch began' : decision.reason);
  return { ownSource: undefined, sharedBecause: because };
}

function targetStatus(snapshot: AnyMachineSnapshot, machines: ReadonlyMap<string, AnyMachineSnapshot>): TargetStatus {
  const context = snapshot.context as TargetContext;
  return {
    id: context.id,
    state: stateName(snapshot),
    reason: context.reason,
    message: context.message,
    attempt: context.attempt,
    desiredDigest: context.desiredDigest,
    reconciledDigest: context.reconciledDigest,
    revision: context.observation?.lastAppliedRevision,
    ready: context.observation?.ready ?? 'Unknown',
    ...isolationPart(context, machines),
  };
}
