import { describe, expect, it } from 'vitest';
import { assign, raise, setup } from 'xstate';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import type { SeenAgain } from '../../src/engine/durability.ts';
import { type EffectHandler, Engine, type Outcome } from '../../src/engine/engine.ts';
import type { EventLog, LoggedEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { settle } from '../support/settle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Context {
  readonly limits: Limits;
  readonly count: number;
  readonly unknown: number;
}
type Event =
  | { readonly type: 'Counted' }
  | { readonly type: 'WorkWanted' }
  | { readonly type: 'WorkDone' }
  | { readonly type: 'Reminded' }
  | { readonly type: 'EffectOutcomeUnknown' };

/** The smallest machine that uses everything the engine offers. */
const counter = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as { limits: Limits } },
  actions: {
    count: assign({ count: ({ context }) => context.count + 1 }),
    noteUnknown: assign({ unknown: ({ context }) => context.unknown + 1 }),
    work: (_, _params: { count: number }) => {},
    tellOther: (_, _params: { messages: readonly { to: string; type: string }[] }) => {},
  },
  delays: { reminder: ({ context }) => context.limits.quietPeriodMs },
}).createMachine({
  context: ({ input }) => ({ limits: input.limits, count: 0, unknown: 0 }),
  initial: 'on',
  states: {
    on: {
      entry: raise({ type: 'Reminded' } as Event, { id: 'reminder', delay: 'reminder' }),
      on: {
        Counted: {
          actions: ['count', { type: 'tellOther', params: { messages: [{ to: 'other', type: 'Counted' }] } }],
        },
        WorkWanted: { actions: { type: 'work', params: ({ context }) => ({ count: context.count }) } },
        WorkDone: { actions: 'count' },
        Reminded: { actions: 'count' },
        EffectOutcomeUnknown: { actions: 'noteUnknown' },
      },
    },
  },
});

const quiet = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as { limits: Limits } },
}).createMachine({
  context: ({ input }) => ({ limits: input.limits, count: 0, unknown: 0 }),
});

function start(
  options: {
    log?: EventLog;
    clock?: VirtualClock;
    work?: EffectHandler;
    limits?: Partial<Limits>;
    seenAgain?: SeenAgain;
    onLogFailure?: (error: Error | undefined) => void;
  } = {},
) {
  const log = options.log ?? createMemoryLog();
  const clock = options.clock ?? new VirtualClock();
  const commits: (readonly LoggedEvent[])[] = [];
  const crashes: unknown[] = [];
  const engine = new Engine({
    log,
    clock,
    kinds: { counter, other: quiet },
    effects: { work: options.work ?? (() => ({ type: 'WorkDone' })) },
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.seenAgain === undefined ? {} : { seenAgain: options.seenAgain }),
    onCommit: (events) => commits.push(events),
    onCrash: (error) => crashes.push(error),
    ...(options.onLogFailure === undefined ? {} : { onLogFailure: options.onLogFailure }),
  });
  engine.start();
  const context = (): Context => engine.state.machines.get('counter')?.context as Context;
  return { log, clock, engine, commits, crashes, context };
}

const types = (log: EventLog): string[] => [...log.read()].map(({ machine, type }) => `${machine}:${type}`);

describe('the engine', () => {
  it('appends a burst, and what machines tell each other in it, in one transaction', () => {
    const { engine, commits } = start();
    engine.dispatch({ machine: 'counter', type: 'Counted' }, { machine: 'counter', type: 'Counted' });
    expect(commits.at(-1)?.map(({ machine }) => machine)).toEqual(['counter', 'counter', 'other', 'other']);
  });

  it('has the intent of an effect in the log before the effect runs', () => {
    let seen: string[] = [];
    const log = createMemoryLog();
    const { engine, context } = start({
      log,
      work: () => {
        seen = types(log);
        return { type: 'WorkDone' };
      },
    });
    engine.dispatch({ machine: 'counter', type: 'WorkWanted' });
    expect(seen.at(-1)).toBe('counter:EffectRequested');
    expect(context().count).toBe(1);
    expect(engine.state.pending.size).toBe(0);
  });

  it('runs no effect and shows no new state when the log cannot be written, and goes on when it can', () => {
    const inner = createMemoryLog();
    let full = false;
    const log: EventLog = Object.assign(Object.create(inner), {
      append: (...args: Parameters<EventLog['append']>) => {
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        return inner.append(...args);
      },
    });
    const told: (string | undefined)[] = [];
    let works = 0;
    const { engine, clock, context } = start({
      log,
      onLogFailure: (error) => told.push(error?.message),
      work: () => {
        works += 1;
        return { type: 'WorkDone' };
      },
    });
    full = true;
    engine.dispatch({ machine: 'counter', type: 'Counted' });
    engine.dispatch({ machine: 'counter', type: 'WorkWanted' });
    expect(works).toBe(0);
    expect(engine.state.machines.has('counter')).toBe(false);
    full = false;
    clock.advance(1_000);
    expect(works).toBe(1);
    expect(context().count).toBeGreaterThanOrEqual(2);
    expect(told).toEqual(['ENOSPC: no space left on device', undefined]);
  });

  it('fires a timer that falls due while the log cannot be written once, after it can', () => {
    const inner = createMemoryLog();
    let full = false;
    const log: EventLog = Object.assign(Object.create(inner), {
      append: (...args: Parameters<EventLog['append']>) => {
        if (full) throw new Error('ENOSPC: no space left on device');
        return inner.append(...args);
      },
    });
    const { engine, clock } = start({ log });
    engine.dispatch({ machine: 'counter', type: 'Counted' });
    full = true;
    clock.advance(DEFAULT_LIMITS.quietPeriodMs + 200);
    expect(clock.pending, 'alarms: the retry of the log only').toBe(1);
    full = false;
    clock.advance(2_000);
    expect(types(log).filter((type) => type === 'counter:Reminded')).toHaveLength(1);
  });

  it('makes a crash of a handler an outcome that its owner hears of', async () => {
    const { engine, crashes, context } = start({ work: () => Promise.reject(new Error('a bug')) });
    engine.dispatch({ machine: 'counter', type: 'WorkWanted' });
    await settle();
    expect(crashes).toEqual([new Error('a bug')]);
    expect(context().unknown).toBe(1);
    expect(engine.state.pending.size).toBe(0);
  });

  it('arms a timer with what is left of it after a restart', () => {
    const clock = new VirtualClock();
    const log = createMemoryLog();
    const first = start({ log, clock });
    first.engine.dispatch({ machine: 'counter', type: 'Counted' });
    clock.advance(DEFAULT_LIMITS.quietPeriodMs - 10);
    first.engine.stop();
    const { context } = start({ log, clock });
    clock.advance(9);
    expect(context().count).toBe(1);
    clock.advance(1);
    expect(context().count).toBe(2);
  });

  it('fires a timer that fell due while nothing ran, once', () => {
    const clock = new VirtualClock();
    const log = createMemoryLog();
    const first = start({ log, clock });
    first.engine.dispatch({ machine: 'counter', type: 'Counted' });
    first.engine.stop();
    clock.advance(60_000);
    const { context } = start({ log, clock });
    clock.advance(0);
    expect(context().count).toBe(2);
    clock.advance(60_000);
    expect(context().count).toBe(2);
  });

  it('does not run an interrupted effect again: its owner is told that nobody knows', () => {
    const log = createMemoryLog();
    let runs = 0;
    const work: EffectHandler = () => {
      runs += 1;
      return new Promise(() => {});
    };
    start({ log, work }).engine.dispatch({ machine: 'counter', type: 'WorkWanted' });
    const { engine, context } = start({ log, work });
    expect(engine.interrupted.map(({ effect, owner }) => [effect, owner])).toEqual([['work', 'counter']]);
    engine.settleInterrupted();
    expect(runs).toBe(1);
    expect(context().unknown).toBe(1);
  });

  it('bounds replay with snapshots and the log with compaction', () => {
    const { engine, log } = start({ limits: { snapshotEveryEvents: 10, logEventsMax: 20 } });
    for (let n = 0; n < 100; n += 1) engine.dispatch({ machine: 'counter', type: 'Counted' });
    // There was no rest to take them in.
    expect(log.latestSnapshot()?.seq).toBeGreaterThan(log.lastSeq() - 22);
    expect(log.lastSeq() - log.firstSeq()).toBeLessThan(80);
    const again = start({ log });
    expect(again.context().count).toBe(100);
  });

  it('reads the snapshot once when it starts, however large it is', () => {
    const log = createMemoryLog();
    start({ log }).engine.stop();
    let reads = 0;
    const counting: EventLog = {
      ...log,
      latestSnapshot: (atSeq) => {
        reads += 1;
        return log.latestSnapshot(atSeq);
      },
    };
    start({ log: counting });
    expect(reads).toBe(1);
  });

  it('takes a snapshot when it is at rest, not in the middle of a save', async () => {
    const done = Promise.withResolvers<Outcome>();
    const { engine, log, clock } = start({ limits: { snapshotEveryEvents: 10 }, work: () => done.promise });
    engine.dispatch({ machine: 'counter', type: 'WorkWanted' });
    for (let n = 0; n < 5; n += 1) engine.dispatch({ machine: 'counter', type: 'Counted' });
    expect(log.latestSnapshot()).toBeUndefined();
    clock.advance(500);
    expect(log.latestSnapshot()).toBeUndefined();
    done.resolve({ type: 'WorkDone' });
    await settle();
    expect(log.latestSnapshot()).toBeUndefined();
    clock.advance(50);
    expect(log.latestSnapshot()?.seq).toBe(log.lastSeq());
  });

  it('waits for the disk before it acts, and not before it looks', () => {
    const log = createMemoryLog();
    const appends: string[] = [];
    const recording: EventLog = {
      ...log,
      append: (events, at, durability) => {
        appends.push(`${events.map(({ type }) => type).join(' ')}: ${durability ?? 'now'}`);
        return log.append(events, at, durability);
      },
    };
    const wanted = { machine: 'counter', type: 'WorkWanted' };
    const seen = { machine: 'counter', type: 'Counted' };
    const idle = (): Promise<Outcome> => new Promise(() => {});
    const events = new Set(['Counted', 'WorkWanted']);
    start({ log: recording, work: idle, seenAgain: { events, effects: new Set() } }).engine.dispatch(seen, wanted);
    start({ log: recording, work: idle, seenAgain: { events, effects: new Set(['work']) } }).engine.dispatch(wanted);
    start({ log: recording, work: idle }).engine.dispatch(wanted);
    expect(appends.filter((append) => append.includes('WorkWanted'))).toEqual([
      'Counted WorkWanted Counted EffectRequested: now',
      'WorkWanted EffectRequested: later',
      'WorkWanted EffectRequested: now',
    ]);
  });

  it('says what keeps the log from the disk to whoever is about to act', async () => {
    const log = createMemoryLog();
    let synced = 0;
    const full: EventLog = {
      ...log,
      sync: async () => {
        synced += 1;
        if (synced > 1) throw new Error('no room');
      },
    };
    const { engine } = start({ log: full });
    await engine.sync();
    await expect(engine.sync()).rejects.toThrow(
      expect.objectContaining({
        failure: { kind: 'disk', message: 'nothing was sent, since the log cannot be written: no room' },
      }),
    );
    await start().engine.sync();
  });

  it('gives machines the limits of the running process after a restart', () => {
    const log = createMemoryLog();
    start({ log }).engine.dispatch({ machine: 'counter', type: 'Counted' });
    const { context } = start({ log, limits: { quietPeriodMs: 500 } });
    expect(context().limits.quietPeriodMs).toBe(500);
  });

  it('takes no event after it has stopped', () => {
    const { engine, log } = start();
    engine.stop();
    const before = log.lastSeq();
    engine.dispatch({ machine: 'counter', type: 'Counted' });
    expect(log.lastSeq()).toBe(before);
  });
});
