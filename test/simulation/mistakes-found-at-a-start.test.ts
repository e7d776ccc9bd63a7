import { describe, expect, test } from 'vitest';
import { Baseline } from '../../src/cli/session/baseline.ts';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import { FailureError } from '../../src/domain/failure.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { OTHER_BUILD } from '../../src/domain/resolution.ts';
import type { TargetDefinition } from '../../src/domain/target.ts';
import { buildFingerprint } from '../../src/domain/target-build.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import { artifactConfig } from '../../src/effects/push-artifact.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineState } from '../../src/engine/engine-state.ts';
import type { EventLog, NewEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { settle } from '../support/settle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { A, B, contextOf, fold, newState, PART, SOURCE, stateOf } from './folded-state.ts';

// See mistakes-found.test.ts: those in how a start learns what is reconciled.

const object = (kind: string, name: string, status: Record<string, unknown>, spec: Record<string, unknown> = {}) => ({
  apiVersion: kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name, namespace: 'flux-system', generation: 1 },
  spec,
  status,
});

interface Known {
  /** The source's revision, and that which the target has. */
  readonly revision: string;
  readonly applied: string;
  /** What the tag stands for, where the source has not fetched that yet. */
  readonly tagged?: string;
  readonly ready?: 'True' | 'False' | 'Unknown';
  readonly reads?: string;
  /** By revision: what the artifact's config says of the target; null: nothing, beside what it says of others. */
  readonly configs: Readonly<Record<string, string | null | FailureError>>;
  /** The `spec.path` for which it says that; absent in what older versions pushed. */
  readonly builtFrom?: string;
}

/** A cluster with one target, at a start, and what the baseline tells of it. */
function starting(known: Known, state = newState()) {
  const view = new LiveView();
  const told: NewEvent[] = [];
  const show = ({ revision, applied, ready: status = 'True', reads = SOURCE }: Known): void => {
    const [kind = '', , name = ''] = reads.split('/');
    view.put(object('OCIRepository', 'shop', { artifact: { revision: revision } }, { ref: { tag: 'latest' } }));
    if (reads === PART) view.put(object('ExternalArtifact', 'part', { artifact: { revision: applied } }));
    const conditions = [{ type: 'Ready', status, reason: 'Simulated', observedGeneration: 1 }];
    const spec = { path: './a', sourceRef: { kind, name } };
    view.put(object('Kustomization', 'a', { observedGeneration: 1, lastAppliedRevision: applied, conditions }, spec));
    fold(state, ...view.eventsFor(state, SOURCE));
  };
  show(known);
  let now = known;
  const { builtFrom } = known;
  const build = builtFrom === undefined ? undefined : buildFingerprint(definitionAt(builtFrom));
  const baseline = new Baseline({
    view,
    source: SOURCE,
    engine: {
      state,
      dispatch: (...events) => {
        told.push(...events);
        fold(state, ...events);
      },
    },
    readConfig: async (asked) => {
      const revision = asked === 'latest' ? (now.tagged ?? now.revision) : `latest@${asked}`;
      const content = now.configs[revision];
      const digest = revision.slice('latest@'.length);
      if (content instanceof FailureError) throw content;
      return content === undefined
        ? undefined
        : {
            digest,
            config: artifactConfig(
              'all',
              content === null ? {} : { [A]: content },
              build === undefined ? {} : { [A]: build },
            ),
          };
    },
    now: () => 1_000,
    onHappening: () => {},
  });
  return {
    view,
    baseline,
    state,
    told,
    becomes: (later: Known) => {
      now = later;
      show(later);
    },
  };
}

function definitionAt(path: string): TargetDefinition {
  const spec = { path, sourceRef: { kind: 'OCIRepository', name: 'shop' } };
  const [target] = definitionsFromObjects([{ object: object('Kustomization', 'a', {}, spec) }]).targets;
  if (target === undefined) throw new Error('no target is defined');
  return target;
}

const FOUND = { machine: `target/${A}`, type: 'BaselineFound' };
const R1 = 'latest@sha256:1';
const R2 = 'latest@sha256:2';
const AWAY = new FailureError({ kind: 'unavailable', message: 'connect ECONNREFUSED', dependency: 'registry' });

test('seed 245: what a target has from a composed artifact is known at a start, also while it is reconciled again', async () => {
  const { baseline, told, state } = starting({
    ...{ revision: R1, applied: R2, ready: 'Unknown', reads: PART, configs: { [R1]: 'digest' } },
  });
  await baseline.find();
  expect(told).toEqual([{ ...FOUND, digest: 'digest' }]);
  expect(stateOf(state, `target/${A}`)).toBe('settled');
});

test('seed 630001779: what a target has that did not come to the newest revision yet is known where that makes no difference', async () => {
  const same = starting({ revision: R2, applied: R1, configs: { [R1]: 'digest', [R2]: 'digest' } });
  await same.baseline.find();
  expect(same.told).toEqual([{ ...FOUND, digest: 'digest' }]);
  const other = starting({ revision: R2, applied: R1, configs: { [R1]: 'digest', [R2]: 'other' } });
  await other.baseline.find();
  expect(other.told).toEqual([]);
});

test('seeds 100050321 and 2026100323: what an artifact says of a target counts only for the build that it was worked out for', async () => {
  const known: Known = { revision: R1, applied: R1, configs: { [R1]: 'digest' } };
  const same = starting({ ...known, builtFrom: 'a/' });
  await same.baseline.find();
  expect(same.told).toEqual([{ ...FOUND, digest: 'digest' }]);
  const other = starting({ ...known, builtFrom: './b' });
  await other.baseline.find();
  expect(other.told).toEqual([{ ...FOUND, digest: OTHER_BUILD }]);
  // What this log knows of it was learnt under the definition of then, and noted: it is not forgotten for that.
  const later = starting({ ...known, builtFrom: './b' }, same.state);
  await later.baseline.find();
  expect(later.told).toEqual([]);
});

test('what could not be read at the start, since the registry was away, is found later, and looked at', async () => {
  const away = { revision: R1, applied: R1, configs: { [R1]: AWAY } };
  const { baseline, told, becomes } = starting(away);
  await baseline.find();
  await baseline.findMore();
  expect(told.filter(({ type }) => type === 'BaselineFound')).toEqual([]);
  becomes({ ...away, configs: { [R1]: 'digest' } });
  await baseline.findMore();
  expect(told.slice(-2)).toMatchObject([
    { ...FOUND, digest: 'digest' },
    { machine: 'watch', type: 'DefinitionsChanged' },
  ]);
  const count = told.length;
  await baseline.findMore();
  expect(told).toHaveLength(count);
});

test('seed 2026147872: what a target has is not told while a push is under way that may have reached it unseen', async () => {
  const source = `source/${SOURCE}`;
  const before: Known = { revision: R1, applied: R1, configs: { [R1]: 'digest', [R2]: 'pushed' } };
  const { baseline, told, state, becomes } = starting(before);
  fold(state, { machine: source, type: 'PushWanted', contentDigest: 'content', generators: [], cycle: 1 });
  fold(state, { machine: source, type: 'HooksSucceeded' });
  await baseline.findMore();
  fold(state, { machine: source, type: 'ArtifactPushed', digest: 'sha256:2', unchanged: false, bytesSent: 1 });
  await baseline.findMore();
  expect(told).toEqual([]);
  fold(state, { machine: source, type: 'SourceAskFailed', failure: AWAY.failure });
  becomes({ ...before, revision: R2, applied: R2 });
  await baseline.findMore();
  expect(told).toContainEqual({ ...FOUND, digest: 'pushed' });
});

test('what a target has is not told where a push came and went while that was read', async () => {
  const source = `source/${SOURCE}`;
  const { baseline, told, state } = starting({ revision: R1, applied: R1, configs: { [R1]: 'digest' } });
  const reading = baseline.findMore();
  fold(state, { machine: source, type: 'PushWanted', contentDigest: 'content', generators: [], cycle: 1 });
  fold(state, { machine: source, type: 'HooksSucceeded' });
  fold(state, { machine: source, type: 'ArtifactPushed', digest: 'sha256:2', unchanged: false, bytesSent: 1 });
  fold(state, { machine: source, type: 'SourceAskFailed', failure: AWAY.failure });
  await reading;
  expect(told).toEqual([]);
  await baseline.findMore();
  expect(told).toContainEqual({ ...FOUND, digest: 'digest' });
});

test('what a target has that was not Ready at the start is found once it is', async () => {
  const failing: Known = { revision: R1, applied: R1, ready: 'False', configs: { [R1]: 'digest' } };
  const { baseline, told, becomes } = starting(failing);
  await baseline.find();
  expect(told).toEqual([]);
  becomes({ ...failing, ready: 'True' });
  await baseline.findMore();
  expect(told).toContainEqual({ ...FOUND, digest: 'digest' });
});

test('seed 940007426: a registry that is away does not take away what the log knows of a target that stayed where it was', async () => {
  const known = { revision: R1, applied: R1, configs: { [R1]: 'digest' } };
  const { baseline, state } = starting(known);
  await baseline.find();
  const later = starting({ ...known, configs: { [R1]: AWAY } }, state);
  await later.baseline.find();
  expect(later.told).toEqual([]);
  const moved = starting({ ...known, applied: R2, configs: { [R1]: AWAY } }, state);
  await moved.baseline.find();
  expect(moved.told).toEqual([FOUND]);
});

const UNSEEN = { machine: `target/${A}`, type: 'PushedUnseen' };

describe('what the end of a session has pushed, which is in no log', () => {
  const settled = async (): Promise<EngineState> => {
    const { baseline, state } = starting({ revision: R1, applied: R1, configs: { [R1]: 'digest' } });
    await baseline.find();
    return state;
  };

  test('seed 910000271: is owed by a target that will come to it, where it is not the content that is known', async () => {
    const ahead = { revision: R1, applied: R1, tagged: R2 };
    const other = starting({ ...ahead, configs: { [R1]: 'digest', [R2]: 'other' } }, await settled());
    await other.baseline.find();
    expect(other.told).toEqual([UNSEEN]);
    expect(contextOf(other.state, `target/${A}`).owed).toBe(true);
    const same = starting({ ...ahead, configs: { [R1]: 'digest', [R2]: 'digest' } }, await settled());
    await same.baseline.find();
    expect(same.told).toEqual([]);
  });

  test('is learnt later where the registry was away', async () => {
    const ahead = { revision: R1, applied: R1, tagged: R2 };
    const { baseline, told, becomes } = starting(
      { ...ahead, configs: { [R1]: 'digest', [R2]: AWAY } },
      await settled(),
    );
    await baseline.find();
    expect(told).toEqual([]);
    becomes({ ...ahead, configs: { [R1]: 'digest', [R2]: 'other' } });
    await baseline.findMore();
    expect(told).toContainEqual(UNSEEN);
  });

  test('seed 910000774: is owed by a target that it leaves out', async () => {
    const configs = { [R1]: 'digest', [R2]: null };
    const left = starting({ revision: R2, applied: R1, ready: 'False', configs }, await settled());
    await left.baseline.find();
    expect(left.told).toEqual([UNSEEN]);
  });
});

test('seed 670002901: a target that is deleted and made again at once is told of again, however alike it is', () => {
  const { view, state } = starting({ revision: R1, applied: R1, configs: {} });
  const again = view.object(A);
  if (again === undefined) throw new Error('the target is not there');
  view.remove(again);
  const gone = view.goneEvents(state);
  view.put(again);
  const events = [...gone, ...view.eventsFor(state, SOURCE)];
  expect(events.map(({ type }) => type)).toEqual(['TargetRemoved', 'TargetDefined', 'TargetObserved']);
  fold(state, ...events);
  expect(stateOf(state, `target/${A}`)).toBe('settled');
});

test('seed 750004367: who depends on a target is told to it again when it comes back before the engine heard that it went', () => {
  const view = new LiveView();
  const ready = { conditions: [{ type: 'Ready', status: 'True', reason: 'Simulated', observedGeneration: 1 }] };
  const target = (name: string, dependsOn: readonly string[]) =>
    object('Kustomization', name, ready, {
      ...{ path: `./${name}`, sourceRef: { kind: 'OCIRepository', name: 'shop' } },
      dependsOn: dependsOn.map((other) => ({ name: other })),
    });
  view.put(object('OCIRepository', 'shop', {}));
  view.put(target('a', []));
  view.put(target('b', ['a']));
  const state = newState();
  fold(state, ...view.eventsFor(state, SOURCE));
  view.remove(target('b', ['a']));
  const went = [...view.eventsFor(state, SOURCE), ...view.goneEvents(state)];
  view.put(target('b', ['a']));
  fold(state, ...went, ...view.eventsFor(state, SOURCE));
  expect(contextOf(state, `target/${A}`).dependents).toEqual([B]);
  expect(contextOf(state, `target/${B}`)).toMatchObject({ reason: '', message: '' });
});

test('seed 70203: a start goes on once what it saw is logged', async () => {
  const memory = createMemoryLog();
  let isFull = true;
  const log: EventLog = {
    ...memory,
    append: (events, at) => {
      if (isFull) throw new Error('disk full');
      return memory.append(events, at);
    },
  };
  const clock = new VirtualClock();
  const engine = new Engine({ log, clock, kinds: WATCH_KINDS, limits: DEFAULT_LIMITS, effects: {} });
  engine.start();
  let isLogged = false;
  const logged = engine.logged().then(() => {
    isLogged = true;
  });
  await settle();
  expect(isLogged).toBe(false);
  isFull = false;
  clock.advance(1_000);
  await logged;
  expect(engine.state.seq).toBeGreaterThan(0);
  await engine.logged();
});
