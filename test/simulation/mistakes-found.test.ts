import { expect, test } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { OWED, type Resolution } from '../../src/domain/resolution.ts';
import type { Definitions } from '../../src/domain/target.ts';
import { planFromResolution } from '../../src/effects/plan-from-resolution.ts';
import { knownDigest } from '../../src/machines/target-rules.ts';
import { fluxKustomization } from '../support/mapped-repository.ts';
import { A, B, contextOf, fold, newState, observed, PART, ready, SOURCE, stateOf, wanted } from './folded-state.ts';

// Each of these was found by a schedule; the seed is that of the schedule. Those about files and about a start lie beside it.

const NOTHING_FOUND: Resolution = {
  ...{ decisions: [], full: undefined, affected: [], held: [], suspended: [] },
  ...{ contentDigest: '', fileCount: 1, pruneRisk: undefined, digests: {}, bystanders: 0 },
};

test('seeds 7 and 32: an artifact that is seen after its generator answered reaches those who wait for it', () => {
  const state = newState();
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
  const { messages } = fold(state, observed(PART, 'latest@sha256:2'));
  expect(messages).toMatchObject([{ type: 'SourceAvailable', cycle: 1, revisions: { [PART]: 'latest@sha256:2' } }]);
});

test('seed 249078980: a source that arrives late says nothing of what is composed from it', () => {
  const state = newState();
  const machine = `source/${SOURCE}`;
  fold(
    state,
    observed(PART, 'latest@sha256:old'),
    { machine, type: 'PushWanted', contentDigest: 'c', generators: [], cycle: 1 },
    { machine, type: 'HooksSucceeded' },
    { machine, type: 'ArtifactPushed', digest: 'sha256:1', unchanged: false, bytesSent: 1 },
    { machine, type: 'SourceAsked' },
    { machine, type: 'SourceWaitElapsed' },
  );
  const { messages } = fold(state, observed(SOURCE, 'latest@sha256:1'));
  expect(messages).toMatchObject([{ type: 'SourceAvailable', revisions: { [SOURCE]: 'latest@sha256:1' } }]);
  expect(messages[0]?.revisions).not.toHaveProperty([PART]);
});

test('seed 100039048: what generators made is believed only once they have answered, also where the source arrives after its request has failed', () => {
  const state = newState();
  const machine = `source/${SOURCE}`;
  const generator = 'ArtifactGenerator/flux-system/g';
  fold(
    state,
    observed(SOURCE, 'latest@sha256:0'),
    observed(PART, 'latest@sha256:older'),
    { machine, type: 'PushWanted', contentDigest: 'c', generators: [generator], cycle: 2 },
    { machine, type: 'HooksSucceeded' },
    { machine, type: 'ArtifactPushed', digest: 'sha256:2', unchanged: false, bytesSent: 1 },
    { machine, type: 'SourceAskFailed', failure: { kind: 'conflict', message: 'the object has been modified' } },
  );
  // Flux has fetched it all the same, and shows only now what it had made of the push before.
  const late = fold(state, observed(SOURCE, 'latest@sha256:2'));
  expect(late.messages).toMatchObject([{ type: 'SourceAvailable', revisions: { [SOURCE]: 'latest@sha256:2' } }]);
  expect(late.messages[0]?.revisions).not.toHaveProperty([PART]);
  expect(late.effects).toMatchObject([{ effect: 'askGenerators', params: { generators: [generator] } }]);
  expect(fold(state, observed(PART, 'latest@sha256:old')).messages).toEqual([]);

  const { token } = { ...(state.machines.get(machine)?.context as { token: string } | undefined) };
  fold(state, observed(PART, 'latest@sha256:new'), { machine, type: 'GeneratorsAsked' });
  const answered = fold(state, { machine, type: 'GeneratorObserved', id: generator, handled: token });
  expect(answered.messages).toMatchObject([
    { type: 'SourceAvailable', cycle: 2, revisions: { [PART]: 'latest@sha256:new' } },
  ]);
});

test('seed 304: a target whose artifact is not seen waits for it with an end', () => {
  const state = newState();
  fold(state, wanted(1, PART), {
    ...{ machine: `target/${A}`, type: 'SourceReady', cycle: 1 },
    revisions: { [SOURCE]: 'latest@sha256:1' },
  });
  expect(stateOf(state, `target/${A}`)).toEqual({ requested: 'awaiting-artifact' });
  expect([...state.timers.values()]).toMatchObject([{ machine: `target/${A}`, id: 'targetWait' }]);
});

test('seed 212: a dead letter that was Ready before anybody knew what its revision holds is none', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(state, wanted(1), { machine, type: 'SourceFailed', reason: 'Suspended', message: 'suspended', cycle: 1 });
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') });
  expect(stateOf(state, machine)).toBe('dead-letter');
  fold(state, { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } });
  expect(stateOf(state, machine)).toBe('settled');
});

test('seed 30165: what was wanted while a request was on its way is owed until a revision holds it', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(
    state,
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    wanted(2),
  );
  expect(stateOf(state, machine)).toEqual({ progressing: 'asking' });
  expect(knownDigest('progressing', contextOf(state, machine))).toBe(OWED);
});

test('seed 80036: who depends on a target hears of the one that was made in its place', () => {
  const state = newState();
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
  const state = newState();
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
  const state = newState();
  const machine = `source/${SOURCE}`;
  const want = (cycle: number) => ({ machine, type: 'PushWanted', contentDigest: 'c', generators: [], cycle });
  fold(state, want(1), want(2));
  const { effects, messages } = fold(state, { machine, type: 'EffectOutcomeUnknown', effect: 'runHooks' });
  expect(effects).toEqual([]);
  expect(messages).toMatchObject([{ to: 'watch', type: 'DefinitionsChanged' }]);
  expect(stateOf(state, machine)).toBe('idle');
});

test('an earlier push that arrives does not take away the batch that is being resolved', () => {
  const state = newState();
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

test('seed 600000993: a target whose last request is lost is Ready all the same where Flux has run with the new revision', () => {
  const state = newState();
  const machine = `target/${A}`;
  const lost = { machine, type: 'RequestFailed', failure: { kind: 'forbidden', message: 'not allowed' } };
  const wantedAndAsked = [
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:2' } },
  ];
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') }, ...wantedAndAsked);
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:2') });
  expect(fold(state, lost).messages).toContainEqual(
    expect.objectContaining({ type: 'TargetSettled', outcome: 'ready' }),
  );
  expect(stateOf(state, machine)).toBe('settled');
});

test('seed 600000993: it is given up where it was Ready at that revision before it was wanted', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(
    state,
    { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') },
    { ...wanted(1), rule: 'full' },
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    { machine, type: 'RequestFailed', failure: { kind: 'forbidden', message: 'not allowed' } },
  );
  expect(stateOf(state, machine)).toBe('dead-letter');
});

test('seed 620001820: what was held while its request was in flight, and is sound again, is not held after its answer', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(
    state,
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    { machine, type: 'RequestAccepted' },
    { machine, type: 'TargetHeld', problem: { kind: 'missing', path: 'a', message: 'missing' } },
  );
  const definitions = { targets: [], sources: [], generators: [] };
  const { machines } = state;
  expect(
    planFromResolution({ resolution: NOTHING_FOUND, definitions, fedSource: SOURCE, machines, sendNothing: undefined }),
  ).toMatchObject({ type: 'NothingToDo', released: [A] });
  const { token } = contextOf(state, machine);
  const observation = { ...ready('latest@sha256:1'), lastHandledReconcileAt: token };
  fold(state, { machine, type: 'HoldReleased' }, { machine, type: 'TargetObserved', observation });
  expect(stateOf(state, machine)).toBe('settled');
});

test('an artifact that was composed of an older push and is told of late is no answer once a newer one is', () => {
  const state = newState();
  const machine = `target/${A}`;
  const composed = (revision: string) => ({ machine, type: 'SourceReady', cycle: 1, revisions: { [PART]: revision } });
  fold(state, wanted(1, PART), composed('latest@sha256:1'), composed('latest@sha256:2'), {
    machine,
    type: 'RequestAccepted',
  });
  const { token } = contextOf(state, machine);
  const at = (revision: string) => ({
    machine,
    type: 'TargetObserved',
    observation: { ...ready(revision), lastHandledReconcileAt: token },
  });
  fold(state, at('latest@sha256:1'));
  expect(stateOf(state, machine)).toEqual({ progressing: 'waiting' });
  fold(state, at('latest@sha256:2'));
  expect(stateOf(state, machine)).toBe('settled');
});

test('seed 812014436: what was given up before it was asked is not recovered by an artifact that may be composed of an older push', () => {
  const recovered = (reads: string): unknown => {
    const state = newState();
    const machine = `target/${A}`;
    fold(
      state,
      wanted(1, reads),
      { machine, type: 'SourceFailed', reason: 'push refused', message: 'not allowed', cycle: 1 },
      { machine, type: 'SourceReady', cycle: 1, revisions: { [reads]: 'latest@sha256:1' } },
      { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') },
    );
    return stateOf(state, machine);
  };
  expect([recovered(PART), recovered(SOURCE)]).toEqual(['dead-letter', 'settled']);
});

test('seed 640003185: what is saved while a target is suspended is not taken for what it was wanted for', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(
    state,
    wanted(1),
    { machine, type: 'TargetSuspended' },
    { machine, type: 'SourceReady', cycle: 2, revisions: { [SOURCE]: 'latest@sha256:2' } },
  );
  expect(stateOf(state, machine)).toBe('suspended');
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') });
  // The push of the second cycle holds what was saved since: nobody knows what would be reconciled with it.
  expect(stateOf(state, machine)).toEqual({ requested: 'awaiting-source' });
  expect(knownDigest('requested', contextOf(state, machine))).toBe(OWED);
});

test('seed 670003932: a target whose file broke while an older request was on its way is held, and says so', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(
    state,
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    wanted(2),
    { machine, type: 'TargetHeld', problem: { kind: 'missing', path: 'a', message: 'missing' } },
  );
  expect(fold(state, { machine, type: 'RequestAccepted' }).messages).toContainEqual(
    expect.objectContaining({ type: 'TargetSettled', outcome: 'held', message: 'a: missing' }),
  );
  expect(stateOf(state, machine)).toBe('held');
});

test('seed 660000499: a full reconcile is kept where every target is broken by itself', () => {
  const problem = { kind: 'missing', path: 'a' as RelativePath, message: 'missing' } as const;
  const full = { reason: 'initial', detail: '--initial' } as const;
  const resolution: Resolution = { ...NOTHING_FOUND, full, held: [{ id: A, problem }] };
  const definitions = { targets: [], sources: [], generators: [] };
  const { machines } = newState();
  expect(
    planFromResolution({ resolution, definitions, fedSource: SOURCE, machines, sendNothing: undefined }),
  ).toMatchObject({ type: 'NothingToDo', heldFull: full });
});

test('seed 780002942: a target that was found suspended, and was resumed before that was logged, is looked at again', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(state, { machine, type: 'TargetObserved', observation: ready('latest@sha256:1') });
  expect(fold(state, { machine, type: 'TargetSuspended' }).messages).toMatchObject([
    { to: 'watch', type: 'TargetSettled', outcome: 'unknown' },
    { to: 'watch', type: 'DefinitionsChanged' },
  ]);
  expect(stateOf(state, machine)).toBe('settled');
  expect(knownDigest('settled', contextOf(state, machine))).toBe(OWED);
});

test('seed 800001208: of a target that is made anew nobody knows what it has', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(state, { machine, type: 'BaselineFound', digest: 'd1' }, { machine, type: 'TargetRemoved' });
  fold(state, { machine, type: 'TargetDefined', reads: SOURCE, dependsOn: [], dependents: [] });
  expect(stateOf(state, machine)).toBe('settled');
  expect(knownDigest('settled', contextOf(state, machine))).toBeUndefined();
});

test('seed 850009924: a file that is saved and saved back while a request is on its way is reconciled as it is', () => {
  const state = newState();
  const machine = `target/${A}`;
  const back = { ...wanted(1), cycle: 3 };
  fold(
    state,
    wanted(1),
    { machine, type: 'SourceReady', cycle: 1, revisions: { [SOURCE]: 'latest@sha256:1' } },
    wanted(2),
    back,
    { machine, type: 'RequestAccepted' },
  );
  expect(stateOf(state, machine)).toEqual({ requested: 'awaiting-source' });
  expect(contextOf(state, machine)).toMatchObject({ desiredDigest: 'd1', cycle: 3 });
});

test('seed 910003134: the answer to an older want, told beside a newer one, is not taken for the answer to that', () => {
  const state = newState();
  const plan = (cycle: number) => ({
    ...{ machine: 'watch', type: 'TargetsResolved', decisions: [], reason: 'closure' },
    plan: {
      ...{ source: SOURCE, contentDigest: 'c', generators: [], held: [], suspended: [], bystanders: 0, released: [] },
      targets: [{ id: A, rule: 'closure', digest: `d${cycle}`, because: [], awaits: [], awaitedBy: [], reads: SOURCE }],
    },
  });
  const answer = (cycle: number) => ({ machine: 'watch', type: 'TargetSettled', target: A, outcome: 'ready', cycle });
  const available = { machine: 'watch', type: 'SourceAvailable', source: SOURCE, revisions: {}, cycle: 2 };
  fold(state, { machine: 'watch', type: 'WatchStarted' }, plan(1));
  fold(state, { machine: 'watch', type: 'WatchStarted' }, plan(2), answer(1));
  expect(fold(state, available).messages).toMatchObject([{ to: `target/${A}`, type: 'SourceReady' }]);
  fold(state, answer(2));
  expect(fold(state, available).messages).toEqual([]);
});

test('seeds 6112490 and 6200825: a target that a push reached unseen is asked once its generator can be listed', () => {
  const state = newState();
  const machine = `target/${A}`;
  fold(state, { machine, type: 'BaselineFound', digest: 'd1' });
  const definitions = definitionsFromObjects([
    { object: fluxKustomization('a', './a', { sourceRef: { kind: 'ExternalArtifact', name: 'part' } }) },
    { object: fluxKustomization('b', './b') },
  ]);
  const generator = { id: 'ArtifactGenerator/flux-system/parts', namespace: 'flux-system', name: 'parts', sources: [] };
  const plan = (generators: Definitions['generators']) =>
    planFromResolution({
      ...{ definitions: { ...definitions, generators }, fedSource: SOURCE, sendNothing: undefined },
      ...{
        machines: state.machines,
        resolution: { ...NOTHING_FOUND, affected: [{ id: B, rule: 'closure', digest: 'd1', because: [] }] },
      },
    });
  expect(plan([{ ...generator, artifacts: [{ name: 'part', copy: [] }] }])).not.toHaveProperty('plan.unseen');
  const unseen = plan([]);
  expect(unseen).toHaveProperty('plan.unseen', [A]);
  fold(state, { machine: 'watch', type: 'WatchStarted' });
  const { messages } = fold(state, { ...unseen, machine: 'watch' });
  fold(state, ...messages.flatMap(({ to, ...message }) => (to === machine ? [{ ...message, machine }] : [])));
  expect(knownDigest('settled', contextOf(state, machine))).toBe(OWED);
});
