import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EventLog, NewEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';
import { temporaryDirectory } from './log-directory.ts';

const saved = (path: string): NewEvent => ({ machine: 'watch', type: 'FilesChanged', paths: [path] });

function appendMany(log: EventLog, count: number, at: (index: number) => number = () => 1_000): void {
  for (let index = 0; index < count; index++) log.append([saved(`f${index}`)], at(index));
}

const kinds: readonly (readonly [string, () => EventLog])[] = [
  ['in memory', createMemoryLog],
  [
    'on disk',
    () => {
      const log = openSqliteLog(join(temporaryDirectory(), 'events.db'), {
        mode: 'write',
        identity: { root: '/repo', clusterUid: 'uid' },
      });
      onTestFinished(() => log.close());
      return log;
    },
  ],
];

describe.each(kinds)('an event log %s', (_, open) => {
  test('an empty log has no events and begins at 1', () => {
    const log = open();
    expect([log.firstSeq(), log.lastSeq(), [...log.read()], log.latestSnapshot()]).toEqual([1, 0, [], undefined]);
  });

  test('appended events get contiguous places and read back as they were returned', () => {
    const log = open();
    const first = log.append([saved('a'), saved('b')], 1_000);
    const second = log.append([{ machine: 'target/ä', type: 'TimerElapsed', delay: { ms: 1.5, of: null } }], 2_000);
    expect(first.map((event) => event.seq)).toEqual([1, 2]);
    expect(second).toEqual([
      { seq: 3, at: 2_000, machine: 'target/ä', type: 'TimerElapsed', v: 1, delay: { ms: 1.5, of: null } },
    ]);
    expect([...log.read()]).toEqual([...first, ...second]);
  });

  test('appending nothing changes nothing', () => {
    const log = open();
    expect(log.append([], 1)).toEqual([]);
    expect(log.lastSeq()).toBe(0);
  });

  test('a range is read with both ends included, and one beyond the log is empty', () => {
    const log = open();
    appendMany(log, 5);
    const seqs = (range: { from?: number; to?: number }) => [...log.read(range)].map((event) => event.seq);
    expect(seqs({ from: 2, to: 4 })).toEqual([2, 3, 4]);
    expect(seqs({ from: 4 })).toEqual([4, 5]);
    expect(seqs({ to: 99, from: -3 })).toEqual([1, 2, 3, 4, 5]);
    expect(seqs({ from: 6 })).toEqual([]);
    expect(seqs({ from: 4, to: 3 })).toEqual([]);
  });

  test('events appended while reading are not part of that reading', () => {
    const log = open();
    appendMany(log, 2);
    const seen: number[] = [];
    for (const event of log.read()) {
      seen.push(event.seq);
      log.append([saved('more')], 1);
    }
    expect(seen).toEqual([1, 2]);
  });

  test('a field that is undefined is dropped, at any depth, alike in what is returned and what is kept', () => {
    const log = open();
    const [event] = log.append([{ machine: 'm', type: 'T', gone: undefined, deep: { gone: undefined, kept: 1 } }], 1);
    expect(Object.keys(event ?? {})).not.toContain('gone');
    expect(event).toStrictEqual({ seq: 1, at: 1, machine: 'm', type: 'T', v: 1, deep: { kept: 1 } });
    expect([...log.read()]).toStrictEqual([event]);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  test.each<[string, unknown, string]>([
    ['a function', () => 1, 'event T.field: expected plain JSON, found a function'],
    ['a bigint', 1n, 'found a bigint'],
    ['NaN', Number.NaN, 'found NaN'],
    ['a date', new Date(0), 'found a Date'],
    ['a map', new Map(), 'found a Map'],
    ['undefined in an array', [1, undefined], 'event T.field[1]: expected plain JSON, found undefined'],
    ['a cycle', cyclic, 'found a reference to an object around it'],
  ])('%s is refused, and nothing of that append stays', (_name, field, message) => {
    const log = open();
    expect(() => log.append([saved('a'), { machine: 'm', type: 'T', field }], 1)).toThrow(message);
    expect([log.lastSeq(), [...log.read()]]).toEqual([0, []]);
    expect(log.append([saved('b')], 1)[0]?.seq).toBe(1);
  });

  test('an event cannot claim a place of its own in the order', () => {
    const log = open();
    expect(() => log.append([{ machine: 'm', type: 'T', seq: 7 }], 1)).toThrow('the log itself sets seq');
  });

  test('the newest snapshot up to an event is found', () => {
    const log = open();
    appendMany(log, 10);
    for (const seq of [3, 6, 9]) log.saveSnapshot({ seq, at: seq, state: { after: seq } });
    expect(log.latestSnapshot()).toEqual({ seq: 9, at: 9, state: { after: 9 } });
    expect(log.latestSnapshot(8)?.state).toEqual({ after: 6 });
    expect(log.latestSnapshot(6)?.seq).toBe(6);
    expect(log.latestSnapshot(2)).toBeUndefined();
  });

  test('a snapshot of events that do not exist is refused', () => {
    const log = open();
    appendMany(log, 2);
    expect(() => log.saveSnapshot({ seq: 3, at: 1, state: {} })).toThrow('expected seq between 0 and 2, found 3');
  });

  test('compaction by number keeps at least that many, and a snapshot to begin with', () => {
    const log = open();
    appendMany(log, 100);
    for (const seq of [20, 40, 60, 80, 100]) log.saveSnapshot({ seq, at: 1, state: seq });
    log.compact({ eventsMax: 50, olderThan: 0 });
    expect([log.firstSeq(), log.lastSeq()]).toEqual([41, 100]);
    expect(log.latestSnapshot(45)?.state).toBe(40);
    expect([...log.read()].length).toBe(60);
    expect(log.append([saved('next')], 1)[0]?.seq).toBe(101);
  });

  test('compaction by age never needs the newest snapshot alone', () => {
    const log = open();
    appendMany(log, 30, (index) => index * 100);
    for (const seq of [10, 20, 30]) log.saveSnapshot({ seq, at: 1, state: seq });
    log.compact({ eventsMax: 1_000, olderThan: 1_000_000 });
    expect(log.firstSeq()).toBe(21);
    expect([log.latestSnapshot(20)?.state, log.latestSnapshot()?.state]).toEqual([20, 30]);
  });

  test('without two snapshots nothing is compacted away', () => {
    const log = open();
    appendMany(log, 30);
    log.saveSnapshot({ seq: 20, at: 1, state: 20 });
    log.compact({ eventsMax: 1, olderThan: 1_000_000 });
    expect(log.firstSeq()).toBe(1);
  });

  test('whatever the bounds, every event that stays can still be replayed from a snapshot', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }),
        fc.integer({ min: 0, max: 70 }),
        fc.integer({ min: 0, max: 70 }),
        (count, wanted, eventsMax, olderThan) => {
          const log = open();
          log.append(
            Array.from({ length: count }, (_unused, index) => saved(String(index))),
            1,
          );
          log.append([saved('later')], 50);
          const seqs = wanted.filter((seq) => seq <= count);
          for (const seq of seqs) log.saveSnapshot({ seq, at: 1, state: seq });
          log.compact({ eventsMax, olderThan });
          const first = log.firstSeq();
          expect([...log.read()].map((event) => event.seq)).toEqual(
            Array.from({ length: count + 2 - first }, (_unused, index) => first + index),
          );
          if (first > 1) expect(log.latestSnapshot(first - 1)?.state).toBe(first - 1);
          expect(log.latestSnapshot()?.seq).toBe(seqs.length === 0 ? undefined : Math.max(...seqs));
          log.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a closed log refuses to go on', () => {
    const log = open();
    log.close();
    expect(() => log.append([saved('a')], 1)).toThrow();
    expect(() => log.lastSeq()).toThrow();
    expect(() => log.close()).not.toThrow();
  });
});
