import { expect } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import type { Limits } from '../../src/domain/limits.ts';
import { Engine } from '../../src/engine/engine.ts';
import { serializeState } from '../../src/engine/engine-state.ts';
import type { EventLog, NewEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Takes what is told to it and does nothing. */
const listener = setup({}).createMachine({ id: 'listener', context: {} });

/** One machine in the real engine with a log and virtual time; the world outside is the test. */
export class OneMachine<Context> {
  readonly clock = new VirtualClock();
  readonly #log: EventLog = createMemoryLog();
  readonly #options: { readonly id: string; readonly machine: AnyStateMachine; readonly limits: Limits };
  #engine: Engine;

  constructor(options: { readonly id: string; readonly machine: AnyStateMachine; readonly limits: Limits }) {
    this.#options = options;
    this.#engine = this.#boot();
  }

  #boot(): Engine {
    const never = (): Promise<never> => new Promise(() => {});
    const { id, machine, limits } = this.#options;
    const kind = id.slice(0, id.indexOf('/'));
    const engine = new Engine({
      log: this.#log,
      clock: this.clock,
      kinds: { [kind]: machine, watch: listener },
      effects: { askTarget: never },
      limits,
    });
    engine.start();
    return engine;
  }

  /** The process ends without a word and another one begins with the log: it must stand where the first one stood. */
  crashAndReplay(): void {
    const before = JSON.stringify(serializeState(this.#engine.state));
    this.#engine.stop();
    this.#engine = this.#boot();
    expect(JSON.parse(JSON.stringify(serializeState(this.#engine.state)))).toEqual(JSON.parse(before));
  }

  /** `outcomeOf`: the pending effect that the event is the outcome of. */
  tell(event: Omit<NewEvent, 'machine'> & { readonly type: string }, outcomeOf?: string): void {
    const effect = [...this.#engine.state.pending.values()].find((pending) => pending.effect === outcomeOf);
    if (outcomeOf !== undefined) expect(effect, `a pending ${outcomeOf}`).toBeDefined();
    const outcome = effect === undefined ? {} : { effectId: effect.id };
    this.#engine.dispatch({ ...event, machine: this.#options.id, ...outcome });
  }

  get context(): Context {
    const { id, machine, limits } = this.#options;
    const snapshot = this.#engine.state.machines.get(id);
    if (snapshot !== undefined) return snapshot.context as Context;
    return (machine.config.context as (args: unknown) => Context)({
      input: { id: id.slice(id.indexOf('/') + 1), limits },
    });
  }

  /** The whole state value, e.g. `progressing.asking`. */
  get state(): string {
    const snapshot = this.#engine.state.machines.get(this.#options.id);
    return pathOf(snapshot === undefined ? this.#options.machine.config.initial : snapshot.value);
  }

  get timers(): readonly string[] {
    return [...this.#engine.state.timers.values()].map(({ id }) => id);
  }

  /** Effects without an outcome yet. */
  get pending(): readonly string[] {
    return [...this.#engine.state.pending.values()].map(({ effect }) => effect);
  }

  stop(): void {
    this.#engine.stop();
  }
}

function pathOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([state, inner]) => `${state}.${pathOf(inner)}`)
    .join();
}
