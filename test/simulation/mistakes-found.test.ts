import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baselineEvents } from '../../src/cli/session/baseline.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { OWED } from '../../src/domain/resolution.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { applyEvent, type EngineState, emptyState, type Step } from '../../src/engine/engine-state.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { stateName } from '../../src/machines/state-name.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { knownDigest } from '../../src/machines/target-rules.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';
import { asked, fluxKustomization, idOf, MappedRepository } from '../support/mapped-repository.ts';
import { configMap, kustomization } from './layout.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { SimulatedTree } from './simulated-tree.ts';

// Each of these was found by a schedule; the seed is that of the schedule.

const SOURCE = 'OCIRepository/flux-system/shop';
const A = idOf('a');
const B = idOf('b');
const path = (text: string): RelativePath => text as RelativePath;

/** Folds events and gives what the last one asked for. */
function fold(
  state: EngineState,
  ...events: readonly { machine: string; type: string; [field: string]: unknown }[]
): Step {
  let step: Step = { messages: [], effects: [] };
  for (const event of events) step = applyEvent(state, WATCH_KINDS, { ...event, seq: state.seq + 1, at: 1_000, v: 1 });
  return step;
}

const observed = (id: string, artifactRevision: string | undefined, fields: Record<string, unknown> = {}) => ({
  machine: `source/${SOURCE}`,
  type: 'SourceObserved',
  observation: {
    ...{
      id,
      generation: 1,
      suspended: false,
      ready: 'True',
      reason: '',
      message: '',
      observedGeneration: 1,
      readyGeneration: 1,
    },
    ...{ artifactRevision, ...fields },
  },
});

const ready = (revision: string) => ({
  id: A,
  ...{
    generation: 1,
    suspended: false,
    ready: 'True',
    reason: '',
    message: '',
    readyGeneration: 1,
    observedGeneration: 1,
  },
  ...{ stalled: false, reconciling: false, disabled: false, lastHandledReconcileAt: undefined },
  lastAppliedRevision: revision,
  lastAttemptedRevision: revision,
});

const wanted = (cycle: number, reads = SOURCE) => ({
  ...{
    machine: `target/${A}`,
    type: 'ReconcileWanted',
    digest: `d${cycle}`,
    rule: 'closure',
    awaits: [],
    awaitedBy: [],
  },
  ...{ reads, cycle },
});

const stateOf = (state: EngineState, machine: string): unknown => state.machines.get(machine)?.value;

test('seeds 7 and 32: an artifact that is seen after its generator answered reaches those who wait for it', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `source/${SOURCE}`;
  fold(
    state,
    { machine, type: 'PushWanted', contentDigest: 'c', generators: ['ArtifactGenerator/flux-system/g'], cycle: 1 },
    { machine, type: 'HooksSucceeded' },
    { machine, type: 'ArtifactPushed', digest: 'sha256:1', unchanged: false, bytesSent: 1 },
    { machine, type: 'SourceAsked' },
  );
  const { token } = { ...(state.machines.get(machine)?.context as { token: string } | undefined) };
  fold(
    state,
    observed(SOURCE, 'latest@sha256:1', { lastHandledReconcileAt: token }),
    { machine, type: 'GeneratorsAsked' },
    { machine, type: 'GeneratorObserved', id: 'ArtifactGenerator/flux-system/g', handled: token },
  );
  const { messages } = fold(state, observed('ExternalArtifact/flux-system/part', 'latest@sha256:2'));
  expect(messages).toMatchObject([
    { type: 'SourceAvailable', cycle: 1, revisions: { 'ExternalArtifact/flux-system/part': 'latest@sha256:2' } },
  ]);
});

test('seed 249078980: a source that arrives late says nothing of what is composed from it', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `source/${SOURCE}`;
  const part = 'ExternalArtifact/flux-system/part';
  fold(
    state,
    observed(part, 'latest@sha256:old'),
    { machine, type: 'PushWanted', contentDigest: 'c', generators: [], cycle: 1 },
    { machine, type: 'HooksSucceeded' },
    { machine, type: 'ArtifactPushed', digest: 'sha256:1', unchanged: false, bytesSent: 1 },
    { machine, type: 'SourceAsked' },
    { machine, type: 'SourceWaitElapsed' },
  );
  const { messages } = fold(state, observed(SOURCE, 'latest@sha256:1'));
  expect(messages).toMatchObject([{ type: 'SourceAvailable', revisions: { [SOURCE]: 'latest@sha256:1' } }]);
  expect(messages[0]?.revisions).not.toHaveProperty([part]);
});

test('seed 304: a target whose artifact is not seen waits for it with an end', () => {
  const state = emptyState(DEFAULT_LIMITS);
  fold(state, wanted(1, 'ExternalArtifact/flux-system/part'), {
    ...{ machine: `target/${A}`, type: 'SourceReady', cycle: 1 },
    revisions: { [SOURCE]: 'latest@sha256:1' },
  });
  expect(stateOf(state, `target/${A}`)).toEqual({ requested: 'awaiting-artifact' });
  expect([...state.timers.values()]).toMatchObject([{ machine: `target/${A}`, id: 'targetWait' }]);
});

test('seed 212: a dead letter that was Ready before anybody knew what its revision holds is none', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `target/${A}`;
  fold(state, wanted(1), { machine, type: 'SourceFailed', reason: 'Suspended', message: 'suspended', cycle: 1 });
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') });
  expect(stateOf(state, machine)).toBe('dead-letter');
  fold(state, { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } });
  expect(stateOf(state, machine)).toBe('settled');
});

test('seed 30165: what was wanted while a request was on its way is owed until a revision holds it', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `target/${A}`;
  fold(
    state,
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    wanted(2),
  );
  expect(stateOf(state, machine)).toEqual({ progressing: 'asking' });
  const context = state.machines.get(machine)?.context as TargetContext;
  expect(knownDigest('progressing', context)).toBe(OWED);
});

test('seed 80036: who depends on a target hears of the one that was made in its place', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `target/${A}`;
  fold(
    state,
    { machine, type: 'TargetDefined', reads: SOURCE, dependsOn: [], dependents: [B] },
    { machine, type: 'TargetRemoved' },
  );
  expect(
    fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') }).messages,
  ).toMatchObject([{ to: `target/${B}`, type: 'DependencyObserved', state: { ready: true } }]);
});

test('seed 82: who is held back by a held target goes on once that is sound again, without a change', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `target/${A}`;
  fold(
    state,
    { machine, type: 'TargetDefined', reads: SOURCE, dependsOn: [], dependents: [B] },
    { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') },
    { machine, type: 'TargetHeld', problem: { kind: 'missing', path: 'a', message: 'missing' } },
  );
  expect(fold(state, { machine, type: 'HoldReleased' }).messages).toMatchObject([
    { to: `target/${B}`, type: 'DependencyObserved', state: { ready: true } },
  ]);
});

test('seed 109: after a crash nothing is pushed that was decided about before it', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = `source/${SOURCE}`;
  const want = (cycle: number) => ({ machine, type: 'PushWanted', contentDigest: 'c', generators: [], cycle });
  fold(state, want(1), want(2));
  const { effects, messages } = fold(state, { machine, type: 'EffectOutcomeUnknown', effect: 'runHooks' });
  expect(effects).toEqual([]);
  expect(messages).toMatchObject([{ to: 'watch', type: 'DefinitionsChanged' }]);
  expect(stateOf(state, machine)).toBe('idle');
});

test('an earlier push that arrives does not take away the batch that is being resolved', () => {
  const state = emptyState(DEFAULT_LIMITS);
  const machine = 'watch';
  const full = { reason: 'requested', detail: 'asked for' };
  fold(
    state,
    { machine, type: 'FullReconcileRequested', full },
    { machine, type: 'QuietPeriodElapsed' },
    { machine, type: 'SourceAvailable', revisions: {}, cycle: 0 },
    { machine, type: 'StepFailed', step: 'resolve', failure: { kind: 'disk', message: 'EIO' } },
  );
  expect(state.machines.get('watch')?.context).toMatchObject({ full });
});

const FILES = {
  'a/kustomization.yaml': kustomization(['cm.yaml', 'more.yaml']),
  'a/cm.yaml': configMap('a', 0),
  'a/more.yaml': configMap('more', 0),
  'b/kustomization.yaml': kustomization(['cm.yaml']),
  'b/cm.yaml': configMap('b', 0),
};
const OBJECTS = [fluxKustomization('a', './a'), fluxKustomization('b', './b')];

test('seeds 115 and 9: a target that was emptied while nobody watched is not pruned', () => {
  const before = new MappedRepository({ files: FILES, objects: OBJECTS });
  const files = { ...FILES, 'a/kustomization.yaml': kustomization([]) };
  const after = new MappedRepository({ files, objects: OBJECTS });
  after.known = before.known;
  expect(after.resolve([]).pruneRisk).toContain(A);
  expect(new MappedRepository({ files, objects: OBJECTS }).resolve([]).pruneRisk).toBeUndefined();
});

test('seed 152: what came to light beside a changed file counts as changed', () => {
  const repository = new MappedRepository({ files: FILES, objects: OBJECTS });
  repository.write({ 'a/kustomization.yaml': kustomization(['cm.yaml']), 'a/more.yaml': undefined });
  repository.resolve(['a/more.yaml']);
  repository.write({ 'a/more.yaml': configMap('more', 0), 'a/cm.yaml': configMap('a', 1) });
  expect(repository.resolve(['a/kustomization.yaml']).held).toEqual([]);
  expect(repository.resolve(['a/cm.yaml']).digests[A]).toBe(
    new MappedRepository({ files: Object.fromEntries(repository.tree.files), objects: OBJECTS }).known[A],
  );
});

test('seed 672: a target that is owed is asked although its path is gone', () => {
  const { 'b/cm.yaml': _, 'b/kustomization.yaml': __, ...files } = FILES;
  const repository = new MappedRepository({ files, objects: OBJECTS });
  repository.known = { ...repository.known, [B]: OWED };
  expect(asked(repository.resolve([]))).toEqual(['b by owed']);
});

test('seed 1226: a directory that came meanwhile is found by a sweep, though a file beside it was looked at', () => {
  const files = new SimulatedFiles();
  files.write('apps/a/cm.yaml', 'a');
  const tree = new SimulatedTree(files);
  const seen = (): unknown => [tree.list(path('apps')), tree.facts(path('apps/a/cm.yaml'))];
  tree.list(path('.'));
  seen();
  tree.list(path('apps/a'));
  files.write('apps/b/cm.yaml', 'b');
  tree.invalidate([path('apps/a/cm.yaml')]);
  seen();
  expect(tree.sweep()).toContain('apps/b');
});

test('seed 30: reading a file does not hide that it differs from what was resolved', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-'));
  try {
    writeFileSync(join(directory, 'cm.yaml'), 'before');
    const tree = new DiskTree(directory);
    const before = tree.facts(path('cm.yaml'));
    writeFileSync(join(directory, 'cm.yaml'), 'after it');
    expect(String(tree.read(path('cm.yaml')))).not.toBe('');
    expect(tree.facts(path('cm.yaml'))).toEqual(before);
    const swept: string[] = [];
    for await (const found of tree.sweep()) swept.push(found);
    expect(swept).toEqual(['cm.yaml']);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('seed 30: what is to be pushed is told with the digest that was resolved', () => {
  const files = new SimulatedFiles();
  for (const [name, text] of Object.entries(FILES)) files.write(name, text);
  const workspace = new Workspace({ tree: new SimulatedTree(files), watchedDir: path('.'), limits: DEFAULT_LIMITS });
  workspace.setDefinitions({ targets: [], sources: [], generators: [] }, SOURCE);
  const digest = (): string | undefined => workspace.filesToPush().find((file) => file.path === 'a/cm.yaml')?.digest;
  const before = digest();
  files.write('a/cm.yaml', configMap('a', 1));
  for (const file of workspace.filesToPush()) file.read();
  expect(digest()).toBe(before);
});

test('seed 245: what a target has from a composed artifact is known at a start, also while it is reconciled again', async () => {
  const view = new LiveView();
  const object = (kind: string, name: string, status: Record<string, unknown>, spec: Record<string, unknown> = {}) => ({
    apiVersion: kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { name, namespace: 'flux-system', generation: 1 },
    spec,
    status,
  });
  view.put(object('OCIRepository', 'shop', { artifact: { revision: 'latest@sha256:1' } }));
  view.put(object('ExternalArtifact', 'part', { artifact: { revision: 'latest@sha256:2' } }));
  const progressing = [{ type: 'Ready', status: 'Unknown', reason: 'Progressing', observedGeneration: 1 }];
  view.put(
    object(
      'Kustomization',
      'a',
      { lastAppliedRevision: 'latest@sha256:2', conditions: progressing },
      { path: './a', sourceRef: { kind: 'ExternalArtifact', name: 'part' } },
    ),
  );
  const state = emptyState(DEFAULT_LIMITS);
  fold(state, ...view.eventsFor(state, SOURCE));
  const config = { 'reconcile-machine.dev/targets': { [A]: 'digest' } };
  const events = await baselineEvents(
    view,
    SOURCE,
    state,
    async () => ({ digest: 'sha256:1', config }),
    () => {},
  );
  expect(events).toEqual([{ machine: `target/${A}`, type: 'BaselineFound', digest: 'digest' }]);
  fold(state, ...events);
  expect(stateName(state.machines.get(`target/${A}`) ?? { value: '' })).toBe('settled');
});
