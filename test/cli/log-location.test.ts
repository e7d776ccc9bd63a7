import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../src/cli/errors.ts';
import { defaultLogPath, findLogs, type LogPlace, logPathFor, stateDirectory } from '../../src/cli/log-location.ts';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';

function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-machine-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const place = (home: string, env: LogPlace['env'] = {}): LogPlace => ({ env, platform: 'linux', home });

test.each<[string, LogPlace, string]>([
  ['Linux', { env: {}, platform: 'linux', home: '/home/u' }, '/home/u/.local/state/reconcile-machine'],
  [
    'macOS',
    { env: {}, platform: 'darwin', home: '/Users/u' },
    '/Users/u/Library/Application Support/reconcile-machine',
  ],
  ['XDG_STATE_HOME', { env: { XDG_STATE_HOME: '/state' }, platform: 'darwin', home: '/u' }, '/state/reconcile-machine'],
  [
    'a relative XDG_STATE_HOME',
    { env: { XDG_STATE_HOME: 'state' }, platform: 'linux', home: '/u' },
    '/u/.local/state/reconcile-machine',
  ],
])('logs are kept where %s keeps such things', (_, where, expected) => {
  expect(stateDirectory(where)).toBe(expected);
});

test('a directory has one log, however it is reached, and each directory its own', () => {
  const home = temporaryDirectory();
  mkdirSync(join(home, 'a', 'k8s'), { recursive: true });
  mkdirSync(join(home, 'b', 'k8s'), { recursive: true });
  symlinkSync(join(home, 'a'), join(home, 'link'));
  const path = defaultLogPath(join(home, 'a', 'k8s'), place(home));
  expect(path).toMatch(/\/k8s-[0-9a-f]{12}\/events\.db$/);
  expect(defaultLogPath(join(home, 'link', 'k8s'), place(home))).toBe(path);
  expect(defaultLogPath(join(home, 'b', 'k8s'), place(home))).not.toBe(path);
});

test('a log inside the watched directory is refused, also behind a symlink or by default', () => {
  const home = temporaryDirectory();
  mkdirSync(join(home, 'k8s'));
  symlinkSync(join(home, 'k8s'), join(home, 'link'));
  for (const given of [join(home, 'k8s', 'x', 'events.db'), join(home, 'link', 'events.db'), join(home, 'k8s')]) {
    expect(() => logPathFor(join(home, 'k8s'), given, place(home))).toThrow(UsageError);
  }
  expect(() => logPathFor(home, undefined, place(home))).toThrow('expected a log outside of the watched directory');
  expect(logPathFor(join(home, 'k8s'), join(home, 'k8s.db'), place(home))).toBe(join(home, 'k8s.db'));
});

test('the logs that exist are found with whom they belong to, damaged ones with what is wrong', () => {
  const home = temporaryDirectory();
  expect(findLogs(place(home))).toEqual([]);
  const path = defaultLogPath('/somewhere/k8s', place(home));
  const log = openSqliteLog(path, { mode: 'write', identity: { root: '/somewhere/k8s', clusterUid: 'uid' } });
  onTestFinished(() => log.close());
  const damaged = defaultLogPath('/elsewhere/k8s', place(home));
  mkdirSync(dirname(damaged));
  writeFileSync(damaged, 'nonsense '.repeat(200));
  const found = new Map(findLogs(place(home)).map((entry) => [entry.path, entry]));
  expect(found.get(path)).toMatchObject({
    identity: { root: '/somewhere/k8s' },
    writer: { pid: process.pid },
    problem: undefined,
  });
  expect(found.get(damaged)).toMatchObject({
    identity: undefined,
    writer: undefined,
    problem: expect.stringContaining('damaged'),
  });
});
