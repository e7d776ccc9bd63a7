import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot, EventObject } from 'xstate';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { OwnSourceSeen } from '../../src/machines/isolation-context.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { type ActionData, pureInitialTransition, pureTransition } from '../../src/machines/pure-transition.ts';
import { stateName } from '../../src/machines/state-name.ts';

const TARGET = 'Application/argocd/web';
const OWN = 'OCISource//oci://registry.example/shop#argocd/web';

/** The isolation machine of an Application after each event: its state, and what it asked for and told. */
class Steps {
  #snapshot: AnyMachineSnapshot;
  #seq = 0;
  readonly done: ActionData[] = [];

  constructor() {
    const machine = this.#machine();
    [this.#snapshot] = pureInitialTransition(machine, { id: TARGET, limits: DEFAULT_LIMITS });
  }

  #machine() {
    const { isolation } = WATCH_KINDS;
    if (isolation === undefined) throw new Error('expected an isolation machine, found none');
    return isolation;
  }

  take(type: string, fields: Record<string, unknown> = {}): this {
    this.#seq += 1;
    const event = { type, seq: this.#seq, at: this.#seq * 1_000, ...fields } as EventObject;
    const [next, actions] = pureTransition(this.#machine(), this.#snapshot, event);
    this.#snapshot = next;
    this.done.push(...actions);
    return this;
  }

  get state(): string {
    return stateName(this.#snapshot);
  }

  /** Effects since the last look, with their parameters. */
  effects(): [string, unknown][] {
    const names = ['pushClosure', 'createSource', 'switchTarget', 'moveSource', 'returnTarget', 'dropSource'];
    return this.done.splice(0).flatMap(({ type, params }) => (names.includes(type) ? [[type, params]] : []));
  }
}

const artifact = (digest: string): OwnSourceSeen => ({
  id: OWN,
  digest,
  content: undefined,
  observation: { id: OWN, ready: 'True', artifactRevision: digest } as OwnSourceSeen['observation'],
});

function pushed(steps: Steps, content: string, digest: string): Steps {
  return steps
    .take('ClosureWanted', { source: OWN, content, cycle: 1 })
    .take('ClosurePushed', { digest, revision: digest, unchanged: false, bytesSent: 1 });
}

function isolated(): Steps {
  const steps = pushed(new Steps(), 'c1', 'sha256:1');
  steps.take('TurnCame', { revision: 'sha256:1' }).take('TargetSwitched', { source: artifact('sha256:1'), token: 't' });
  steps.effects();
  return steps;
}

describe('an Application', () => {
  it('has nothing made or fetched for it: once pushed it waits for its turn, and is then moved in one step', () => {
    const steps = pushed(new Steps(), 'c1', 'sha256:1');
    expect(steps.state).toBe('pushed');
    expect(steps.effects().map(([name]) => name)).toEqual(['pushClosure']);
    steps.take('TurnCame', { revision: 'sha256:1' });
    expect(steps.state).toBe('switching');
    expect(steps.effects()).toEqual([
      [
        'switchTarget',
        { target: TARGET, source: OWN, digest: 'sha256:1', content: 'c1', token: expect.stringMatching(/Z$/) },
      ],
    ]);
  });

  it('is moved to later artifacts by the same step', () => {
    const steps = pushed(isolated(), 'c2', 'sha256:2');
    steps.effects();
    steps.take('TurnCame', { revision: 'sha256:2' });
    expect(steps.effects()).toMatchObject([['switchTarget', { digest: 'sha256:2', content: 'c2' }]]);
    steps.take('TargetSwitched', { source: artifact('sha256:2'), token: 't' });
    expect(steps.state).toBe('isolated');
  });

  it('that has the artifact already is not moved again', () => {
    const steps = pushed(isolated(), 'c1', 'sha256:1');
    steps.take('TurnCame', { revision: 'sha256:1' });
    expect(steps.effects().filter(([name]) => name === 'switchTarget')).toEqual([]);
    expect(steps.state).toBe('isolated');
  });

  it('that is refused before it was ever moved stays shared, and one that was moved waits for the next save', () => {
    const refusal = { failure: { kind: 'forbidden', message: 'no' } };
    const first = pushed(new Steps(), 'c1', 'sha256:1').take('TurnCame', { revision: 'sha256:1' });
    expect(first.take('MoveRefused', refusal).take('SourceDropped').state).toBe('refused');
    const later = pushed(isolated(), 'c2', 'sha256:2').take('TurnCame', { revision: 'sha256:2' });
    expect(later.take('MoveRefused', refusal).state).toBe('isolated');
  });

  it('that somebody puts back is left there', () => {
    const steps = isolated().take('IsolationObserved', { observation: { isolated: false } });
    expect(steps.state).toBe('refused');
    expect(steps.take('ClosureWanted', { source: OWN, content: 'c2', cycle: 2 }).state).toBe('refused');
  });
});
