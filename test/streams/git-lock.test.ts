import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { gitLocked, gitLockPath, gitLockReleased } from '../../src/streams/git-lock.ts';
import { temporaryDirectory, write } from './followed-tree.ts';

function repository(): string {
  const root = temporaryDirectory();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
  git('init', '-q', '-b', 'main');
  write(root, { 'clusters/dev/a.yaml': '1' });
  git('add', '.');
  git('commit', '-qm', 'first');
  return root;
}

function releases(root: string): number[] {
  const seen: number[] = [];
  const subscription = gitLockReleased(root).subscribe(() => seen.push(seen.length));
  onTestFinished(() => subscription.unsubscribe());
  return seen;
}

test('a directory below a repository is locked while index.lock exists', () => {
  const root = repository();
  const watched = join(root, 'clusters/dev');
  expect(gitLockPath(watched)).toBe(join(root, '.git/index.lock'));
  expect(gitLocked(watched)).toBe(false);
  writeFileSync(join(root, '.git/index.lock'), '');
  expect(gitLocked(watched)).toBe(true);
});

test('a worktree has a lock of its own', () => {
  const root = repository();
  const worktree = join(temporaryDirectory(), 'tree');
  execFileSync('git', ['worktree', 'add', '-q', worktree, '-b', 'other'], { cwd: root });
  writeFileSync(join(root, '.git/worktrees/tree/index.lock'), '');
  expect([gitLocked(join(worktree, 'clusters')), gitLocked(root)]).toEqual([true, false]);
});

test('outside of any repository nothing is ever locked', () => {
  const root = temporaryDirectory();
  expect([gitLocked(root), gitLockPath(root)]).toEqual([false, undefined]);
  expect(releases(root)).toHaveLength(1);
});

test('a .git that names nothing usable is no repository', () => {
  const root = temporaryDirectory();
  writeFileSync(join(root, '.git'), 'nonsense');
  expect(gitLocked(root)).toBe(false);
});

test('the end of a lock is told, each time', async () => {
  const root = repository();
  const lock = join(root, '.git/index.lock');
  writeFileSync(lock, '');
  const seen = releases(root);
  expect(seen).toHaveLength(0);
  rmSync(lock);
  await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 60_000 });
  const toggle = (): void => (gitLocked(root) ? rmSync(lock) : writeFileSync(lock, ''));
  await vi.waitFor(
    () => {
      toggle();
      expect(seen.length).toBeGreaterThan(1);
    },
    { timeout: 60_000, interval: 100 },
  );
});

test('who asks when no lock is there any more is answered at once', () => {
  expect(releases(repository())).toHaveLength(1);
});
