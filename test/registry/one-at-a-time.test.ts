import { expect, it } from 'vitest';
import { OneAtATime } from '../../src/registry/one-at-a-time.ts';

it('gives everybody the outcome of the work that is under way, and does it anew afterwards', async () => {
  const work = new OneAtATime<number>();
  let done = 0;
  const one = async () => {
    done += 1;
    return done;
  };
  const together = await Promise.all([work.run('a', undefined, one), work.run('a', undefined, one)]);
  expect(together).toEqual([
    { result: 1, mine: true },
    { result: 1, mine: false },
  ]);
  expect(await work.run('b', undefined, one)).toEqual({ result: 2, mine: true });
  expect(await work.run('a', undefined, one)).toEqual({ result: 3, mine: true });
});

it('fails for everybody who waited for it', async () => {
  const work = new OneAtATime<number>();
  const failing = () => Promise.reject(new Error('away'));
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => work.run('a', undefined, failing)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(work.has('a')).toBe(false);
});

it('is done by the next when the one who did it gives up', async () => {
  const work = new OneAtATime<string>();
  const givingUp = new AbortController();
  const { promise: never, reject } = Promise.withResolvers<string>();
  const first = work.run('a', givingUp.signal, () => never);
  const waiting = [1, 2].map(() => work.run('a', undefined, async () => 'done'));
  givingUp.abort();
  reject(givingUp.signal.reason);
  await expect(first).rejects.toThrow();
  expect((await Promise.all(waiting)).map(({ result }) => result)).toEqual(['done', 'done']);
});
