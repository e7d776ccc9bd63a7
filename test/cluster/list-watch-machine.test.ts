import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import type { Failure, FailureKind } from '../../src/domain/failure.ts';
import { type ListWatchEvent, listWatchMachine } from '../../src/machines/list-watch.ts';

/** Runs events through the machine; what it asked for comes back as short lines. */
function run(...events: readonly ListWatchEvent[]) {
  let [snapshot, actions] = initialTransition(listWatchMachine, { random: 0 });
  let asked = actions.map(inWords);
  for (const event of events) {
    [snapshot, actions] = transition(listWatchMachine, snapshot, event);
    asked = actions.map(inWords);
  }
  return { state: snapshot.value, context: snapshot.context, asked: asked.filter((line) => line !== '') };
}

function inWords({ type, params }: { type: string; params?: unknown }): string {
  const given = (params ?? {}) as Record<string, unknown> & { event?: { type: string }; failure?: Failure };
  if (type === 'xstate.raise') return `after ${String(given.delay)} ms ${given.event?.type}`;
  if (type === 'xstate.cancel') return '';
  if (type === 'reportDegraded') return given.failure === undefined ? '' : `degraded: ${given.failure.kind}`;
  if (type === 'listPage')
    return `list ${String(given.continueToken ?? 'from the start')}, ${String(given.limit)} a page`;
  if (type === 'openWatch') return `watch from ${String(given.resourceVersion)} for ${String(given.timeoutSeconds)} s`;
  return type;
}

const page = (resourceVersion: string, continueToken?: string, random = 0): ListWatchEvent => ({
  type: 'PageListed',
  resourceVersion,
  continueToken,
  random,
});
const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({ kind, message: kind, ...more });
const listFailed = (kind: FailureKind, random = 0): ListWatchEvent => ({
  type: 'ListFailed',
  failure: failure(kind),
  random,
});
const watchFailed = (kind: FailureKind, more: Partial<Failure> = {}, random = 0): ListWatchEvent => ({
  type: 'WatchFailed',
  failure: failure(kind, more),
  random,
});
const opened: ListWatchEvent = { type: 'WatchOpened' };
const elapsed: ListWatchEvent = { type: 'BackoffElapsed' };

describe('list', () => {
  it("goes page by page, then watches from the list's resourceVersion", () => {
    expect(run().asked).toEqual(['list from the start, 500 a page']);
    expect(run(page('5', 'next')).asked).toEqual(['list next, 500 a page']);
    expect(run(page('5', 'next'), page('6')).asked).toEqual([
      'commitList',
      'watch from 6 for 300 s',
      'after 315000 ms WatchOverdue',
      'after 120000 ms HealthElapsed',
    ]);
  });

  it("takes the watch's length from the random number it is given", () => {
    expect(run(page('6', undefined, 0.5)).asked).toContain('watch from 6 for 450 s');
  });

  it("starts again without pages when a page's token has expired", () => {
    const restarted = run(page('5', 'next'), listFailed('gone'));
    expect(restarted.asked).toEqual(['list from the start, 0 a page']);
    expect(run(page('5', 'next'), listFailed('gone'), page('8')).context.pageLimit).toBe(500);
  });

  it('backs off from 800 ms, doubling up to 30 s, with jitter', () => {
    const delays = [];
    const events: ListWatchEvent[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      events.push(listFailed('unavailable'));
      delays.push(run(...events).context.backoffMs);
      events.push(elapsed);
    }
    expect(delays).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    expect(run(listFailed('unavailable', 0.999)).context.backoffMs).toBe(1_599);
  });

  it('reports a failure once, and another kind of failure again', () => {
    expect(run(listFailed('unavailable')).asked).toContain('degraded: unavailable');
    expect(run(listFailed('unavailable'), elapsed, listFailed('unavailable')).asked).not.toContain(
      'degraded: unavailable',
    );
    expect(run(listFailed('unavailable'), elapsed, listFailed('unauthorized')).asked).toContain(
      'degraded: unauthorized',
    );
  });

  it('that is forbidden is said once and tried again slowly', () => {
    expect(run(listFailed('forbidden'))).toMatchObject({
      state: 'refused',
      asked: ['degraded: forbidden', 'after 30000 ms RefusalElapsed'],
    });
    const again = [listFailed('forbidden'), { type: 'RefusalElapsed' }, listFailed('forbidden')] as const;
    expect(run(...again).asked).toEqual(['after 30000 ms RefusalElapsed']);
  });
});

describe('watch', () => {
  const watching = [page('6'), opened] as const;

  it('that ends in good order goes on from the last event, without a list', () => {
    const ended: ListWatchEvent = { type: 'WatchEnded', eventCount: 3, durationMs: 300_000, random: 0 };
    expect(run(...watching, { type: 'WatchAdvanced', resourceVersion: '9' }, ended).asked[0]).toBe(
      'watch from 9 for 300 s',
    );
  });

  it('that breaks off goes on at once from the last event, without a report', () => {
    const broken: ListWatchEvent = {
      type: 'WatchFailed',
      failure: failure('unavailable'),
      brokenOff: { eventCount: 1, durationMs: 50 },
      random: 0,
    };
    const after = run(...watching, { type: 'WatchAdvanced', resourceVersion: '9' }, broken);
    expect(after).toMatchObject({ state: 'watching', asked: expect.arrayContaining(['watch from 9 for 300 s']) });
    expect(after.asked.join()).not.toContain('degraded');
  });

  it('that is closed at once without an event backs off', () => {
    const ended: ListWatchEvent = { type: 'WatchEnded', eventCount: 0, durationMs: 10, random: 0 };
    expect(run(...watching, ended)).toMatchObject({ state: 'watch-backoff', asked: ['after 800 ms BackoffElapsed'] });
  });

  it('that meets 410 lists again', () => {
    expect(run(...watching, watchFailed('gone'))).toMatchObject({
      state: 'listing',
      asked: ['closeWatch', 'list from the start, 500 a page'],
    });
  });

  it.each<FailureKind>(['unavailable', 'throttled', 'timeout', 'unauthorized'])(
    'that meets %s is retried without a list',
    (kind) => {
      expect(run(...watching, watchFailed(kind), elapsed)).toMatchObject({
        state: 'watching',
        asked: expect.arrayContaining(['watch from 6 for 300 s']),
      });
    },
  );

  it('waits as long as Retry-After says', () => {
    expect(run(...watching, watchFailed('throttled', { retryAfterMs: 9_000 })).asked).toContain(
      'after 9000 ms BackoffElapsed',
    );
  });

  it('recovers when it is open again', () => {
    expect(run(...watching, watchFailed('unavailable'), elapsed, opened).asked).toEqual(['reportRecovered']);
    expect(run(...watching, opened).asked).toEqual([]);
  });

  it('lists again when the server goes on failing at this resourceVersion', () => {
    const error = watchFailed('unavailable', { statusCode: 504 });
    expect(run(page('6'), error, elapsed, error, elapsed, error, elapsed).state).toBe('listing');
    expect(run(page('6'), error, elapsed, opened, error, elapsed, error, elapsed).state).toBe('watching');
  });

  it('forgets earlier failures after two minutes of health', () => {
    const failing = [listFailed('unavailable'), elapsed, listFailed('unavailable'), elapsed, ...watching];
    expect(run(...failing, watchFailed('unavailable')).context.backoffMs).toBe(3_200);
    expect(run(...failing, { type: 'HealthElapsed' }, watchFailed('unavailable')).context.backoffMs).toBe(800);
  });

  it('that outlives its time is a dead connection and is opened anew', () => {
    expect(run(...watching, { type: 'WatchOverdue' }).asked.slice(0, 2)).toEqual([
      'closeWatch',
      'watch from 6 for 300 s',
    ]);
  });

  it('ends for good when stopped', () => {
    expect(run(...watching, { type: 'Stopped' })).toMatchObject({ state: 'stopped', asked: ['closeWatch'] });
  });
});
