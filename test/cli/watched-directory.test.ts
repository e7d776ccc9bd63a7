import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/errors.ts';
import { watchedDirectory } from '../../src/cli/watched-directory.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'watched-directory-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test('without DIR it is k8s where there is such a directory', () => {
  mkdirSync(join(cwd, 'k8s'));
  expect(watchedDirectory(undefined, cwd)).toBe(join(cwd, 'k8s'));
});

test('without DIR and without k8s it is the current directory, also where k8s is a file', () => {
  expect(watchedDirectory(undefined, cwd)).toBe(cwd);
  writeFileSync(join(cwd, 'k8s'), '');
  expect(watchedDirectory(undefined, cwd)).toBe(cwd);
});

test('DIR counts from the current directory', () => {
  mkdirSync(join(cwd, 'a', 'b'), { recursive: true });
  expect(watchedDirectory('a/../a/b/', cwd)).toBe(join(cwd, 'a', 'b'));
  expect(watchedDirectory(join(cwd, 'a'), '/')).toBe(join(cwd, 'a'));
});

test('a DIR that does not exist, or is a file, is a usage error that names it', () => {
  writeFileSync(join(cwd, 'file.yaml'), '');
  expect(() => watchedDirectory('nowhere', cwd)).toThrow(UsageError);
  expect(() => watchedDirectory('nowhere', cwd)).toThrow(
    `expected a directory, found nothing at ${join(cwd, 'nowhere')}`,
  );
  expect(() => watchedDirectory('file.yaml', cwd)).toThrow('expected a directory, found a file');
  expect(() => watchedDirectory('file.yaml/deeper', cwd)).toThrow('found nothing');
});
