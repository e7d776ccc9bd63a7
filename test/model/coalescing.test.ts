import { describe, expect } from 'vitest';
import { type CoalescingContext, coalescingModel } from '../../models/coalescing.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { Engine } from '../../src/engine/engine.ts';
import { serializeState } from '../../src/engine/engine-state.ts';
import type { EventLog, NewEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { watchMachine } from '../../src/machines/watch.ts';
import type { Plan, WatchContext } from '../../src/machines/watch-context.ts';
import { itIsAsPromised } from '../support/model-paths.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const TARGET = 'Kustomization/flux-system/apps';
const PLAN: Plan = {
  source: 'OCIRepository/flux-system/shop',
  contentDigest: 'c1',
  generators: [],
  targets: [
    {
      id: TARGET,
      rule: 'closure',
      digest: 'd1',
      because: [],
      awaits: [],
      awaitedBy: [],
      reads: 'OCIRepository/flux-system/shop',
    },
  ],
  held: [],
  suspended: [],
  bystanders: 0,
  pruneRisk: undefined,
  released: [],
};
const FULL = { reason: 'root-level', detail: 'kustomization.yaml lies directly in the watched directory' } as const;
const AWAY = { kind: 'unavailable', message: 'connection refused' } as const;

/** The real engine with the real watch machine; the world outside is this script. */
class Rig {
  readonly clock = new VirtualClock();
  readonly log: EventLog = createMemoryLog();
  engine: Engine;
  /** Saved and not yet taken up by a decision that succeeded. */
  unresolved: string[] = [];
  #deciding: string[] = [];
  #saves = 0;

  constructor() {
    this.engine = this.#boot();
  }

  #boot(): Engine {
    const never = (): Promise<never> => new Promise(() => {});
    const engine = new Engine({
      log: this.log,
      clock: this.clock,
      kinds: { watch: watchMachine },
      effects: { resolveTargets: never, sweepTree: () => ({ type: 'TreeSwept', changed: 0 }) },
      limits: DEFAULT_LIMITS,
    });
    engine.start();
    return engine;
  }

  crashAndReplay(): void {
    const before = serializeState(this.engine.state);
    this.engine.stop();
    this.engine = this.#boot();
    expect(JSON.parse(JSON.stringify(serializeState(this.engine.state)))).toEqual(JSON.parse(JSON.stringify(before)));
  }

  tell(event: Omit<NewEvent, 'machine'> & { type: string }, outcomeOf?: string): void {
    const effect = [...this.engine.state.pending.values()].find((pending) => pending.effect === outcomeOf);
    if (outcomeOf !== undefined) expect(effect, `a pending ${outcomeOf}`).toBeDefined();
    this.engine.dispatch({ ...event, machine: 'watch', ...(effect === undefined ? {} : { effectId: effect.id }) });
  }

  get snapshot(): { value: unknown; context: WatchContext } | undefined {
    return this.engine.state.machines.get('watch') as { value: unknown; context: WatchContext } | undefined;
  }

  events = {
    save: () => {
      this.#saves += 1;
      this.unresolved.push(`apps/${this.#saves}.yaml`);
      this.tell({ type: 'FilesChanged', paths: [`apps/${this.#saves}.yaml`] });
    },
    quiet: () => {
      this.clock.advance(DEFAULT_LIMITS.quietPeriodMs);
      this.#takeUp();
    },
    decideTargeted: () =>
      this.tell({ type: 'TargetsResolved', plan: PLAN, decisions: [], reason: 'closure' }, 'resolveTargets'),
    decideFull: () =>
      this.tell(
        { type: 'TargetsUncertain', plan: PLAN, full: FULL, decisions: [], reason: 'root-level' },
        'resolveTargets',
      ),
    decideNothing: () =>
      this.tell({ type: 'NothingToDo', reason: 'unchanged', decisions: [], held: [], released: [] }, 'resolveTargets'),
    decisionFails: () => {
      this.unresolved = [...this.#deciding, ...this.unresolved];
      this.tell({ type: 'StepFailed', step: 'resolve', failure: AWAY }, 'resolveTargets');
    },
    pushSucceeds: () => this.tell({ type: 'SourceAvailable', revisions: {}, cycle: 1 }),
    pushFails: () => this.tell({ type: 'StepFailed', step: 'push', failure: AWAY }),
    allAnswer: () => this.tell({ type: 'TargetSettled', target: TARGET, outcome: 'ready' }),
    retryDue: () => {
      this.clock.advance(DEFAULT_LIMITS.watchBackoffMsMax * 2);
      this.#takeUp();
    },
  };

  #takeUp(): void {
    const [effect] = [...this.engine.state.pending.values()].filter((pending) => pending.effect === 'resolveTargets');
    if (effect === undefined) return;
    this.#deciding = this.unresolved;
    this.unresolved = [];
    expect((effect.params as { paths: string[] }).paths, 'every path saved is in the batch').toEqual(this.#deciding);
  }
}

const NAMES: Record<string, string> = {
  resting: 'idle',
  settling: 'debouncing',
  deciding: 'resolving',
  workingTargeted: 'targeted-reconcile',
  workingFull: 'full-reconcile',
  retrying: 'backoff',
};

function confirm(rig: Rig, state: { value: unknown; context: CoalescingContext }): void {
  const real = rig.snapshot;
  if (real === undefined) {
    expect(state.value).toBe('resting');
    return;
  }
  const name = typeof real.value === 'string' ? real.value : Object.keys(real.value as object)[0];
  expect(name).toBe(NAMES[state.value as string]);
  const { collected, rescan, recheck, full, inFlight, attempt } = real.context;
  expect(collected.length > 0 || rescan || recheck || full !== undefined, 'something is owed').toBe(state.context.owed);
  expect(collected, 'no save is lost').toEqual(rig.unresolved);
  expect(Object.keys(inFlight).length > 0, 'targets are in flight').toBe(state.context.running);
  expect(Math.min(2, attempt), 'failed steps in a row').toBe(state.context.failures);
  const resolving = [...rig.engine.state.pending.values()].filter((effect) => effect.effect === 'resolveTargets');
  expect(resolving.length, 'decisions being made').toBe(state.value === 'deciding' ? 1 : 0);
}

describe('saves are coalesced, decided and retried as promised', () => {
  itIsAsPromised(coalescingModel, 100, {
    begin: () => new Rig(),
    act: (rig, event) => rig.events[event as keyof Rig['events']](),
    confirm: (rig, promised) => confirm(rig, promised as never),
    end: (rig) => rig.engine.stop(),
  });
});
