import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitIndexChanges } from '../../src/streams/git-index.ts';
import { temporaryDirectory, write } from './followed-tree.ts';

function git(root: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
}

test('a git command that rewrites the tree is noticed once, from a directory below the top level too', () => {
  const root = temporaryDirectory();
  git(root, 'init', '-q', '-b', 'main');
  write(root, { 'clusters/dev/a.yaml': '1' });
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'first');
  const isChanged = gitIndexChanges(join(root, 'clusters/dev'));
  expect(isChanged()).toBe(false);
  write(root, { 'clusters/dev/a.yaml': '2' });
  expect(isChanged()).toBe(false);
  git(root, 'stash', '-q');
  expect([isChanged(), isChanged()]).toEqual([true, false]);
  git(root, 'stash', 'pop', '-q');
  expect([isChanged(), isChanged()]).toEqual([true, false]);
});

test('outside of any repository, and in one without a commit, there is nothing to notice', () => {
  const root = temporaryDirectory();
  const isChanged = gitIndexChanges(root);
  expect(isChanged()).toBe(false);
  git(root, 'init', '-q');
  expect(isChanged()).toBe(false);
});
