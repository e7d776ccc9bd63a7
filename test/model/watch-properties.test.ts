import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serializeState } from '../../src/engine/engine-state.ts';
import { replay } from '../../src/engine/replay.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { WATCH } from '../../src/machines/messages.ts';
import { configMap, kustomizationFile } from '../support/flux-manifests.ts';
import { type CallOutcome, SimulatedWatch } from '../support/simulated-watch.ts';

const NAMES = ['a', 'b', 'c'];
const PATHS = ['a/cm.yaml', 'b/cm.yaml', 'c/cm.yaml', 'base/cm.yaml'];
const BROKEN = 'kind: [';

const FILES: Readonly<Record<string, string>> = {
  'a/kustomization.yaml': kustomizationFile('cm.yaml', '../base'),
  'a/cm.yaml': configMap('a', '0'),
  'b/kustomization.yaml': kustomizationFile('cm.yaml', '../base'),
  'b/cm.yaml': configMap('b', '0'),
  'c/kustomization.yaml': kustomizationFile('cm.yaml'),
  'c/cm.yaml': configMap('c', '0'),
  'base/kustomization.yaml': kustomizationFile('cm.yaml'),
  'base/cm.yaml': configMap('base', '0'),
};

type Step =
  | { readonly do: 'save'; readonly path: string; readonly value: number; readonly noticed: boolean }
  | { readonly do: 'break'; readonly path: string }
  | { readonly do: 'finish'; readonly index: number; readonly outcome: CallOutcome }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'fetch' }
  | { readonly do: 'run'; readonly target: number; readonly succeeds: boolean }
  | { readonly do: 'suspend'; readonly target: number; readonly suspended: boolean }
  | { readonly do: 'retry'; readonly target: number }
  | { readonly do: 'full' }
  | { readonly do: 'crash'; readonly reached: boolean; readonly powerCut: boolean };

const target = fc.nat({ max: NAMES.length - 1 });
const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('save' as const),
        path: fc.constantFrom(...PATHS),
        value: fc.nat({ max: 3 }),
        noticed: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), path: fc.constantFrom(...PATHS) }) },
    {
      weight: 14,
      arbitrary: fc.record({
        do: fc.constant('finish' as const),
        index: fc.nat({ max: 5 }),
        outcome: fc.oneof(
          { weight: 8, arbitrary: fc.constant('ok' as const) },
          { weight: 2, arbitrary: fc.constant('away' as const) },
          { weight: 1, arbitrary: fc.constant('refused' as const) },
        ),
      }),
    },
    {
      weight: 7,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 75, 300, 1_500, 3_000) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('fetch' as const) }) },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('run' as const), target, succeeds: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend' as const), target, suspended: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), target }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('full' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('crash' as const), reached: fc.boolean(), powerCut: fc.boolean() }),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** Found by it once. */
const FOUND: readonly (readonly Step[])[] = [
  // A request is on its way for an older save, the push of the newer one is refused, and the process ends: nobody took the target up again, not even `retry`.
  [
    { do: 'save', path: 'a/cm.yaml', value: 1, noticed: false },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'break', path: 'a/cm.yaml' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'pass', ms: 300 },
    { do: 'fetch' },
    { do: 'save', path: 'a/cm.yaml', value: 0, noticed: false },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'finish', index: 1, outcome: 'refused' },
    { do: 'crash', reached: false, powerCut: false },
    { do: 'run', target: 0, succeeds: false },
    { do: 'crash', reached: false, powerCut: false },
    { do: 'pass', ms: 10 },
    { do: 'pass', ms: 10 },
  ],
  [
    { do: 'save', path: 'a/cm.yaml', value: 1, noticed: false },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'save', path: 'base/cm.yaml', value: 1, noticed: false },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'pass', ms: 3000 },
    { do: 'fetch' },
    { do: 'finish', index: 0, outcome: 'ok' },
    { do: 'pass', ms: 10 },
    { do: 'pass', ms: 10 },
    { do: 'finish', index: 1, outcome: 'away' },
    { do: 'crash', reached: false, powerCut: false },
    { do: 'run', target: 0, succeeds: false },
  ],
];

test('whatever happens, in any order, nothing is lost, nothing is asked twice at once, and all comes to rest', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const watch = new SimulatedWatch({
        files: FILES,
        targets: { a: [], b: ['a'], c: [] },
        limits: { snapshotEveryEvents: 25, breakerFailuresMax: 2, breakerOpenMsMin: 1_000 },
      });
      await watch.start();
      for (const step of steps) {
        await take(watch, step);
        checkInvariants(watch);
      }
      await comeToRest(watch);
      checkInvariants(watch);
      // What was refused needs somebody: nothing else does.
      if (watch.events.some(({ type }) => type === 'StepRefused' || type === 'RequestFailed')) {
        for (const id of watch.targets) await watch.dispatch({ machine: `target/${id}`, type: 'RetryRequested' });
        await comeToRest(watch);
      }
      checkAtRest(watch);
    }),
    {
      examples: FOUND.map((steps) => [[...steps]]),
      numRuns: Number(process.env.PROPERTY_RUNS ?? 200),
      interruptAfterTimeLimit: 50_000,
      markInterruptAsFailure: false,
    },
  );
}, 120_000);

async function take(watch: SimulatedWatch, step: Step): Promise<void> {
  switch (step.do) {
    case 'save':
      return watch.save(step.path, configMap(step.path.split('/')[0] ?? '', String(step.value)), step.noticed);
    case 'break':
      return watch.save(step.path, BROKEN, true);
    case 'finish':
      return watch.finishCall(step.index, step.outcome);
    case 'pass':
      return watch.pass(step.ms);
    case 'fetch':
      return watch.fetch();
    case 'run':
      return watch.run(nth(watch, step.target), step.succeeds);
    case 'suspend':
      return watch.suspend(nth(watch, step.target), step.suspended);
    case 'retry':
      return watch.dispatch({ machine: `target/${nth(watch, step.target)}`, type: 'RetryRequested' });
    case 'full':
      return watch.dispatch({
        machine: WATCH,
        type: 'FullReconcileRequested',
        full: { reason: 'requested', detail: 'asked for' },
      });
    case 'crash':
      return watch.crash(step.reached, step.powerCut);
  }
}

function nth(watch: SimulatedWatch, index: number): string {
  return watch.targets[index] ?? '';
}

function checkInvariants(watch: SimulatedWatch): void {
  const { state } = watch.engine;
  const running = [...state.pending.values()].map(({ owner, effect }) => `${effect} of ${owner}`);
  const single = running.filter((one) => /^(askTarget|pushArtifact|runHooks|resolveTargets) /.test(one));
  expect(new Set(single).size, single.join(', ')).toBe(single.length);
  const replayed = replay(watch.log, WATCH_KINDS, { limits: watch.limits });
  expect(plain(serializeState(replayed))).toEqual(plain(serializeState(state)));
}

/** Everybody answers, everything is sound, and time passes. */
async function comeToRest(watch: SimulatedWatch): Promise<void> {
  for (const path of PATHS) {
    if (watch.tree.disk.files.get(path) === BROKEN) await watch.save(path, FILES[path], true);
  }
  for (const id of watch.targets) await watch.suspend(id, false);
  for (let round = 0; round < 40; round += 1) {
    while (watch.open.length > 0) await watch.finishCall(0, 'ok');
    await watch.fetch();
    for (const id of watch.targets) await watch.run(id, true);
    await watch.pass(round < 20 ? 4_000 : 100);
  }
}

function checkAtRest(watch: SimulatedWatch): void {
  const { state } = watch.engine;
  const wanted = watch.digestsOnDisk();
  const seen = watch.targets.map((id) => {
    const { reason, message, reconciledDigest, desiredDigest } = watch.context(id);
    const untouched = desiredDigest === undefined && reconciledDigest === undefined;
    return {
      id,
      state: watch.stateOf(id),
      why: `${reason} ${message}`.trim(),
      newest: untouched || reconciledDigest === wanted[id],
      cm: untouched ? undefined : watch.appliedText(id, `${id.slice(id.lastIndexOf('/') + 1)}/cm.yaml`),
    };
  });
  expect(seen).toEqual(
    seen.map(({ id, cm }) => ({
      id,
      state: 'settled',
      why: '',
      newest: true,
      cm: cm && watch.tree.disk.files.get(`${id.slice(id.lastIndexOf('/') + 1)}/cm.yaml`),
    })),
  );
  expect(watch.watch).toBe('idle');
  expect([...state.pending.values()]).toEqual([]);
  expect([...state.timers.keys()]).toEqual(['watch#sweep']);
  const full = replay(watch.log, WATCH_KINDS, { limits: watch.limits, useSnapshots: false });
  expect(plain(serializeState(full))).toEqual(plain(serializeState(state)));
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
