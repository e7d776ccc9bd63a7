import { FailureError } from '../domain/failure.ts';
import { durabilityOf } from './durability.ts';
import type { EffectContext, EngineOptions, Outcome } from './engine-options.ts';
import {
  type ArmedTimer,
  applyEvent,
  ENGINE,
  type EngineState,
  intentEvent,
  type PendingEffect,
  serializeState,
} from './engine-state.ts';
import type { LoggedEvent, NewEvent } from './event-log.ts';
import { replayFromSnapshot } from './replay.ts';
import { Upkeep } from './upkeep.ts';

export type { EffectContext, EffectHandler, EngineOptions, Outcome } from './engine-options.ts';

const LOG_RETRY_MS = 1_000;
/** A snapshot, and what the log has to tidy up, wait no longer than this for a rest. */
const UPKEEP_WAITS_MS = 1_000;

/**
 * The one dispatch loop: append, then transition, then effects. Everything that happens is an event in one total order; what a batch
 * of events makes machines tell each other, and the intents of effects, are appended with it in one durable transaction, before any
 * effect runs.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #abort = new AbortController();
  #state: EngineState;
  readonly #inbox: NewEvent[] = [];
  #whenLogged: (() => void)[] = [];
  #flushing = false;
  #logBroken = false;
  #started = false;
  #stopped = false;
  #lastSnapshotSeq: number;
  /** One alarm for the earliest timer. */
  #cancelAlarm: (() => void) | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  readonly #interrupted: readonly PendingEffect[];
  readonly #upkeep: Upkeep;

  /** Restores the state from the log; runs nothing until `start`. */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { state, snapshotSeq } = replayFromSnapshot(options.log, options.kinds, { limits: options.limits });
    this.#state = state;
    this.#lastSnapshotSeq = snapshotSeq;
    this.#interrupted = [...this.#state.pending.values()];
    this.#upkeep = new Upkeep({
      clock: options.clock,
      isDue: () => !this.#logBroken && (this.#snapshotIsDue(1) || options.log.isUntidy?.() === true),
      freeForMs: () => (this.#state.pending.size > 0 ? 0 : this.#earliestTimer() - options.clock.now()),
      overdueMs: UPKEEP_WAITS_MS,
      work: () => {
        if (this.#snapshotIsDue(1)) this.#snapshot();
        options.log.tidy?.();
      },
    });
  }

  get state(): Readonly<EngineState> {
    return this.#state;
  }

  /** Effects whose outcome a crash has swallowed. */
  get interrupted(): readonly PendingEffect[] {
    return this.#interrupted;
  }

  /** Takes up work: timers are armed with what is left of them. `fields` describe the process (version, pid, root, cluster). */
  start(fields: Readonly<Record<string, unknown>> = {}): void {
    this.#started = true;
    this.dispatch({ machine: ENGINE, type: 'EngineStarted', limits: this.#options.limits, ...fields });
  }

  /** Tells each owner of an interrupted effect that nobody knows how it ended. Call it once the world has been observed. */
  settleInterrupted(): void {
    const unknown = this.#interrupted
      .filter((effect) => this.#state.pending.has(effect.id))
      .map((effect) => ({
        machine: effect.owner,
        type: 'EffectOutcomeUnknown',
        effect: effect.effect,
        effectId: effect.id,
      }));
    if (unknown.length > 0) this.dispatch(...unknown);
  }

  /** Queues events and handles them at once, all in one transaction, unless a batch is being handled: then right after it. */
  dispatch(...events: readonly NewEvent[]): void {
    if (this.#stopped) return;
    for (const event of events) this.#inbox.push(event);
    this.#flush();
  }

  /** Resolves once all that was dispatched before is logged: at once, unless the log cannot be written. Not at all when stopped before. */
  logged(): Promise<void> {
    if (this.#inbox.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenLogged.push(resolve));
  }

  /**
   * Whatever led to an effect is on disk when this resolves: for the handler of one that begins before (`EngineOptions.seenAgain`), to be awaited right before
   * it acts. Rejects with FailureError (`disk`).
   */
  async sync(): Promise<void> {
    try {
      await this.#options.log.sync?.();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new FailureError(
        { kind: 'disk', message: `nothing was sent, since the log cannot be written: ${message}` },
        { cause },
      );
    }
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelAlarm?.();
    this.#upkeep.stop();
    this.#abort.abort();
    if (this.#state.seq > this.#lastSnapshotSeq && !this.#logBroken) this.#snapshot();
  }

  #flush(): void {
    if (this.#flushing || this.#logBroken || !this.#started) return;
    this.#flushing = true;
    try {
      while (this.#inbox.length > 0 && !this.#stopped) {
        const batch = this.#inbox.splice(0);
        if (!this.#handle(batch)) {
          this.#inbox.unshift(...batch);
          this.#waitForLog();
          return;
        }
      }
    } finally {
      this.#flushing = false;
    }
    for (const resolve of this.#whenLogged.splice(0)) resolve();
    this.#armAlarm();
    if (!this.#stopped) this.#upkeep.note();
  }

  /** One batch: speculate on a copy, append, adopt, run effects. False when the log could not be written; then nothing has happened. */
  #handle(batch: readonly NewEvent[]): boolean {
    const { log, clock, kinds, onCommit } = this.#options;
    const at = clock.now();
    const next = copyOf(this.#state);
    const queue: NewEvent[] = [...batch];
    let seq = next.seq;
    // Transitions are pure: nothing of this is visible before the append below has returned.
    for (let index = 0; index < queue.length; index += 1) {
      const event = queue[index];
      if (event === undefined) break;
      seq += 1;
      const step = applyEvent(next, kinds, { ...event, seq, at, v: EVENT_VERSION });
      for (const { to, ...message } of step.messages) queue.push({ machine: to, ...message });
      for (const effect of step.effects) queue.push(intentEvent(event.machine, effect));
    }
    let appended: readonly LoggedEvent[];
    try {
      appended = log.append(queue, at, durabilityOf(batch, queue, this.#options.seenAgain));
    } catch (error) {
      this.#options.onLogFailure?.(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    this.#state = next;
    onCommit?.(appended);
    for (const event of appended) {
      if (event.type !== 'EffectRequested') continue;
      const effect = next.pending.get(event.seq);
      if (effect !== undefined) this.#run(effect);
    }
    // Where there was no rest to take one in.
    if (this.#snapshotIsDue(2)) this.#snapshot();
    return true;
  }

  #snapshotIsDue(times: number): boolean {
    return this.#state.seq - this.#lastSnapshotSeq >= times * this.#state.limits.snapshotEveryEvents;
  }

  #run(effect: PendingEffect): void {
    const handler = this.#options.effects[effect.effect];
    const context: EffectContext = { id: effect.id, owner: effect.owner, signal: this.#abort.signal };
    const settle = (outcome: Outcome): void =>
      this.dispatch({ ...outcome, machine: effect.owner, effectId: effect.id });
    if (handler === undefined) return;
    try {
      const outcome = handler(effect.params as never, context);
      if (outcome instanceof Promise) outcome.then(settle, (error: unknown) => this.#crashed(error, effect));
      else settle(outcome);
    } catch (error) {
      this.#crashed(error, effect);
    }
  }

  /** A handler that throws has a bug; its owner decides what an unknown outcome means. */
  #crashed(error: unknown, effect: PendingEffect): void {
    if (this.#stopped) return;
    this.#options.onCrash?.(error, effect);
    const message = error instanceof Error ? error.message : String(error);
    this.dispatch({
      machine: effect.owner,
      type: 'EffectOutcomeUnknown',
      effect: effect.effect,
      effectId: effect.id,
      message,
    });
  }

  #snapshot(): void {
    const { log, clock } = this.#options;
    try {
      const at = clock.now();
      log.saveSnapshot({ seq: this.#state.seq, at, state: serializeState(this.#state) });
      this.#lastSnapshotSeq = this.#state.seq;
      log.compact({ eventsMax: this.#state.limits.logEventsMax, olderThan: at - this.#state.limits.logAgeMsMax });
    } catch (error) {
      // A snapshot only saves time; the events are safe.
      this.#options.onLogFailure?.(error instanceof Error ? error : new Error(String(error)));
      this.#lastSnapshotSeq = this.#state.seq;
    }
  }

  #waitForLog(): void {
    this.#logBroken = true;
    this.#options.clock.schedule(() => {
      this.#logBroken = false;
      if (this.#stopped) return;
      this.#flush();
      if (!this.#logBroken) this.#options.onLogFailure?.(undefined);
    }, LOG_RETRY_MS);
  }

  #armAlarm(): void {
    if (!this.#started || this.#stopped) return;
    const earliest = this.#earliestTimer();
    if (earliest === this.#alarmAt && this.#cancelAlarm !== undefined) return;
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
    this.#alarmAt = earliest;
    if (earliest === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#cancelAlarm = clock.schedule(() => this.#ring(), Math.max(0, earliest - clock.now()));
  }

  #earliestTimer(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const timer of this.#state.timers.values()) if (timer.dueAt < earliest) earliest = timer.dueAt;
    return earliest;
  }

  #ring(): void {
    this.#cancelAlarm = undefined;
    this.#alarmAt = Number.POSITIVE_INFINITY;
    // Nothing can be logged now: timers are looked at again once it can.
    if (this.#logBroken) return;
    const now = this.#options.clock.now();
    const due: ArmedTimer[] = [];
    for (const timer of this.#state.timers.values()) if (timer.dueAt <= now) due.push(timer);
    due.sort((a, b) => a.dueAt - b.dueAt);
    const [first] = due;
    // One at a time: what it does may cancel the next.
    if (first !== undefined) this.dispatch({ ...first.event, machine: first.machine, timer: first.id });
    if (!this.#logBroken) this.#armAlarm();
  }
}

/** The version of the shape of events written now. */
const EVENT_VERSION = 1;

/** Snapshots are immutable, so a copy of the maps is a copy of the state. */
function copyOf(state: EngineState): EngineState {
  return {
    seq: state.seq,
    limits: state.limits,
    machines: new Map(state.machines),
    pending: new Map(state.pending),
    timers: new Map(state.timers),
  };
}
