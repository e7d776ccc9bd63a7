import { expect, test } from 'vitest';
import { HooksOfCycle } from '../../../src/cli/session/hooks-of-cycle.ts';
import { FailureError } from '../../../src/domain/failure.ts';

const { signal } = new AbortController();

test('hooks run once a cycle, after what is to be done before them', async () => {
  const done: string[] = [];
  const hooks = new HooksOfCycle(
    async () => void done.push('ran'),
    async () => void done.push('synced'),
  );
  await Promise.all([hooks.run(1, signal), hooks.run(1, signal)]);
  await hooks.run(2, signal);
  expect(done).toEqual(['synced', 'ran', 'synced', 'ran']);
});

test('hooks do not run where that fails, and the cycle ends by it', async () => {
  const failure = { kind: 'disk', message: 'no room' } as const;
  const done: string[] = [];
  const hooks = new HooksOfCycle(
    async () => void done.push('ran'),
    () => Promise.reject(new FailureError(failure)),
  );
  expect(await hooks.run(1, signal)).toEqual(failure);
  expect(done).toEqual([]);
});

test('without hooks there is nothing to be done before', async () => {
  const hooks = new HooksOfCycle(undefined, () => Promise.reject(new Error('not to be called')));
  expect(await hooks.run(1, signal)).toBeUndefined();
});
