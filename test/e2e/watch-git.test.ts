import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { type Cycle, startEmbeddedWatch, writeTree } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile } from '../support/flux-manifests.ts';

/** 1,000 files are written, committed and pushed, by a machine that may have much else to do. */
const TIMEOUT_MS = 240_000;
const NAMES = Array.from({ length: 100 }, (_, index) => `app-${String(index).padStart(3, '0')}`);
const FILES_EACH = 10;

function git(dir: string, ...argv: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', dir, ...identity, '-c', 'core.fsync=none', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The files of these apps. */
function appFiles(names: readonly string[], value: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of names) {
    const parts = Array.from({ length: FILES_EACH }, (_, index) => `${name}-${index}`);
    files[`${name}/kustomization.yaml`] = kustomizationFile(...parts.map((part) => `${part}.yaml`));
    for (const part of parts) files[`${name}/${part}.yaml`] = configMap(part, value);
  }
  return files;
}

/** A repository of 100 Kustomizations, with a branch on which 50 of them differ in all their 10 manifests. */
function prepareRepository(dir: string): void {
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'add', '.');
  git(dir, 'commit', '-q', '-m', 'main');
  git(dir, 'switch', '-q', '-c', 'feature');
  writeTree(dir, appFiles(CHANGED, 'feature'));
  git(dir, 'commit', '-q', '-a', '-m', 'feature');
  git(dir, 'switch', '-q', 'main');
}

/** Those that found files changed: after so many events the tree is looked at once more, and shows nothing new. */
function batchesOf(cycle: Cycle): readonly unknown[] {
  return cycle.events.filter(({ type, decided }) => type === 'TargetsResolved' && Number(decided) > 0);
}

const CHANGED = NAMES.filter((_, index) => index % 2 === 0);
const fullReconcile = (): ReturnType<typeof startEmbeddedWatch> =>
  startEmbeddedWatch({
    files: appFiles(NAMES, 'main'),
    objects: NAMES.map((name) => kustomization(name)),
    prepare: prepareRepository,
  });

describe('git rewrites the tree', () => {
  test('a branch switch of 500 files in 100 Kustomizations is one cycle with one push, for exactly those affected', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const watch = await fullReconcile();
    const cycle = await watch.edit(() => git(watch.dir, 'switch', '-q', 'feature'));
    expect(cycle.asked).toEqual(CHANGED);
    expect(cycle.askedInOrder).toHaveLength(CHANGED.length);
    expect(cycle).toMatchObject({ pushes: 1, full: false });
    expect(batchesOf(cycle)).toHaveLength(1);
    expect(watch.live('app-098-9')).toBe('feature');
    expect(watch.live('app-099-9')).toBe('main');
  });

  test('a stash of 500 changed files is one cycle with one push, for exactly those affected', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const watch = await startEmbeddedWatch({
      files: appFiles(NAMES, 'main'),
      objects: NAMES.map((name) => kustomization(name)),
      prepare: (dir) => {
        prepareRepository(dir);
        writeTree(dir, appFiles(CHANGED, 'uncommitted'));
      },
    });
    expect(watch.live('app-098-9')).toBe('uncommitted');
    const cycle = await watch.edit(() => git(watch.dir, 'stash', '-q'));
    expect(cycle.asked).toEqual(CHANGED);
    expect(cycle).toMatchObject({ pushes: 1, full: false });
    expect(batchesOf(cycle)).toHaveLength(1);
    expect(watch.live('app-098-9')).toBe('main');
  });

  test('nothing is pushed or asked while .git/index.lock exists, and all of it once the lock is gone', async () => {
    const watch = await startEmbeddedWatch({
      files: appFiles(['api', 'web', 'docs'], 'one'),
      objects: ['api', 'web', 'docs'].map((name) => kustomization(name)),
      prepare: (dir) => git(dir, 'init', '-q'),
      watch: {
        // The user is told of a lock after 5 s; the test need not wait that long.
        clock: {
          now: () => systemClock.now(),
          schedule: (callback, ms) => systemClock.schedule(callback, Math.min(ms, 300)),
        },
      },
    });
    const lock = join(watch.dir, '.git/index.lock');
    let pushesWhileLocked: number | undefined;
    const before = watch.registry.requests.count('PUT manifest');
    const cycle = await watch.edit(async () => {
      writeFileSync(lock, '');
      watch.write('web/web-0.yaml', configMap('web-0', 'two'));
      await watch.untilShown('waiting for git: .git/index.lock exists');
      watch.write('api/api-0.yaml', configMap('api-0', 'two'));
      await watch.until('the second save', () =>
        watch.events.some(({ type, paths }) => type === 'FilesChanged' && String(paths).includes('api-0.yaml')),
      );
      pushesWhileLocked = watch.registry.requests.count('PUT manifest') - before;
      rmSync(lock);
    });
    expect(pushesWhileLocked).toBe(0);
    expect(cycle.asked).toEqual(['api', 'web']);
    expect([watch.live('web-0'), watch.live('api-0')]).toEqual(['two', 'two']);
  });
});
