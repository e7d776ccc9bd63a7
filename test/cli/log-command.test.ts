import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultLogPath } from '../../src/cli/log-location.ts';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';
import { type Ran, runMain } from './run-main.ts';

let cwd: string;
let env: { XDG_STATE_HOME: string };
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'log-command-'));
  env = { XDG_STATE_HOME: join(cwd, 'state') };
  mkdirSync(join(cwd, 'k8s'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** Opens the log of `directory` as a watch would, with three events in it. */
function watched(directory: string, path = defaultLogPath(directory, { env, platform: 'linux', home: cwd })) {
  const log = openSqliteLog(path, { mode: 'write', identity: { root: directory, clusterUid: 'c' } });
  log.append(
    [
      { machine: 'watch', type: 'FilesChanged', paths: ['a.yaml'] },
      { machine: 'watch', type: 'QuietPeriodElapsed' },
      { machine: 'breaker:registry', type: 'Opened' },
    ],
    1_700_000_000_000,
  );
  return log;
}

function run(...argv: string[]): Promise<Ran> {
  return runMain(argv, { cwd, env });
}

function seqs({ stdout }: Ran): number[] {
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).seq);
}

describe.skipIf(process.platform !== 'linux')('reconcile-machine log', () => {
  test('prints the log of k8s beside the watch that is writing it, one event a line', async () => {
    const log = watched(join(cwd, 'k8s'));
    const ran = await run('log', '--json');
    log.close();
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
    const [first] = ran.stdout.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
    expect(first).toMatchObject({ seq: 1, machine: 'watch', type: 'FilesChanged', paths: ['a.yaml'] });
    expect(seqs(ran)).toEqual([1, 2, 3]);
  });

  test('prints text for people', async () => {
    watched(join(cwd, 'k8s')).close();
    const ran = await run('log');
    expect(ran.stdout.split('\n')[0]).toContain('FilesChanged');
    expect(ran.stdout.trim().split('\n')).toHaveLength(3);
  });

  test('prints what is asked for', async () => {
    watched(join(cwd, 'k8s')).close();
    expect(seqs(await run('log', '--json', '--machine', 'watch'))).toEqual([1, 2]);
    expect(seqs(await run('log', '--json', '--type', 'Opened'))).toEqual([3]);
    expect(seqs(await run('log', '--json', '--from', '2', '--to', '2'))).toEqual([2]);
    expect(seqs(await run('log', '--json', '--type', 'Nothing'))).toEqual([]);
  });

  test('takes a file', async () => {
    watched(cwd, join(cwd, 'own.db')).close();
    expect(seqs(await run('log', '--json', '--log', 'own.db'))).toEqual([1, 2, 3]);
  });

  test('without an argument takes the only watch that runs, wherever it is', async () => {
    const elsewhere = join(cwd, 'elsewhere');
    mkdirSync(elsewhere);
    const log = watched(elsewhere);
    const running = await run('log', '--json');
    log.close();
    expect(seqs(running)).toEqual([1, 2, 3]);
    // It runs no more: now it is one of many that might be meant.
    const ended = await run('log');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`no watch of ${join(cwd, 'k8s')} has left an event log`);
    expect(ended.stderr).toContain(elsewhere);
  });

  test('a log that does not exist is named, with what to do', async () => {
    const none = await run('log');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('run reconcile-machine watch there first');
    const missing = await run('log', '--log', 'missing.db', '--json');
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stderr).error.message).toContain(join(cwd, 'missing.db'));
  });

  test('a directory that does not exist is a usage error', async () => {
    expect((await run('log', 'nowhere')).code).toBe(2);
  });

  test('--follow prints what comes later too, until it is interrupted', async () => {
    const log = watched(join(cwd, 'k8s'));
    const interruption = new AbortController();
    const onStdout = (printed: string) => {
      const lines = printed.trim().split('\n').length;
      if (lines === 3)
        log.append([{ machine: 'watch', type: 'FilesChanged', paths: ['later.yaml'] }], 1_700_000_001_000);
      if (lines === 4) interruption.abort();
    };
    const ran = await runMain(['log', '--json', '--follow'], { cwd, env, signal: interruption.signal, onStdout });
    log.close();
    expect(seqs(ran)).toEqual([1, 2, 3, 4]);
    expect(ran.code).toBe(130);
    expect(ran.stderr).toBe('');
  });
});
