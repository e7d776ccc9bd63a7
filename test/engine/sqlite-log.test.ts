import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { LogIdentity, NewEvent } from '../../src/engine/event-log.ts';
import {
  LogDamagedError,
  LogIdentityError,
  LogLockedError,
  LogUnreadableError,
  LogUnwritableError,
  LogVersionError,
} from '../../src/engine/log-errors.ts';
import { runningWriter } from '../../src/engine/log-lock.ts';
import { openSqliteLog, type SqliteLog, type SqliteLogOptions } from '../../src/engine/sqlite-log.ts';
import { readWriterRecord } from '../../src/engine/writer-record.ts';
import { temporaryDirectory } from './log-directory.ts';

const identity: LogIdentity = { root: '/repo', clusterUid: 'uid-1' };
const event = (n: number): NewEvent => ({ machine: 'watch', type: 'FilesChanged', paths: [`apps/${n}.yaml`] });

function open(path: string, options: SqliteLogOptions = { mode: 'write', identity }): SqliteLog {
  const log = openSqliteLog(path, options);
  onTestFinished(() => log.close());
  return log;
}

/** A closed log of `count` events with snapshots at the given places. */
function writtenLog(count: number, snapshotSeqs: readonly number[] = []): string {
  const path = join(temporaryDirectory(), 'events.db');
  const log = openSqliteLog(path, { mode: 'write', identity });
  for (let n = 1; n <= count; n++) log.append([event(n)], n);
  for (const seq of snapshotSeqs) log.saveSnapshot({ seq, at: seq, state: { seq } });
  log.close();
  return path;
}

/** Changes the file behind the log's back. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function refusalOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Another process that runs `body` with `log` open for writing, after printing `ready`. */
async function otherProcess(path: string, body: string, wrapper?: readonly string[]) {
  const script = `
    import { openSqliteLog } from ${JSON.stringify(join(import.meta.dirname, '../../src/engine/sqlite-log.ts'))};
    const log = openSqliteLog(${JSON.stringify(path)}, { mode: 'write', identity: ${JSON.stringify(identity)} });
    const event = (n) => ({ machine: 'watch', type: 'FilesChanged', paths: ['apps/' + n + '.yaml'] });
    ${body}`;
  const args = ['--input-type=module', '--eval', script];
  const child = wrapper
    ? spawn(wrapper[0] ?? '', [...wrapper.slice(1), process.execPath, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    : spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, nextLine: async () => String((await lines.next()).value) };
}

test('events and snapshots outlive the process that wrote them', () => {
  const path = writtenLog(3, [2]);
  const log = open(path);
  expect([...log.read()].map(({ seq, at, paths }) => [seq, at, paths])).toEqual([
    [1, 1, ['apps/1.yaml']],
    [2, 2, ['apps/2.yaml']],
    [3, 3, ['apps/3.yaml']],
  ]);
  expect(log.latestSnapshot()).toEqual({ seq: 2, at: 2, state: { seq: 2 } });
  expect(log.verify()).toBe(3);
  expect(log.identity).toEqual(identity);
});

test('a second writer is refused with the name and pid of the first, and let in once that has closed', () => {
  const path = join(temporaryDirectory(), 'deep', 'er', 'events.db');
  const first = open(path);
  const refusal = refusalOf(() => open(path));
  expect(refusal).toBeInstanceOf(LogLockedError);
  expect(String(refusal)).toContain(`process ${process.pid} on `);
  expect(runningWriter(path)?.pid).toBe(process.pid);
  first.close();
  expect(runningWriter(path)).toBeUndefined();
  expect(open(path).lastSeq()).toBe(0);
});

test('after kill -9 of the writer nothing durable is missing, and the next writer gets in at once', async () => {
  const path = join(temporaryDirectory(), 'events.db');
  const { child, nextLine } = await otherProcess(
    path,
    `for (let n = 1; ; n++) { log.append([event(n), event(n)], n); if (n % 50 === 0) console.log(log.lastSeq()); }`,
  );
  const durable = Number(await nextLine());
  const reader = open(path, { mode: 'read' });
  expect(reader.lastSeq()).toBeGreaterThanOrEqual(durable);
  expect(refusalOf(() => open(path))).toMatchObject({ writer: { pid: child.pid } });
  expect(runningWriter(path)?.pid).toBe(child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const afterCrash = open(path, { mode: 'read' });
  const log = open(path);
  expect(log.lastSeq()).toBeGreaterThanOrEqual(durable);
  expect(log.lastSeq() % 2).toBe(0);
  expect(afterCrash.lastSeq()).toBe(log.lastSeq());
  expect(log.verify()).toBe(log.lastSeq());
  expect(log.append([event(1)], 1)[0]?.seq).toBe(afterCrash.lastSeq());
});

test('a reader beside the writer sees each append, and may not write', () => {
  const path = join(temporaryDirectory(), 'events.db');
  const writer = open(path);
  const reader = open(path, { mode: 'read' });
  writer.append([event(1)], 1);
  expect([...reader.read()].map(({ seq }) => seq)).toEqual([1]);
  writer.append([event(2)], 1);
  expect(reader.lastSeq()).toBe(2);
  expect(refusalOf(() => reader.append([event(3)], 1))).toBeInstanceOf(LogUnwritableError);
});

test('a reader whose next events are compacted away meanwhile is told so instead of skipping them', () => {
  const path = join(temporaryDirectory(), 'events.db');
  const writer = open(path);
  writer.append(
    Array.from({ length: 3_000 }, (_, n) => event(n)),
    1,
  );
  for (const seq of [2_500, 2_900]) writer.saveSnapshot({ seq, at: 1, state: seq });
  const events = open(path, { mode: 'read' }).read();
  for (let n = 0; n < 1_000; n++) events.next();
  writer.compact({ eventsMax: 100, olderThan: 0 });
  expect(() => events.next()).toThrow('event 1001 was compacted away while it was read; read again from 2501');
});

test.each([
  ['root', { ...identity, root: '/other' }, 'expected /other, found /repo'],
  ['clusterUid', { ...identity, clusterUid: 'uid-2' }, 'expected uid-2, found uid-1'],
])('a log of another %s is refused, and says what to do', (field, other, message) => {
  const path = writtenLog(1);
  const refusal = refusalOf(() => open(path, { mode: 'write', identity: other }));
  expect(refusal).toBeInstanceOf(LogIdentityError);
  expect(refusal).toMatchObject({
    field,
    message: expect.stringContaining(message),
    hint: expect.stringContaining('--log'),
  });
  expect(runningWriter(path)).toBeUndefined();
});

test('a reader that knows only the directory is not asked for the cluster', () => {
  const path = writtenLog(2);
  expect(open(path, { mode: 'read', identity: { root: '/repo' } }).lastSeq()).toBe(2);
  expect(refusalOf(() => open(path, { mode: 'read', identity: { root: '/x' } }))).toBeInstanceOf(LogIdentityError);
});

test('reading where no log is says how to get one, and makes no file', () => {
  const path = join(temporaryDirectory(), 'events.db');
  const refusal = refusalOf(() => open(path, { mode: 'read' }));
  expect(refusal).toBeInstanceOf(LogUnreadableError);
  expect(refusal).toMatchObject({ code: 'ENOENT', hint: expect.stringContaining('reconcile-machine watch') });
  expect(existsSync(path)).toBe(false);
});

test.each<[string, string, string]>([
  [
    'changed event near the end',
    `UPDATE events SET fields = replace(fields, '4', '5') WHERE seq = 4`,
    'event 4 is not what was written',
  ],
  ['changed time', 'UPDATE events SET at = 9 WHERE seq = 2', 'event 2 is not what was written'],
  ['missing event in between', 'DELETE FROM events WHERE seq = 3', 'expected event 3, found event 4: 1 missing'],
  ['missing first event', 'DELETE FROM events WHERE seq = 1', 'expected event 1, found event 2'],
  ['missing last event', 'DELETE FROM events WHERE seq = 5', 'expected events up to 5, found them up to 4'],
  ['missing events altogether', 'DELETE FROM events', 'expected events up to 5, found them up to 0'],
  [
    'event too many',
    `INSERT INTO events VALUES (6, 1, 'm', 'T', 1, '{}', 0)`,
    'expected events up to 5, found them up to 6',
  ],
  ['missing head', 'DELETE FROM head', 'the row that says where it begins and ends is missing'],
])('a %s is found when the log is opened, by either side', (_, sql, message) => {
  const path = writtenLog(5, [4]);
  tamper(path, sql);
  for (const options of [{ mode: 'write', identity }, { mode: 'read' }] as const) {
    const refusal = refusalOf(() => open(path, options));
    expect(refusal).toBeInstanceOf(LogDamagedError);
    expect(String(refusal)).toContain(message);
  }
  expect(runningWriter(path)).toBeUndefined();
});

test('a compacted log without an intact snapshot to begin with is refused', () => {
  const path = writtenLog(10, [4, 8]);
  const log = openSqliteLog(path, { mode: 'write', identity });
  log.compact({ eventsMax: 5, olderThan: 0 });
  log.close();
  tamper(path, `UPDATE snapshots SET state = '{}'`);
  expect(String(refusalOf(() => open(path)))).toContain(
    'its events begin at 5, and no intact snapshot says what was before',
  );
});

test('damage far from the end is found when it is read, and by a full verification', () => {
  const path = writtenLog(600);
  tamper(path, `UPDATE events SET machine = 'watcH' WHERE seq = 7`);
  const log = open(path);
  expect(() => [...log.read()]).toThrow('event 7 is not what was written');
  expect(() => log.verify()).toThrow(LogDamagedError);
  expect([...log.read({ from: 8 })].length).toBe(593);
});

test('a flipped byte in the file is never read as if it were an event', () => {
  const path = writtenLog(200);
  const bytes = readFileSync(path);
  const where = bytes.indexOf('apps/77.yaml');
  expect(where).toBeGreaterThan(0);
  bytes[where] = (bytes[where] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(refusalOf(() => open(path).verify())).toBeInstanceOf(LogDamagedError);
});

test.each([0.2, 0.5, 0.9])('a file cut to %d of its size is refused', (share) => {
  const path = writtenLog(400);
  truncateSync(path, Math.floor(readFileSync(path).length * share));
  expect(refusalOf(() => open(path).verify())).toBeInstanceOf(LogDamagedError);
});

test("a file that is no database, or another program's, is refused and left alone", () => {
  const path = join(temporaryDirectory(), 'events.db');
  writeFileSync(
    path,
    'not a database at all, but long enough to have a header of one hundred bytes or more. '.repeat(9),
  );
  expect(refusalOf(() => open(path))).toBeInstanceOf(LogDamagedError);
  expect(readFileSync(path, 'utf8')).toContain('not a database');
  const other = `${path}2`;
  tamper(other, 'CREATE TABLE theirs (x)');
  expect(String(refusalOf(() => open(other)))).toContain('no event log of this program');
});

test('a write-ahead log that was removed after a crash is noticed', async () => {
  const path = join(temporaryDirectory(), 'events.db');
  const { child, nextLine } = await otherProcess(
    path,
    `for (let n = 1; n <= 40; n++) log.append([event(n)], n); console.log('done'); setInterval(() => {}, 1e6);`,
  );
  await nextLine();
  child.kill('SIGKILL');
  await once(child, 'exit');
  rmSync(`${path}-wal`);
  rmSync(`${path}-shm`);
  const refusal = refusalOf(() => open(path));
  expect(refusal).toBeInstanceOf(LogDamagedError);
});

test('a write-ahead log that was damaged in the middle after a crash is not taken for a shorter one', async () => {
  const path = join(temporaryDirectory(), 'events.db');
  const { child, nextLine } = await otherProcess(
    path,
    `for (let n = 1; n <= 40; n++) log.append([event(n)], n); console.log('done'); setInterval(() => {}, 1e6);`,
  );
  await nextLine();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const wal = readFileSync(`${path}-wal`);
  const middle = Math.floor(wal.length / 2);
  wal[middle] = (wal[middle] ?? 0) ^ 1;
  writeFileSync(`${path}-wal`, wal);
  expect(String(refusalOf(() => open(path)))).toContain('expected events up to 40');
});

test('an older copy put in the place of a log is noticed', () => {
  const path = writtenLog(5);
  copyFileSync(path, `${path}.old`);
  const log = openSqliteLog(path, { mode: 'write', identity });
  log.append([event(6)], 6);
  log.close();
  copyFileSync(`${path}.old`, path);
  expect(String(refusalOf(() => open(path)))).toContain('expected events up to 6');
});

test('a damaged snapshot is passed over for the one before, and said', () => {
  const path = writtenLog(10, [3, 6]);
  tamper(path, `UPDATE snapshots SET state = '{"seq":7}' WHERE seq = 6`);
  const warnings: string[] = [];
  const log = open(path, { mode: 'write', identity, onWarning: (message) => warnings.push(message) });
  expect(log.latestSnapshot()?.seq).toBe(3);
  expect(warnings[0]).toContain('the snapshot at event 6 is damaged');
});

test('a log written by a newer version is refused', () => {
  const path = writtenLog(1);
  tamper(path, 'PRAGMA user_version = 99');
  expect(String(refusalOf(() => open(path)))).toContain('has version 99, but this program knows versions up to 1');
});

test('events of an older shape are lifted to the present one; newer ones are refused', () => {
  const path = writtenLog(1);
  const shapes = { FilesChanged: [({ paths, ...rest }: { paths?: unknown }) => ({ ...rest, files: paths })] } as never;
  const lifting = openSqliteLog(path, { mode: 'write', identity, shapes });
  expect([...lifting.read()][0]).toMatchObject({ v: 2, files: ['apps/1.yaml'] });
  expect(lifting.append([event(2)], 2)[0]?.v).toBe(2);
  lifting.close();
  expect(refusalOf(() => open(path, { mode: 'read' }))).toBeInstanceOf(LogVersionError);
});

test.runIf(process.platform !== 'win32')(
  'a log in a directory that the reader may not write to can be read, and not written',
  () => {
    const path = writtenLog(3);
    chmodSync(path, 0o444);
    chmodSync(join(path, '..'), 0o555);
    onTestFinished(() => chmodSync(join(path, '..'), 0o755));
    const script = `
    import { openSqliteLog } from ${JSON.stringify(join(import.meta.dirname, '../../src/engine/sqlite-log.ts'))};
    const path = ${JSON.stringify(path)};
    const log = openSqliteLog(path, { mode: 'read' });
    const seqs = [...log.read()].map(({ seq }) => seq);
    let refusal;
    try { openSqliteLog(path, { mode: 'write', identity: log.identity }); } catch (error) { refusal = error.name; }
    console.log(JSON.stringify({ seqs, refusal }));`;
    // Permissions do not hold root back, so root reads as nobody.
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      ...asNobody,
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({ seqs: [1, 2, 3], refusal: 'LogUnwritableError' });
  },
);

test('a directory in the place of the log is refused in words', () => {
  const path = join(temporaryDirectory(), 'events.db');
  mkdirSync(path);
  expect(refusalOf(() => open(path))).toBeInstanceOf(LogUnwritableError);
  expect(refusalOf(() => open(path, { mode: 'read' }))).toBeInstanceOf(LogUnreadableError);
});

test('a log below a file cannot be made, and says so', () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, '');
  expect(refusalOf(() => open(join(path, 'events.db')))).toMatchObject({
    name: 'LogUnwritableError',
    hint: expect.stringContaining('--log'),
  });
});

test.runIf(process.platform === 'linux')(
  'a full disk fails the append, leaves nothing of it, and later appends go on',
  async () => {
    const path = join(temporaryDirectory(), 'events.db');
    // A limit on the size of files stands in for a full disk; 512 blocks are 512 KiB.
    const { nextLine } = await otherProcess(
      path,
      `log.append([event(1)], 1);
     try { log.append([event(2), { machine: 'm', type: 'Big', text: 'x'.repeat(3e6) }], 2); }
     catch (error) { console.log(JSON.stringify({ name: error.name, hint: error.hint, last: log.lastSeq() })); }
     console.log(JSON.stringify([log.append([event(3)], 3)[0].seq, log.verify()]));`,
      ['bash', '-c', 'trap \'\' XFSZ; ulimit -f 512; exec "$@"', 'limited'],
    );
    expect(JSON.parse(await nextLine())).toMatchObject({ name: 'LogUnwritableError', last: 1 });
    expect(JSON.parse(await nextLine())).toEqual([2, 2]);
  },
);

test('what may be on disk later is seen by readers at once, and outlives the process that wrote it', async () => {
  const path = join(temporaryDirectory(), 'events.db');
  const { child, nextLine } = await otherProcess(
    path,
    `log.append([event(1)], 1); log.append([event(2)], 2, 'later'); console.log(log.lastSeq()); setInterval(() => {}, 1000);`,
  );
  expect(await nextLine()).toBe('2');
  const reader = open(path, { mode: 'read' });
  expect(reader.lastSeq()).toBe(2);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(open(path).verify()).toBe(2);
});

test('a sync that ends after a later commit, or after the end, promises no less and writes nowhere', async () => {
  const path = join(temporaryDirectory(), 'events.db');
  const log = open(path);
  log.append([event(1)], 1, 'later');
  const begun = log.sync?.();
  log.append([event(2)], 2);
  await begun;
  expect(readWriterRecord(path)?.lastSeq).toBe(2);
  log.append([event(3)], 3, 'later');
  const last = log.sync?.();
  log.close();
  await last;
  expect(readWriterRecord(path)?.lastSeq).toBe(2);
  expect(open(path).verify()).toBe(3);
});

/** Only it shows what a process asks of the disk. */
const hasStrace = spawnSync('strace', ['-V']).status === 0;

test.runIf(hasStrace)(
  'a commit waits for the disk, unless what it holds may be there later, or until that is synced',
  async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'events.db');
    const trace = join(directory, 'trace');
    const strace = ['strace', '-f', '-e', 'trace=fsync,fdatasync,write', '-e', 'signal=none', '-s', '64', '-o', trace];
    const { child, nextLine } = await otherProcess(
      path,
      `log.append([event(0)], 0);
     console.log('now'); log.append([event(1)], 1);
     console.log('later'); log.append([event(2)], 2, 'later');
     console.log('both'); log.append([event(3)], 3);
     console.log('sync'); log.append([event(4)], 4, 'later'); await Promise.all([log.sync(), log.sync()]);
     console.log('again'); await log.sync();
     console.log('end');`,
      strace,
    );
    for (let line = await nextLine(); line !== 'end'; ) line = await nextLine();
    await once(child, 'exit');
    const between = (from: string, to: string): number =>
      readFileSync(trace, 'utf8')
        .split(`"${from}\\n"`)[1]
        ?.split(`"${to}\\n"`)[0]
        ?.match(/\bf(data)?sync\(/g)?.length ?? 0;
    expect([between('now', 'later'), between('later', 'both'), between('both', 'sync')]).toEqual([1, 0, 1]);
    expect([between('sync', 'again'), between('again', 'end')]).toEqual([1, 0]);
  },
);

test('the write-ahead log is moved into the database at rest, and does not grow after that', () => {
  const path = join(temporaryDirectory(), 'events.db');
  const log = open(path);
  const walBytes = (): number => statSync(`${path}-wal`).size;
  const appendUntilUntidy = (): void => {
    do log.append([event(log.lastSeq())], 1);
    while (log.isUntidy?.() !== true);
  };
  appendUntilUntidy();
  const grown = walBytes();
  for (let round = 0; round < 3; round += 1) {
    log.tidy?.();
    expect(log.isUntidy?.()).toBe(false);
    appendUntilUntidy();
  }
  expect(walBytes()).toBeLessThan(grown * 1.1);
  expect(log.verify()).toBe(log.lastSeq());
});
