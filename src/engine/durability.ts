import type { Durability, NewEvent } from './event-log.ts';

/**
 * Events that tell what can be seen again, by their type, and effects, by their name, that only look, or whose handlers call `Engine.sync` right before
 * they act. What they add to the log need not be on disk before the engine goes on: it is there with the next event that is neither. A save is some
 * milliseconds faster for it.
 */
export interface SeenAgain {
  readonly events: ReadonlySet<string>;
  readonly effects: ReadonlySet<string>;
}

/** Of a batch and all that follows from it in the log. A timer that a power cut takes away is armed again by what armed it. */
export function durabilityOf(
  batch: readonly NewEvent[],
  queue: readonly NewEvent[],
  seenAgain: SeenAgain | undefined,
): Durability {
  if (seenAgain === undefined) return 'now';
  const mayWait =
    batch.every(({ type, timer }) => typeof timer === 'string' || seenAgain.events.has(type)) &&
    queue.every(({ type, effect }) => type !== 'EffectRequested' || seenAgain.effects.has(String(effect)));
  return mayWait ? 'later' : 'now';
}
