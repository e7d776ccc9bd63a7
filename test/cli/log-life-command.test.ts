import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';
import { type Ran, runMain } from './run-main.ts';

let cwd: string;
let path: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'log-life-command-'));
  mkdirSync(join(cwd, 'k8s'));
  path = join(cwd, 'events.db');
  const log = openSqliteLog(path, { mode: 'write', identity: { root: join(cwd, 'k8s'), clusterUid: 'c' } });
  for (const at of [1, 2, 3]) log.append([{ machine: 'watch', type: 'FilesChanged', paths: ['a.yaml'] }], at);
  log.close();
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function run(...argv: string[]): Promise<Ran> {
  return runMain(['log', ...argv], { cwd, env: { XDG_STATE_HOME: join(cwd, 'state') } });
}

function damage(statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}

describe('reconcile-machine log --verify', () => {
  test('says that all is as it was written', async () => {
    const ran = await run('--verify', '--log', path);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toBe(`${path}: 3 events (1 to 3) and 0 snapshots, all as they were written\n`);
    const { stdout } = await run('--verify', '--json', '--log', path);
    expect(JSON.parse(stdout)).toMatchObject({ path, events: 3, firstSeq: 1, lastSeq: 3, snapshots: [] });
  });

  test.each([
    [
      'a flipped bit',
      `UPDATE events SET fields = replace(fields, 'a.yaml', 'b.yaml') WHERE seq = 2`,
      'event 2 is not what was written',
    ],
    ['a gap', 'DELETE FROM events WHERE seq = 2', 'expected event 2, found event 3: 1 missing'],
    ['a missing end', 'DELETE FROM events WHERE seq = 3', 'expected events up to 3, found them up to 2'],
    [
      'a newer version',
      'PRAGMA user_version = 9',
      'the event log has version 9, but this program knows versions up to 1',
    ],
  ])('finds %s, leaves the file as it is, and ends with 1', async (_name, statement, message) => {
    damage(statement);
    const before = readFileSync(path);
    const ran = await run('--verify', '--log', path);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(message);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('names the command that saves what is intact', async () => {
    damage('DELETE FROM events WHERE seq = 2');
    const { stderr } = await run('--verify', '--log', path);
    expect(stderr).toContain(`reconcile-machine log --export saved.jsonl --salvage --log ${path}`);
  });
});

describe('reconcile-machine log --export and --import', () => {
  test('carry a log to another file, which a watch of the directory would go on with', async () => {
    const exported = await run('--export', 'saved.jsonl', '--log', path);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toBe(`exported 3 events (1 to 3) to ${join(cwd, 'saved.jsonl')}\n`);
    expect(statSync(join(cwd, 'saved.jsonl')).mode & 0o077).toBe(0);
    const imported = await run('--import', 'saved.jsonl', '--json');
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(imported.stdout) as { path: string; events: number };
    expect(report).toMatchObject({ path: expect.stringContaining(join(cwd, 'state')), events: 3 });
    const both = await Promise.all([run('--json', '--log', path), run('k8s', '--json')]);
    expect(both[1]?.stdout).toBe(both[0]?.stdout);
  });

  test('write to standard output', async () => {
    const { stdout } = await run('--export', '-', '--log', path);
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ format: 'reconcile-machine-log', lastSeq: 3 });
  });

  test('save what is intact of a damaged log, and say what is not', async () => {
    damage('DELETE FROM events WHERE seq = 2');
    expect((await run('--export', 'all.jsonl', '--log', path)).code).toBe(1);
    const saved = await run('--export', 'saved.jsonl', '--salvage', '--log', path);
    expect(saved).toMatchObject({ code: 0, stderr: 'warning: event 2 is missing\n' });
    await run('--import', 'saved.jsonl', '--log', 'new.db');
    const verified = await run('--verify', '--log', 'new.db');
    expect(verified.stdout).toContain('1 events (1 to 1)');
  });

  test('write over nothing', async () => {
    writeFileSync(join(cwd, 'mine.jsonl'), 'mine');
    const exported = await run('--export', 'mine.jsonl', '--log', path);
    expect(exported.code).toBe(1);
    expect(exported.stderr).toContain('expected a new file, found one at');
    expect(readFileSync(join(cwd, 'mine.jsonl'), 'utf8')).toBe('mine');
    await run('--export', 'saved.jsonl', '--log', path);
    const imported = await run('--import', 'saved.jsonl', '--log', path);
    expect(imported.code).toBe(1);
    expect(imported.stderr).toContain(`expected no log at ${path} yet, found one`);
  });

  test('leave nothing of a log whose lines are wrong, and say which line', async () => {
    await run('--export', 'saved.jsonl', '--log', path);
    const lines = readFileSync(join(cwd, 'saved.jsonl'), 'utf8').split('\n');
    writeFileSync(join(cwd, 'cut.jsonl'), lines.toSpliced(2, 1).join('\n'));
    const { code, stderr } = await run('--import', 'cut.jsonl', '--log', 'new.db');
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(cwd, 'cut.jsonl')}: line 3: expected event 2, found event 3`);
    expect(readdirSync(cwd).filter((name) => name.startsWith('new.db'))).toEqual([]);
  });

  test('refuse a file that is not there', async () => {
    const { code, stderr } = await run('--import', 'nowhere.jsonl');
    expect([code, stderr.includes('ENOENT')]).toEqual([1, true]);
    expect(existsSync(join(cwd, 'state'))).toBe(false);
  });

  test.each([
    [['--verify', '--export', 'x'], 'do different things'],
    [['--export', 'x', '--follow'], 'found --follow beside it'],
    [['--salvage'], 'found no --export'],
  ])('do not go with %j', async (argv, message) => {
    const { code, stderr } = await run(...argv);
    expect([code, stderr.includes(message)]).toEqual([2, true]);
  });
});
