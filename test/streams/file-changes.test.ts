import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileChanges } from '../../src/streams/file-changes.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { temporaryDirectory } from './followed-tree.ts';

test('a file that comes, changes and goes is told each time, and how it is at first is not', () => {
  const clock = new VirtualClock();
  const path = join(temporaryDirectory(), 'config.json');
  let told = 0;
  const subscription = fileChanges(path, { clock }).subscribe(() => {
    told += 1;
  });
  onTestFinished(() => subscription.unsubscribe());
  const changesBy = (change: () => void): number => {
    const before = told;
    change();
    clock.advance(10_000);
    return told - before;
  };
  expect(changesBy(() => {})).toBe(0);
  expect(changesBy(() => writeFileSync(path, '{}'))).toBe(1);
  expect(changesBy(() => {})).toBe(0);
  expect(changesBy(() => writeFileSync(path, '{"auths":{}}'))).toBe(1);
  expect(changesBy(() => rmSync(path))).toBe(1);
});

test('nothing is looked at any more once nobody listens', () => {
  const clock = new VirtualClock();
  const path = join(temporaryDirectory(), 'config.json');
  let told = 0;
  fileChanges(path, { clock })
    .subscribe(() => {
      told += 1;
    })
    .unsubscribe();
  writeFileSync(path, '{}');
  clock.advance(10_000);
  expect(told).toBe(0);
});
