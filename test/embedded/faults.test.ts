import { describe, expect, onTestFinished, test } from 'vitest';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { httpCall } from './http-call.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });

async function started(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const cluster = await startCluster(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** What a watch brings until its connection ends or the test aborts it. */
async function openWatch(at: EmbeddedCluster, query = '') {
  const abort = new AbortController();
  const watches = at.openWatches();
  let ended: 'cleanly' | 'broken' | undefined;
  const done = httpCall(at, 'GET', `${MAPS}?watch=1${query}`, { signal: abort.signal }).then(
    ({ text }) => {
      ended = 'cleanly';
      return text;
    },
    () => {
      ended = 'broken';
      return '';
    },
  );
  await expect.poll(() => at.openWatches()).toBe(watches + 1);
  return { done, ended: () => ended, abort: () => abort.abort() };
}

describe('faults on demand', () => {
  test.each([
    [409, 'Conflict'],
    [410, 'Expired'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [504, 'Timeout'],
  ])('status %i comes with the reason %s, and nothing is done', async (status, reason) => {
    const at = await started();
    at.faults.next({ match: { verb: 'create' }, status, retryAfterSeconds: 7 });
    const answer = await httpCall(at, 'POST', MAPS, { body: configMap('a') });
    expect([answer.status, answer.json.reason, answer.headers['retry-after']]).toEqual([status, reason, '7']);
    expect(at.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });

  test('a dropped connection leaves nothing done', async () => {
    const at = await started();
    at.faults.next({ match: { verb: 'create' }, dropConnection: true });
    await expect(httpCall(at, 'POST', MAPS, { body: configMap('a') })).rejects.toThrow();
    expect(at.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });

  test('with a lost answer the write has happened, and the client cannot know', async () => {
    const at = await started();
    at.faults.next({ match: { verb: 'create' }, lostAnswer: true });
    await expect(httpCall(at, 'POST', MAPS, { body: configMap('a') })).rejects.toThrow();
    expect(at.objects.get('ConfigMap', 'default', 'a')).toBeDefined();
    expect((await httpCall(at, 'POST', MAPS, { body: configMap('a') })).json.reason).toBe('AlreadyExists');
  });

  test.each([0, 10])('an answer breaks off after %i bytes', async (truncateAfterBytes) => {
    const at = await started();
    at.faults.next({ match: { verb: 'list' }, truncateAfterBytes });
    await expect(httpCall(at, 'GET', MAPS)).rejects.toThrow();
    expect((await httpCall(at, 'GET', MAPS)).status).toBe(200);
  });

  test('a watch breaks off in the middle of a line', async () => {
    const at = await started();
    at.objects.create(configMap('a'));
    at.faults.next({ match: { verb: 'watch' }, truncateAfterBytes: 20 });
    await expect(httpCall(at, 'GET', `${MAPS}?watch=1`)).rejects.toThrow();
    await expect.poll(() => at.openWatches()).toBe(0);
    const watch = await openWatch(at);
    at.truncateWatches();
    await watch.done;
    expect(watch.ended()).toBe('broken');
  });

  test('a request that is never answered does not hold up a stop', async () => {
    const at = await startCluster();
    at.faults.next({ match: { verb: 'list' }, silent: true });
    const unanswered = httpCall(at, 'GET', MAPS);
    unanswered.catch(() => {});
    await expect.poll(() => at.requests.count('list configmaps')).toBe(1);
    await at.stop();
    await expect(unanswered).rejects.toThrow();
  });

  test('a watch that has gone silent hears nothing more, and its connection stays', async () => {
    const at = await started();
    const silent = await openWatch(at);
    at.silenceWatches();
    const healthy = await openWatch(at, '&timeoutSeconds=1');
    at.objects.create(configMap('a'));
    expect(await healthy.done).toContain('"name":"a"');
    expect(silent.ended()).toBeUndefined();
    silent.abort();
    await silent.done;
  });

  test('latency holds back only what it matches', async () => {
    const at = await started();
    at.faults.next({ match: { verb: 'list' }, latencyMs: 2_000 });
    let slowDone = false;
    const slow = httpCall(at, 'GET', MAPS).then(() => {
      slowDone = true;
    });
    await httpCall(at, 'GET', '/version');
    expect(slowDone).toBe(false);
    await slow;
  });
});

describe('a restart', () => {
  test('cuts every connection, keeps the port and the objects, and watches go on where they were', async () => {
    const at = await started();
    at.objects.create(configMap('a'));
    const { resourceVersion } = (await httpCall(at, 'GET', MAPS)).json.metadata;
    const watch = await openWatch(at);
    await at.restart();
    await watch.done;
    expect(watch.ended()).toBe('broken');
    at.objects.create(configMap('b'));
    const { text } = await httpCall(at, 'GET', `${MAPS}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}`);
    expect(text).toContain('"name":"b"');
    expect(text).not.toContain('"name":"a"');
  });

  test('that loses its history ends watches from before with 410', async () => {
    const at = await started();
    at.objects.create(configMap('a'));
    const { resourceVersion } = (await httpCall(at, 'GET', MAPS)).json.metadata;
    await at.restart({ loseHistory: true });
    const { text } = await httpCall(at, 'GET', `${MAPS}?watch=1&resourceVersion=${resourceVersion}`);
    expect(JSON.parse(text)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect((await httpCall(at, 'GET', MAPS)).json.items).toHaveLength(1);
  });
});

test('a skewed clock shows in Date headers and in timestamps, until it is put right', async () => {
  const at = await started();
  const hour = 3_600_000;
  at.skewClock(hour);
  const created = await httpCall(at, 'POST', MAPS, { body: configMap('a') });
  const isAhead = (text: unknown) => Math.abs(Date.parse(String(text)) - Date.now() - hour) < 60_000;
  expect(isAhead(created.headers.date)).toBe(true);
  expect(isAhead(created.json.metadata.creationTimestamp)).toBe(true);
  at.skewClock(0);
  expect(isAhead((await httpCall(at, 'GET', MAPS)).headers.date)).toBe(false);
});
