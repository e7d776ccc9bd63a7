import { expect, test } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { HappeningsOf } from '../../src/cli/happenings-of.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { type EngineState, emptyState } from '../../src/engine/engine-state.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';

const TARGET = 'Kustomization/flux-system/web';

/** The watch machine at rest, one target Ready. */
const AT_REST: EngineState = {
  ...emptyState(DEFAULT_LIMITS),
  machines: new Map([
    [
      'watch',
      { value: 'idle', context: { inFlight: {}, outcomes: { [TARGET]: 'ready' } } } as unknown as AnyMachineSnapshot,
    ],
  ]),
};

function cycle(happenings: HappeningsOf, bystanders: number): readonly string[] {
  const plan = { source: 'OCIRepository/flux-system/shop', targets: [], held: [], suspended: [], bystanders };
  const event = { seq: 1, at: 0, v: 1, machine: 'watch', type: 'TargetsResolved', plan, decisions: [] };
  return happenings.of(event as LoggedEvent, AT_REST).flatMap((shown) => (shown.type === 'message' ? shown.text : []));
}

function watchWith(decision: { readonly on: boolean; readonly wouldWork?: boolean }): HappeningsOf {
  const happenings = new HappeningsOf({ hooks: [] });
  const event = { seq: 1, at: 0, v: 1, machine: 'watch', type: 'IsolationDecided', reason: '', ...decision };
  happenings.of(event as LoggedEvent, emptyState(DEFAULT_LIMITS));
  return happenings;
}

test('what a shared source makes Flux run besides is said once, when it first happens', () => {
  const happenings = watchWith({ on: false, wouldWork: true });
  expect(cycle(happenings, 0)).toEqual([]);
  expect(cycle(happenings, 11)).toEqual([expect.stringContaining('11 other Kustomizations')]);
  expect(cycle(happenings, 11)).toEqual([]);
});

test('and not where isolation is on, or cannot be', () => {
  expect(cycle(watchWith({ on: true }), 11)).toEqual([]);
  expect(cycle(watchWith({ on: false }), 11)).toEqual([]);
});
