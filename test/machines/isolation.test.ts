import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { SourceObservation } from '../../src/domain/observation.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import type { IsolationContext, OwnSourceSeen } from '../../src/machines/isolation-context.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { stateName } from '../../src/machines/state-name.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const TARGET = 'Kustomization/flux-system/a';
const MACHINE = `isolation/${TARGET}`;
const OWN = 'OCIRepository/flux-system/a-isolated';

/** The isolation machine of one target: effects are listed, and answered by the test. */
class Rig {
  readonly log = createMemoryLog();
  readonly clock = new VirtualClock();
  events: LoggedEvent[] = [];
  engine = this.boot();

  boot(): Engine {
    const engine = new Engine({
      log: this.log,
      clock: this.clock,
      kinds: { isolation: WATCH_KINDS.isolation as never },
      limits: DEFAULT_LIMITS,
      effects: {},
      onCommit: (events) => this.events.push(...events),
    });
    engine.start();
    this.engine = engine;
    return engine;
  }

  tell(type: string, fields: Record<string, unknown> = {}): void {
    this.engine.dispatch({ machine: MACHINE, type, ...fields });
  }

  /** The outcome of the effect that is pending. */
  answer(type: string, fields: Record<string, unknown> = {}): void {
    const pending = [...this.engine.state.pending.values()].at(-1);
    expect(pending, `something to answer with ${type}`).toBeDefined();
    this.tell(type, { ...fields, effectId: pending?.id });
  }

  get state(): string {
    const snapshot = this.engine.state.machines.get(MACHINE);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  get context(): IsolationContext {
    return this.engine.state.machines.get(MACHINE)?.context as IsolationContext;
  }

  get effects(): string[] {
    return this.events.filter(({ type }) => type === 'EffectRequested').map(({ effect }) => String(effect));
  }

  /** What the target was told, in order. */
  get told(): string[] {
    return this.events.filter(({ machine }) => machine === `target/${TARGET}`).map(({ type }) => type);
  }

  /** Up to the target's first turn. */
  pushed(content = 'c1', digest = 'sha256:1'): void {
    this.tell('ClosureWanted', { source: OWN, content, cycle: 1 });
    this.answer('ClosurePushed', { digest, revision: digest, unchanged: false, bytesSent: 1 });
  }

  /** The watch shows that the own source, which the target does not read yet, has its artifact. */
  fetched(digest = 'sha256:1'): void {
    const source = seen(digest, { artifactRevision: digest });
    this.tell('IsolationObserved', { observation: { isolated: false, source } });
  }

  /** All is there, and it is not the target's turn yet. */
  prepared(): void {
    this.pushed();
    this.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) });
  }

  isolated(): void {
    this.pushed();
    this.tell('TurnCame', { revision: 'sha256:1' });
    this.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) });
    this.answer('TargetSwitched');
  }

  /** On its own source, which was moved to a second artifact and says this of it. */
  moved(fields: Partial<SourceObservation>): void {
    this.isolated();
    this.pushed('c2', 'sha256:2');
    this.tell('TurnCame', { revision: 'sha256:2' });
    this.answer('SourceMoved', { source: seen('sha256:2', fields) });
  }
}

function seen(digest: string, fields: Partial<SourceObservation> = {}): OwnSourceSeen {
  return {
    id: OWN,
    digest,
    content: undefined,
    observation: {
      id: OWN,
      generation: 1,
      suspended: false,
      ready: fields.artifactRevision === undefined ? 'Unknown' : 'True',
      reason: 'Succeeded',
      message: '',
      observedGeneration: 1,
      readyGeneration: 1,
      artifactRevision: undefined,
      lastHandledReconcileAt: undefined,
      ...fields,
    },
  };
}

describe('the first time', () => {
  it('pushes, makes the source and awaits its artifact ahead of the turn, and only then points the target at it', () => {
    const rig = new Rig();
    rig.pushed();
    expect(rig.told).toEqual(['SourceReady']);
    expect([rig.state, rig.effects]).toEqual(['creating', ['pushClosure', 'createSource']]);
    rig.answer('SourceCreated', { source: seen('sha256:1') });
    expect(rig.state).toBe('fetching');
    rig.fetched();
    expect([rig.state, rig.effects.at(-1)]).toEqual(['fetched', 'createSource']);
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect([rig.state, rig.effects.at(-1)]).toEqual(['switching', 'switchTarget']);
    rig.answer('TargetSwitched');
    expect(rig.state).toBe('isolated');
    expect(rig.told).toEqual(['SourceReady', 'TargetMoved']);
  });

  it('does not point the target at it before the turn, however long that takes', () => {
    const rig = new Rig();
    rig.prepared();
    rig.clock.advance(3_600_000);
    expect([rig.state, rig.effects, rig.told]).toEqual(['fetched', ['pushClosure', 'createSource'], ['SourceReady']]);
  });

  it.each(['creating', 'fetching'])(
    'that has its turn while %s is pointed at it once its artifact is there',
    (state) => {
      const rig = new Rig();
      rig.pushed();
      if (state === 'fetching') rig.answer('SourceCreated', { source: seen('sha256:1') });
      rig.tell('TurnCame', { revision: 'sha256:1' });
      expect(rig.state).toBe(state);
      if (state === 'creating') rig.answer('SourceCreated', { source: seen('sha256:1') });
      rig.fetched();
      expect([rig.state, rig.effects]).toEqual(['switching', ['pushClosure', 'createSource', 'switchTarget']]);
    },
  );

  it('whose content changes while it waits for its turn: its source, which nobody reads yet, moves on at once', () => {
    const rig = new Rig();
    rig.prepared();
    rig.pushed('c2', 'sha256:2');
    expect([rig.state, rig.effects.slice(-2)]).toEqual(['creating', ['pushClosure', 'createSource']]);
    rig.answer('SourceCreated', { source: seen('sha256:2') });
    rig.fetched('sha256:2');
    expect(rig.state).toBe('fetched');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect(rig.state).toBe('switching');
  });

  it('whose turn came for an older content waits for the turn of the newer one', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 });
    rig.answer('SourceCreated', { source: seen('sha256:1') });
    rig.answer('ClosurePushed', { digest: 'sha256:2', revision: 'sha256:2', unchanged: false, bytesSent: 1 });
    rig.answer('SourceCreated', { source: seen('sha256:2', { artifactRevision: 'sha256:2' }) });
    expect([rig.state, rig.effects]).toEqual([
      'fetched',
      ['pushClosure', 'createSource', 'pushClosure', 'createSource'],
    ]);
  });

  it('that fails ahead of the turn is told to nobody, and is tried again at the turn', () => {
    const rig = new Rig();
    rig.pushed();
    rig.answer('MoveFailed', { failure: { kind: 'unavailable', message: 'away' } });
    expect([rig.state, rig.told]).toEqual(['shared', ['SourceReady']]);
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect([rig.state, rig.effects.at(-1)]).toEqual(['creating', 'createSource']);
  });

  it('that is refused ahead of the turn goes by the shared source at once', () => {
    const rig = new Rig();
    rig.pushed();
    rig.answer('MoveRefused', { failure: { kind: 'forbidden', message: 'cannot create ocirepositories' } });
    expect([rig.state, rig.told]).toEqual(['refused', ['SourceReady', 'MoveAbandoned']]);
  });

  it('that is taken back while it waits for its turn keeps its source for the next time', () => {
    const rig = new Rig();
    rig.prepared();
    rig.tell('MoveWithdrawn');
    rig.tell('TurnCame', { revision: 'sha256:other' });
    expect([rig.state, rig.effects]).toEqual(['shared', ['pushClosure', 'createSource']]);
  });

  it('that another session takes while it waits for its turn is left to that session', () => {
    const rig = new Rig();
    rig.prepared();
    rig.tell('IsolationObserved', { observation: { isolated: false, elsewhere: 'flux-system/theirs' } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['refused', 'MoveAbandoned']);
    expect(rig.context.refusal).toMatch(/flux-system\/theirs/);
  });

  it.each([
    ['deleted', undefined],
    ['pointed at something else', seen('sha256:else', { artifactRevision: 'sha256:else' })],
  ])('whose source is %s by somebody while it waits for its turn makes it right again', (_, source) => {
    const rig = new Rig();
    rig.prepared();
    rig.tell('IsolationObserved', { observation: { isolated: false, source } });
    expect([rig.state, rig.effects.slice(-2)]).toEqual(['creating', ['createSource', 'createSource']]);
  });

  it('whose source fails for a while after it has fetched goes all the same: what was fetched is served on', () => {
    const rig = new Rig();
    rig.prepared();
    const source = seen('sha256:1', { artifactRevision: 'sha256:1', ready: 'False', reason: 'OCIArtifactPullFailed' });
    rig.tell('IsolationObserved', { observation: { isolated: false, source } });
    expect(rig.state).toBe('fetched');
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect(rig.state).toBe('switching');
  });

  it('after a switch of which nothing was heard again its source moves at the turn only: the target may read it', () => {
    const rig = new Rig();
    rig.prepared();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('MoveFailed', { failure: { kind: 'timeout', message: 'no answer' } });
    rig.pushed('c2', 'sha256:2');
    expect([rig.state, rig.effects.at(-1)]).toEqual(['pushed', 'pushClosure']);
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect(rig.state).toBe('creating');
  });

  it('that is abandoned ahead of its turn, which comes while what was made is dropped, is told again', () => {
    const rig = new Rig();
    rig.pushed();
    rig.answer('SourceCreated', { source: seen('sha256:1', { ready: 'False', reason: 'OCIArtifactPullFailed' }) });
    expect([rig.state, rig.told.at(-1)]).toEqual(['dropping', 'MoveAbandoned']);
    const before = rig.told.length;
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect(rig.told.slice(before)).toEqual(['MoveAbandoned']);
  });

  it('is abandoned where the cluster cannot fetch the artifact: what was made goes, the reason stays, and another content is another attempt', () => {
    const rig = new Rig();
    for (const attempt of [1, 2, 3]) {
      const digest = `sha256:${attempt}`;
      rig.pushed(`c${attempt}`, digest);
      rig.tell('TurnCame', { revision: digest });
      rig.answer('SourceCreated', {
        source: seen(digest, { ready: 'False', reason: 'OCIArtifactPullFailed', message: 'no such host' }),
      });
      expect([rig.state, rig.effects.at(-1)]).toEqual(['dropping', 'dropSource']);
      expect(rig.told.slice(-2)).toEqual(['SourceReady', 'MoveAbandoned']);
      rig.answer('SourceDropped');
      expect(rig.state).toBe(attempt < 3 ? 'shared' : 'refused');
      expect(rig.context.unfetched).toEqual({ content: `c${attempt}`, times: attempt });
      expect(rig.context.refusal).toMatch(/no such host.*--registry-in-cluster/);
    }
  });

  it('that the cluster could not fetch is forgotten once it can', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('SourceCreated', { source: seen('sha256:1', { ready: 'False', reason: 'OCIArtifactPullFailed' }) });
    rig.answer('SourceDropped');
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.answer('SourceCreated', { source: seen('sha256:2', { artifactRevision: 'sha256:2' }) });
    rig.answer('TargetSwitched');
    expect([rig.state, rig.context.unfetched]).toEqual(['isolated', undefined]);
  });

  it('that is taken back, since the shared source has what is wanted now, goes no further', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.tell('MoveWithdrawn');
    rig.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) });
    expect([rig.state, rig.effects.at(-1)]).toEqual(['shared', 'createSource']);
  });

  it('that is taken back too late is told, so that what is wanted now comes by its own source', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) });
    rig.tell('MoveWithdrawn');
    rig.answer('TargetSwitched');
    expect([rig.state, rig.told.at(-1)]).toEqual(['isolated', 'IsolationLost']);
  });

  it('that is to be put back while it is being switched is put back afterwards', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) });
    rig.tell('MoveWithdrawn');
    rig.tell('LeaveWanted');
    rig.answer('TargetSwitched');
    expect([rig.state, rig.effects.at(-1)]).toEqual(['returning', 'returnTarget']);
    rig.answer('TargetReturned');
    expect([rig.state, rig.told.at(-1)]).toEqual(['shared', 'TargetReturned']);
  });

  it('whose source is deleted before its artifact is there makes it again', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('SourceCreated', { source: seen('sha256:1') });
    rig.tell('IsolationObserved', { observation: { isolated: false } });
    expect([rig.state, rig.effects.slice(-2)]).toEqual(['creating', ['createSource', 'createSource']]);
  });

  it('is abandoned for the session where it is refused, and possible again in the next', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('MoveRefused', { failure: { kind: 'forbidden', message: 'cannot create ocirepositories' } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['refused', 'MoveAbandoned']);
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 });
    expect(rig.effects).toEqual(['pushClosure', 'createSource']);
    rig.tell('SessionBegan');
    expect([rig.state, rig.context.refusal]).toEqual(['shared', '']);
  });

  it('that fails for a while is the target’s to try again, and goes on where it was', () => {
    const rig = new Rig();
    rig.pushed();
    rig.tell('TurnCame', { revision: 'sha256:1' });
    rig.answer('MoveFailed', { failure: { kind: 'unavailable', message: 'away' } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['shared', 'MoveFailed']);
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect(rig.effects).toEqual(['pushClosure', 'createSource', 'createSource']);
  });
});

describe('once on its own source', () => {
  it('a save pushes, and at the turn moves the digest: nothing else is sent', () => {
    const rig = new Rig();
    rig.isolated();
    const before = rig.effects.length;
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.answer('SourceMoved', { source: seen('sha256:2') });
    expect(rig.effects.slice(before)).toEqual(['pushClosure', 'moveSource']);
    expect([rig.state, rig.told.at(-1)]).toEqual(['isolated', 'TargetMoved']);
  });

  it('what is there already is neither pushed nor moved', () => {
    const rig = new Rig();
    rig.isolated();
    const before = rig.effects.length;
    rig.tell('ClosureWanted', { source: OWN, content: 'c1', cycle: 2 });
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect(rig.effects.slice(before)).toEqual([]);
    expect(rig.told.slice(-2)).toEqual(['SourceReady', 'TargetMoved']);
  });

  it('a newer closure wanted while the older one is pushed is pushed next, and only that is told', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 });
    rig.tell('ClosureWanted', { source: OWN, content: 'c3', cycle: 3 });
    const told = rig.told.length;
    rig.answer('ClosurePushed', { digest: 'sha256:2', revision: 'sha256:2', unchanged: false, bytesSent: 1 });
    expect([rig.state, rig.told.length]).toEqual(['pushing', told]);
    rig.answer('ClosurePushed', { digest: 'sha256:3', revision: 'sha256:3', unchanged: false, bytesSent: 1 });
    expect(rig.events.findLast(({ type }) => type === 'SourceReady')).toMatchObject({
      revisions: { [OWN]: 'sha256:3' },
      cycle: 3,
    });
  });

  it('a push that fails after something newer was wanted says nothing: the newer one is pushed', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 });
    rig.tell('ClosureWanted', { source: OWN, content: 'c3', cycle: 3 });
    const told = rig.told.length;
    rig.answer('ClosurePushFailed', { failure: { kind: 'hook', message: 'a check failed' } });
    expect([rig.state, rig.context.pushingContent, rig.told.length]).toEqual(['pushing', 'c3', told]);
  });

  it('somebody who points the target elsewhere while its digest moves is heard', () => {
    const rig = new Rig();
    rig.isolated();
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.tell('IsolationObserved', { observation: { isolated: false, source: seen('sha256:1') } });
    rig.answer('SourceMoved', { source: seen('sha256:2') });
    expect([rig.state, rig.told.at(-1)]).toEqual(['refused', 'MoveAbandoned']);
    rig.tell('IsolationObserved', { observation: { isolated: true, source: seen('sha256:2') } });
    expect(rig.state).toBe('isolated');
  });

  it('its source, deleted by somebody, is told at once, so that it is made again', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('IsolationObserved', { observation: { isolated: true } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['isolated', 'IsolationLost']);
  });

  it('its source, deleted by somebody, which may not be made again: the target has failed, and keeps what it reads', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('IsolationObserved', { observation: { isolated: true } });
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.answer('MoveRefused', { failure: { kind: 'forbidden', message: 'cannot create ocirepositories' } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['isolated', 'MoveFailed']);
  });

  it('a closure wanted while the digest moves is answered afterwards, also when it is the same', () => {
    const rig = new Rig();
    rig.isolated();
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 3 });
    rig.answer('SourceMoved', { source: seen('sha256:2') });
    expect(rig.state).toBe('pushed');
    expect(rig.told.slice(-2)).toEqual(['TargetMoved', 'SourceReady']);
  });

  it('a source that cannot fetch what it was pointed at is told once, and believed when it can', () => {
    const rig = new Rig();
    rig.moved({ ready: 'False', reason: 'OCIArtifactPullFailed' });
    expect([rig.state, rig.told.at(-1)]).toEqual(['stuck', 'SourceFailed']);
    rig.tell('IsolationObserved', {
      observation: { isolated: true, source: seen('sha256:2', { artifactRevision: 'sha256:2' }) },
    });
    expect(rig.state).toBe('isolated');
  });

  it('a source that could not fetch, and whose next request nobody heard of, is not waited for: what it says counts', () => {
    const rig = new Rig();
    rig.moved({ ready: 'False', reason: 'OCIArtifactPullFailed' });
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect(rig.state).toBe('moving');
    rig.answer('MoveFailed', { failure: { kind: 'timeout', message: 'no answer' } });
    expect([rig.state, rig.told.slice(-2)]).toEqual(['stuck', ['MoveFailed', 'SourceFailed']]);
  });

  it('a target that somebody points elsewhere is left there, and wanted anew by the shared source', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('IsolationObserved', { observation: { isolated: false, source: seen('sha256:1') } });
    expect([rig.state, rig.told.at(-1)]).toEqual(['refused', 'IsolationLost']);
  });

  it('what we give back ourselves is nobody else’s doing, also where it is seen before it is said to be done', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('ReturnBegan');
    rig.tell('IsolationObserved', { observation: { isolated: false, source: seen('sha256:1') } });
    expect(rig.told).not.toContain('IsolationLost');
    rig.tell('TargetReturned');
    expect(rig.state).toBe('shared');
  });

  it('its source, deleted by somebody, is made again at the next turn', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('IsolationObserved', { observation: { isolated: true } });
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect(rig.effects.at(-1)).toBe('createSource');
    rig.answer('SourceCreated', { source: seen('sha256:2', { artifactRevision: 'sha256:2' }) });
    expect([rig.state, rig.effects.at(-1), rig.told.at(-1)]).toEqual(['isolated', 'createSource', 'TargetMoved']);
  });

  it('whose right to move its source was taken away is given up with the cure, and goes on where it was', () => {
    const rig = new Rig();
    rig.isolated();
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    rig.answer('MoveRefused', {
      failure: { kind: 'forbidden', message: 'cannot patch ocirepositories', hint: 'Grant it.' },
    });
    expect(rig.state).toBe('isolated');
    expect(rig.events.findLast(({ type }) => type === 'MoveFailed')).toMatchObject({
      machine: `target/${TARGET}`,
      failure: {
        kind: 'forbidden',
        message: expect.stringMatching(/cannot patch ocirepositories\. Grant it\. Or end the watch/),
      },
    });
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 3 });
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect([rig.state, rig.effects.at(-1)]).toEqual(['moving', 'moveSource']);
  });

  it.each([
    ['its artifact is pushed', (_: Rig) => {}],
    [
      'it waits for its turn',
      (rig: Rig) =>
        rig.answer('ClosurePushed', { digest: 'sha256:2', revision: 'sha256:2', unchanged: false, bytesSent: 1 }),
    ],
  ])('that somebody points elsewhere while %s is left there', (_, until) => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 });
    until(rig);
    rig.tell('IsolationObserved', { observation: { isolated: false, source: seen('sha256:1') } });
    expect([rig.state, rig.told.at(-1), rig.context.refusal]).toEqual([
      'refused',
      'IsolationLost',
      expect.stringMatching(/^somebody pointed it at another source/),
    ]);
  });

  it('is put back when its parent has to apply it, and isolated again at its next change', () => {
    const rig = new Rig();
    rig.isolated();
    rig.tell('LeaveWanted');
    rig.answer('TargetReturned');
    expect([rig.state, rig.effects.at(-1), rig.told.at(-1)]).toEqual(['shared', 'returnTarget', 'TargetReturned']);
    rig.pushed('c2', 'sha256:2');
    rig.tell('TurnCame', { revision: 'sha256:2' });
    expect(rig.effects.at(-1)).toBe('createSource');
  });
});

describe('an artifact that the registry has lost', () => {
  const lost = seen('sha256:1', {
    ready: 'False',
    reason: 'OCIArtifactPullFailed',
    message:
      'failed to pull artifact: GET http://registry/v2/shop/manifests/sha256:1: MANIFEST_UNKNOWN: manifest unknown',
  });
  const served = seen('sha256:1', { artifactRevision: 'sha256:1' });

  /** The source says that it has lost it, and has heard of all requests. */
  function losing(rig: Rig): void {
    const { token } = rig.context;
    const observation = { ...lost.observation, lastHandledReconcileAt: token };
    rig.tell('IsolationObserved', { observation: { isolated: true, source: { ...lost, observation } } });
  }

  it('is pushed again as soon as the source says so, which is asked to fetch it: no save, no turn', () => {
    const rig = new Rig();
    rig.isolated();
    const before = rig.effects.length;
    losing(rig);
    expect([rig.state, rig.context.pushingContent]).toEqual(['pushing', 'c1']);
    rig.answer('ClosurePushed', { digest: 'sha256:1', revision: 'sha256:1', unchanged: false, bytesSent: 1 });
    expect([rig.state, rig.effects.slice(before)]).toEqual(['moving', ['pushClosure', 'moveSource']]);
    expect(rig.context.token).toMatch(/Z$/);
    rig.answer('SourceMoved', { source: lost });
    expect([rig.state, rig.told.includes('SourceFailed')]).toEqual(['isolated', false]);
    rig.tell('IsolationObserved', { observation: { isolated: true, source: served } });
    expect([rig.state, rig.effects.length]).toEqual(['isolated', before + 2]);
  });

  it('is pushed again so often and no more: then the target hears of it, and the next save is another attempt', () => {
    const rig = new Rig();
    rig.isolated();
    for (let nth = 1; nth <= DEFAULT_LIMITS.repushesMax; nth += 1) {
      losing(rig);
      expect([nth, rig.state]).toEqual([nth, 'pushing']);
      rig.answer('ClosurePushed', { digest: 'sha256:1', revision: 'sha256:1', unchanged: false, bytesSent: 1 });
      rig.answer('SourceMoved', { source: lost });
    }
    losing(rig);
    expect([rig.state, rig.told.at(-1)]).toEqual(['stuck', 'SourceFailed']);
    rig.pushed('c2', 'sha256:2');
    expect(rig.context.repushes).toBe(0);
  });

  it('counts anew once it was fetched', () => {
    const rig = new Rig();
    rig.isolated();
    losing(rig);
    rig.answer('ClosurePushed', { digest: 'sha256:1', revision: 'sha256:1', unchanged: false, bytesSent: 1 });
    rig.answer('SourceMoved', { source: lost });
    const observation = { ...served.observation, lastHandledReconcileAt: rig.context.token };
    rig.tell('IsolationObserved', { observation: { isolated: true, source: { ...served, observation } } });
    expect([rig.state, rig.context.repushes]).toEqual(['isolated', 0]);
  });

  it('that the files on the disk are no more is not pushed: the watch looks at them again', () => {
    const rig = new Rig();
    rig.isolated();
    losing(rig);
    rig.answer('ContentMoved', { paths: [] });
    expect(rig.events.findLast(({ machine }) => machine === 'watch')).toMatchObject({
      type: 'FilesChanged',
      rescan: true,
    });
  });

  it('of a target that has its turn meanwhile: it is there already', () => {
    const rig = new Rig();
    rig.isolated();
    losing(rig);
    rig.tell('TurnCame', { revision: 'sha256:1' });
    expect([rig.state, rig.told.at(-1)]).toEqual(['pushing', 'TargetMoved']);
  });

  it('and one that cannot be fetched for another reason: the source tries on by itself', () => {
    const rig = new Rig();
    rig.isolated();
    const observation = { ...lost.observation, message: 'dial tcp: connection refused' };
    rig.tell('IsolationObserved', { observation: { isolated: true, source: { ...lost, observation } } });
    expect(rig.state).toBe('stuck');
  });
});

describe('a crash', () => {
  it('and another one before the step of the first is settled: nothing is sent that only a dead session wanted', () => {
    const rig = new Rig();
    rig.tell('ClosureWanted', { source: OWN, content: 'c1', cycle: 1 });
    for (const content of ['c2', undefined]) {
      rig.engine.stop();
      rig.boot();
      rig.tell('SessionBegan');
      if (content !== undefined) rig.tell('ClosureWanted', { source: OWN, content, cycle: 2 });
    }
    rig.engine.settleInterrupted();
    expect([rig.state, rig.effects]).toEqual(['shared', ['pushClosure']]);
  });

  it.each(['pushClosure', 'createSource', 'switchTarget'])(
    'during %s: nothing is sent blindly, the target begins anew',
    (until) => {
      const rig = new Rig();
      rig.tell('ClosureWanted', { source: OWN, content: 'c1', cycle: 1 });
      const answers: Record<string, () => void> = {
        pushClosure: () => {
          rig.answer('ClosurePushed', { digest: 'sha256:1', revision: 'sha256:1', unchanged: false, bytesSent: 1 });
          rig.tell('TurnCame', { revision: 'sha256:1' });
        },
        createSource: () => rig.answer('SourceCreated', { source: seen('sha256:1', { artifactRevision: 'sha256:1' }) }),
      };
      while (rig.effects.at(-1) !== until) answers[rig.effects.at(-1) ?? '']?.();
      rig.engine.stop();
      const before = rig.effects.length;
      rig.boot();
      rig.tell('SessionBegan');
      rig.engine.settleInterrupted();
      expect(rig.effects).toHaveLength(before);
      expect([rig.state, rig.told.at(-1)]).toEqual(['shared', 'MoveAbandoned']);
      rig.tell('IsolationObserved', { observation: { isolated: true, source: seen('sha256:1') } });
      expect(rig.state).toBe('isolated');
    },
  );
});
