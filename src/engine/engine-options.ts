import type { Limits } from '../domain/limits.ts';
import type { Clock } from './clock.ts';
import type { SeenAgain } from './durability.ts';
import type { MachineKinds, PendingEffect } from './engine-state.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';

/** The outcome of an effect, for the machine that asked for it. */
export interface Outcome {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface EffectContext {
  readonly id: number;
  readonly owner: string;
  /** Aborted when the engine stops. */
  readonly signal: AbortSignal;
}

/** Carries out an effect. Its outcome is an event for the owner; what it throws becomes `EffectCrashed`, a bug to report. */
export type EffectHandler = (params: never, context: EffectContext) => Promise<Outcome> | Outcome;

export interface EngineOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly kinds: MachineKinds;
  readonly effects: Readonly<Record<string, EffectHandler>>;
  readonly limits: Limits;
  /** What a power cut may take from the log without harm. Default: nothing. */
  readonly seenAgain?: SeenAgain;
  /** Called after each durable append with what was appended, in order. The state is already that after the events. */
  readonly onCommit?: (events: readonly LoggedEvent[]) => void;
  /** The log cannot be written (disk full, …): nothing is lost, the engine tries again every second. `undefined`: it works again. */
  readonly onLogFailure?: (error: Error | undefined) => void;
  /** A handler threw: a bug, reported with the owner's name. */
  readonly onCrash?: (error: unknown, effect: PendingEffect) => void;
}
