import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../src/engine/make-directory.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'make-directory-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('makes all levels that are missing, and takes those that are there', () => {
  const path = join(scratch(), 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test('says what the system says where a file is in the way', () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  expect(() => makeDirectory(file)).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(file, 'below'))).toThrow(/EEXIST|ENOTDIR/);
});

test.runIf(process.platform === 'linux')('ends below a file system that takes no directories', () => {
  expect(() => makeDirectory('/proc/nope/below')).toThrow(/ENOENT|EACCES|EPERM/);
});
