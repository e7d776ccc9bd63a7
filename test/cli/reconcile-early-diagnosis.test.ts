import { describe, expect, test } from 'vitest';
import { CRASHING_POD, type FailingLevels, startFailingLevels } from '../support/failing-levels.ts';
import { until } from '../support/poll.ts';
import { runMain } from './run-main.ts';

const LOG_LINE = '| FATAL: no database url';

/** Runs until `enough` is on stderr, and is then interrupted: how long that took after the failure, ms. */
async function failingUnder(world: FailingLevels, enough: string, ...args: string[]) {
  const interrupt = new AbortController();
  let stdout = '';
  let stderr = '';
  const ran = runMain(['reconcile', ...args, '--kubeconfig', world.kubeconfig], {
    signal: interrupt.signal,
    onStdout: (printed) => {
      stdout = printed;
    },
    onStderr: (printed) => {
      stderr = printed;
    },
  });
  await until('all being asked', () => stdout.includes('root'));
  const failedAt = performance.now();
  world.fail();
  await until('the diagnosis', () => stderr.includes(enough));
  const tookMs = performance.now() - failedAt;
  interrupt.abort();
  return { ...(await ran), tookMs };
}

describe('what fails while its parents wait ten minutes for its health', () => {
  test('is diagnosed at once, down to the last lines of its pod, by name', async () => {
    const world = await startFailingLevels('10m');
    const { code, stderr, tookMs } = await failingUnder(world, LOG_LINE);
    expect(stderr).toContain('flux-system/shop failed, and others are still waited for. What is behind it:');
    expect(stderr).toContain(`Pod shop/${CRASHING_POD}`);
    expect(tookMs).toBeLessThan(15_000);
    expect(code).toBe(130);
  });

  test('is told as JSON, a line on stderr', async () => {
    const { stderr } = await failingUnder(await startFailingLevels('10m'), 'FATAL: no database url', '--json');
    const [line = ''] = stderr.split('\n');
    expect(JSON.parse(line)).toMatchObject({
      diagnosis: { workloads: [{ namespace: 'shop', name: 'web', pods: [{ name: CRASHING_POD }] }] },
    });
  });
});
