import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import type { EventShapes } from '../../src/engine/event-shapes.ts';
import { importLines } from '../../src/engine/log-import.ts';
import { contentOf, logLines } from '../../src/engine/log-lines.ts';
import { salvageLog } from '../../src/engine/log-salvage.ts';
import { openSqliteLog, type SqliteLog } from '../../src/engine/sqlite-log.ts';

const identity = { root: '/repo/k8s', clusterUid: 'uid-1' };
let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-life-'));
  path = join(directory, 'events.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A log of `count` events with snapshots after those given; event N carries `number: N`. */
function written(count: number, snapshots: readonly number[] = []): void {
  const log = openSqliteLog(path, { mode: 'write', identity });
  for (let seq = 1; seq <= count; seq += 1) {
    log.append([{ machine: 'watch', type: 'FilesChanged', number: seq }], 1_000 + seq);
    if (snapshots.includes(seq)) log.saveSnapshot({ seq, at: 1_000 + seq, state: { after: seq } });
  }
  log.close();
}

function reading<T>(use: (log: SqliteLog) => T, at = path): T {
  const log = openSqliteLog(at, { mode: 'read' });
  try {
    return use(log);
  } finally {
    log.close();
  }
}

/** Changes the file behind the log's back. */
function damaged(...statements: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}

async function* each(lines: Iterable<string>): AsyncGenerator<string> {
  yield* lines;
}

async function imported(lines: Iterable<string>): Promise<string> {
  const copy = join(directory, 'copy.db');
  const { log } = await importLines(each(lines), (given, base) =>
    openSqliteLog(copy, { mode: 'write', identity: given, base }),
  );
  log.close();
  return copy;
}

const numbersIn = (log: SqliteLog): unknown[] => [...log.read()].map(({ number }) => number);

describe('export and import', () => {
  test('give the same events at the same time in the same places', async () => {
    written(5);
    const copy = await imported(reading((log) => [...logLines(contentOf(log))]));
    const all = (log: SqliteLog): unknown => [log.identity, log.verify(), ...log.read()];
    expect(reading(all, copy)).toEqual(reading(all));
  });

  test('keep a compacted log what it is: the state to begin with, and the events after it', async () => {
    written(12, [4, 8, 10, 12]);
    const log = openSqliteLog(path, { mode: 'write', identity });
    log.compact({ eventsMax: 6, olderThan: 0 });
    log.close();
    const copy = await imported(reading((log) => [...logLines(contentOf(log))]));
    expect(reading((log) => [log.firstSeq(), log.latestSnapshot(), log.verify(), numbersIn(log)], copy)).toEqual([
      5,
      { seq: 4, at: 1_004, state: { after: 4 } },
      8,
      [5, 6, 7, 8, 9, 10, 11, 12],
    ]);
  });

  test('go on where the log ended', async () => {
    written(3);
    const copy = await imported(reading((log) => [...logLines(contentOf(log))]));
    const log = openSqliteLog(copy, { mode: 'write', identity });
    expect(log.append([{ machine: 'watch', type: 'FilesChanged' }], 2_000)[0]?.seq).toBe(4);
    expect(log.verify()).toBe(4);
    log.close();
  });

  test.each<[string, (lines: string[]) => string[], string]>([
    ['is empty', () => [], 'line 1: expected the header of an exported log, found nothing'],
    ['begins with something else', (lines) => lines.slice(1), 'line 1: expected the header of an exported log'],
    [
      'is of a newer version',
      (lines) => lines.with(0, (lines[0] ?? '').replace('"version":1', '"version":7')),
      'line 1: the export has version 7',
    ],
    [
      'has no identity',
      (lines) => lines.with(0, (lines[0] ?? '').replace('clusterUid', 'other')),
      'line 1: expected version, identity',
    ],
    [
      'holds a line that is no JSON',
      (lines) => lines.with(2, '{"seq":'),
      'line 3: expected a JSON object, found {"seq":',
    ],
    ['has a gap', (lines) => lines.toSpliced(2, 1), 'line 3: expected event 2, found event 3'],
    ['ends too early', (lines) => lines.slice(0, -1), 'line 3: expected events up to 3, found them up to 2'],
    [
      'holds an event of a newer shape',
      (lines) => lines.with(3, (lines[3] ?? '').replace('"v":1', '"v":9')),
      'line 4: event 3 (FilesChanged) has version 9',
    ],
    [
      'holds an event without a type',
      (lines) => lines.with(3, (lines[3] ?? '').replace('"type"', '"kind"')),
      'line 4: expected seq, at, v, machine and type',
    ],
  ])('refuse a file that %s, and say where', async (_name, change, message) => {
    written(3);
    const lines = reading((log) => [...logLines(contentOf(log))]);
    await expect(imported(change(lines))).rejects.toThrow(message);
  });

  test('bring events of an older shape into the one of today', async () => {
    written(2);
    const lines = reading((log) => [...logLines(contentOf(log))]);
    const shapes: EventShapes = {
      FilesChanged: [({ number, ...event }) => ({ ...event, count: number }) as LoggedEvent],
    };
    const copy = join(directory, 'copy.db');
    const { log } = await importLines(
      each(lines),
      (given, base) => openSqliteLog(copy, { mode: 'write', identity: given, base, shapes }),
      shapes,
    );
    expect([...log.read()]).toMatchObject([
      { v: 2, count: 1 },
      { v: 2, count: 2 },
    ]);
    log.close();
  });
});

describe('what can be saved of a damaged log', () => {
  const saved = (): unknown => {
    const before = readFileSync(path);
    const { content, damage } = salvageLog(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    return { base: content.base?.seq, numbers: [...content.events()].map(({ number }) => number), damage };
  };

  test('is everything where nothing is damaged', () => {
    written(3);
    expect(saved()).toEqual({ base: undefined, numbers: [1, 2, 3], damage: [] });
  });

  test('is its end from the first intact snapshot after a changed event on', () => {
    written(9, [3, 6]);
    damaged(`UPDATE events SET fields = '{"number":99}' WHERE seq = 5`);
    expect(saved()).toEqual({
      base: 6,
      numbers: [7, 8, 9],
      damage: ['event 5 is not what was written (its checksum does not fit)'],
    });
  });

  test('is its beginning where no snapshot follows the damage', () => {
    written(6);
    damaged('DELETE FROM events WHERE seq = 4');
    expect(saved()).toEqual({ base: undefined, numbers: [1, 2, 3], damage: ['event 4 is missing'] });
  });

  test('is the newest state where the events after it are lost', () => {
    written(6, [3, 6]);
    damaged('DELETE FROM events WHERE seq > 4');
    expect(saved()).toEqual({ base: 6, numbers: [], damage: ['events 5 to 6 are missing'] });
  });

  test('leaves out a snapshot that is damaged too', () => {
    written(9, [3, 6, 8]);
    damaged(`UPDATE events SET fields = '{}' WHERE seq = 5`, `UPDATE snapshots SET state = '{}' WHERE seq = 6`);
    expect(saved()).toEqual({
      base: 8,
      numbers: [9],
      damage: [
        'event 5 is not what was written (its checksum does not fit)',
        'the snapshot at event 6 is not what was written',
      ],
    });
  });

  test('makes a log that is sound and goes on', async () => {
    written(9, [3, 6]);
    damaged('DELETE FROM events WHERE seq = 2');
    const copy = await imported(logLines(salvageLog(path).content));
    expect(reading((log) => [log.firstSeq(), log.verify()], copy)).toEqual([4, 6]);
  });

  test('is nothing where neither beginning nor snapshot is left', () => {
    written(3);
    damaged('UPDATE events SET checksum = 1');
    expect(() => salvageLog(path)).toThrow('no state can be told from it');
  });
});
