import { describe, expect } from 'vitest';
import { type TargetPromise, targetModel } from '../../models/target.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { TargetObservation } from '../../src/domain/observation.ts';
import { targetMachine } from '../../src/machines/target.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { itIsAsPromised, type ModelState } from '../support/model-paths.ts';
import { OneMachine } from './one-machine.ts';

const TARGET = 'Kustomization/flux-system/apps';
const DEPENDENCY = 'Kustomization/flux-system/base';
const SOURCE = 'OCIRepository/flux-system/shop';
const LIMITS = { ...DEFAULT_LIMITS, targetAttemptsMax: 2 };
const PROBLEM = { path: 'apps/a.yaml', line: 3, column: 1, message: 'broken' } as never;

const NAMES: Readonly<Record<string, string>> = {
  settled: 'settled',
  needsSource: 'requested.awaiting-source',
  needsDependency: 'requested.awaiting-dependencies',
  asking: 'progressing.asking',
  working: 'progressing.waiting',
  pausing: 'backoff',
  givenUp: 'dead-letter',
  cutOff: 'dead-letter',
  held: 'held',
  blocked: 'held',
  suspended: 'suspended',
  gone: 'gone',
};

/** The machine with what the world around it would know: how often something was wanted, what the cluster shows. */
class Rig extends OneMachine<TargetContext> {
  wanted = 0;
  cycle = 0;

  constructor() {
    super({ id: `target/${TARGET}`, machine: targetMachine, limits: LIMITS });
    this.tell({
      type: 'TargetDefined',
      reads: SOURCE,
      dependsOn: [{ id: DEPENDENCY, sameSource: false }],
      dependents: [],
    });
  }

  want(): void {
    this.wanted += 1;
    this.cycle += 1;
    this.tell({
      type: 'ReconcileWanted',
      digest: `digest ${this.wanted}`,
      rule: 'closure',
      awaits: [],
      awaitedBy: [],
      reads: SOURCE,
      cycle: this.cycle,
    });
  }

  dependency(state: { readonly pending?: boolean; readonly ready?: boolean; readonly failed?: string }): void {
    const { pending = false, ready = false, failed } = state;
    this.tell({
      type: 'DependencyObserved',
      dependency: DEPENDENCY,
      state: { pending, ready, ...(failed === undefined ? {} : { failed }) },
    });
  }

  observe(seen: Partial<TargetObservation>): void {
    const { observation, token } = this.context;
    const base = {
      id: TARGET,
      generation: 1,
      suspended: false,
      ready: 'Unknown',
      reason: 'Progressing',
      message: '',
      readyGeneration: 1,
      observedGeneration: 1,
      stalled: false,
      reconciling: false,
      disabled: false,
      ...observation,
    };
    this.tell({ type: 'TargetObserved', observation: { ...base, lastHandledReconcileAt: token, ...seen } });
  }
}

const ACTIONS: Readonly<Record<string, (rig: Rig) => void>> = {
  save: (rig) => rig.want(),
  breakFile: (rig) => rig.tell({ type: 'TargetHeld', problem: PROBLEM }),
  mendFile: (rig) => rig.tell({ type: 'HoldReleased' }),
  pushed: (rig) =>
    rig.tell({ type: 'SourceReady', revisions: { [SOURCE]: `latest@sha256:${rig.wanted}` }, cycle: rig.cycle }),
  pushFails: (rig) => rig.tell({ type: 'SourceFailed', reason: 'PushFailed', message: 'away', cycle: rig.cycle }),
  dependencyIsBusy: (rig) => rig.dependency({ pending: true }),
  dependencyIsReady: (rig) => rig.dependency({ ready: true }),
  dependencyFails: (rig) => rig.dependency({ failed: 'BuildFailed: broken' }),
  accepted: (rig) => rig.tell({ type: 'RequestAccepted' }, 'askTarget'),
  refusedForNow: (rig) =>
    rig.tell({ type: 'RequestFailed', failure: { kind: 'unavailable', message: 'away' } }, 'askTarget'),
  refusedForGood: (rig) =>
    rig.tell({ type: 'RequestFailed', failure: { kind: 'forbidden', message: 'no' } }, 'askTarget'),
  becomesReady: (rig) =>
    rig.observe({
      ready: 'True',
      reason: 'ReconciliationSucceeded',
      lastAppliedRevision: `latest@sha256:${rig.wanted}`,
    }),
  fails: (rig) =>
    rig.observe({ ready: 'False', reason: 'BuildFailed', lastAttemptedRevision: `latest@sha256:${rig.wanted}` }),
  nothingHappens: (rig) => rig.clock.advance(LIMITS.targetWaitMs),
  pauseEnds: (rig) => rig.clock.advance(LIMITS.targetBackoffMsMax),
  outagePasses: (rig) => rig.clock.advance(LIMITS.targetBackoffMsMax * (1 + LIMITS.backoffJitterRatio)),
  userRetries: (rig) => rig.tell({ type: 'RetryRequested' }),
  suspended: (rig) => rig.observe({ suspended: true }),
  resumed: (rig) => rig.observe({ suspended: false }),
  removed: (rig) => rig.tell({ type: 'TargetRemoved' }),
  appears: (rig) => rig.observe({ ready: 'Unknown' }),
};

function confirm(rig: Rig, { value, context }: ModelState): void {
  const promised = context as TargetPromise;
  expect(rig.state).toBe(NAMES[String(value)]);
  if (['asking', 'working', 'held', 'blocked'].includes(String(value))) {
    expect(rig.context.problem !== undefined, 'a file that it reads is broken').toBe(
      value === 'held' || promised.broken,
    );
  }
  expect(rig.context.revisions.length > 0 && value !== 'settled', 'its source has what is wanted').toBe(
    promised.sourced && value !== 'settled',
  );
  const pending = rig.pending.filter((effect) => effect === 'askTarget');
  if (value === 'asking') expect(pending.length, 'requests on their way').toBe(1);
  if (value === 'working')
    expect(rig.context.askedDigest, 'the newest is what was asked for').toBe(rig.context.desiredDigest);
  const waits = {
    needsDependency: 'targetWait',
    asking: 'targetWait',
    working: 'targetWait',
    pausing: 'backoff',
    cutOff: 'outage',
  };
  expect(rig.timers).toEqual(Object.hasOwn(waits, String(value)) ? [waits[value as keyof typeof waits]] : []);
}

describe('a target is reconciled as promised', () => {
  itIsAsPromised(targetModel, 100, {
    begin: () => new Rig(),
    act: (rig, event) => ACTIONS[event]?.(rig),
    confirm,
    end: (rig) => rig.stop(),
  });
});
