import { expect, test } from 'vitest';
import type { RelativePath } from '../../src/domain/paths.ts';
import { Sweeps } from '../../src/effects/sweeps.ts';
import { settle } from '../support/settle.ts';

/** A disk whose answers come when the test lets them. */
function slowDisk() {
  const looks: ((found: readonly string[]) => void)[] = [];
  const look = () =>
    new Promise<readonly RelativePath[]>((resolve) => looks.push(resolve as (found: readonly string[]) => void));
  return { looks, look };
}

test('seed 700002758: looks at the whole tree do not pile up while the disk is slow', async () => {
  const { looks, look } = slowDisk();
  const sweeps = new Sweeps();
  const first = sweeps.run(look);
  expect(await Promise.all([sweeps.run(look), sweeps.run(look)])).toEqual([[], []]);
  expect(looks).toHaveLength(1);
  looks[0]?.(['a']);
  await settle();
  expect(looks, 'once more for all that came meanwhile').toHaveLength(2);
  looks[1]?.(['b', 'a']);
  expect(await first).toEqual(['a', 'b']);
});

test('a look that fails is over: the next one is taken', async () => {
  const sweeps = new Sweeps();
  await expect(sweeps.run(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO');
  expect(await sweeps.run(async () => ['a' as RelativePath])).toEqual(['a']);
});
