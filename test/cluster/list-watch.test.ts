import { describe, expect, it, onTestFinished } from 'vitest';
import { type ListWatchNotice, listWatch } from '../../src/cluster/list-watch.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { clientOf, connectionTo, json, startScriptedApi, statusOf, until } from './scripted-api.ts';
import { event, kustomization, refusal, ScriptedClient, settled } from './scripted-client.ts';

const RESOURCE = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' };

function started(client: Parameters<typeof listWatch>[0]['client'] = new ScriptedClient()) {
  const clock = new VirtualClock();
  const notices: string[] = [];
  const watch = listWatch({
    client,
    resource: RESOURCE,
    clock,
    random: () => 0,
    onEvent: (notice) => notices.push(inWords(notice)),
  });
  onTestFinished(() => watch.stop());
  return { clock, notices, watch, taken: () => notices.splice(0) };
}

function inWords(notice: ListWatchNotice): string {
  if ('object' in notice)
    return `${notice.type} ${notice.object.metadata.name}@${notice.object.metadata.resourceVersion}`;
  return notice.type === 'degraded' ? `degraded ${notice.failure.kind}` : notice.type;
}

/** Listed `a` and `b`, watching from 10. */
async function watching() {
  const client = new ScriptedClient();
  const run = started(client);
  await client.answerList({ items: [kustomization('a', '1'), kustomization('b', '2')], resourceVersion: '10' });
  client.openWatch.request.onOpen?.();
  run.taken();
  return { ...run, client };
}

describe('the live copy of a resource', () => {
  it('is synced when the last page is in, and keeps no managedFields', async () => {
    const client = new ScriptedClient();
    const { notices, watch, taken } = started(client);
    await client.answerList({ items: [kustomization('a', '1')], resourceVersion: '10', continueToken: 'more' });
    expect(notices).toEqual([]);
    expect(client.lists[0]?.request).toMatchObject({ continueToken: 'more', limit: 500 });
    await client.answerList({ items: [kustomization('b', '2')], resourceVersion: '10' });
    await watch.synced;
    expect(taken()).toEqual(['added a@1', 'added b@2', 'synced']);
    expect(watch.objects.get('Kustomization/flux-system/a')?.metadata).not.toHaveProperty('managedFields');
    expect(client.openWatch.request.query).toEqual({
      resourceVersion: '10',
      timeoutSeconds: 300,
      allowWatchBookmarks: true,
    });
  });

  it('follows the watch', async () => {
    const { client, taken, watch } = await watching();
    const { onEvent } = client.openWatch.request;
    onEvent(event('ADDED', kustomization('c', '11')));
    onEvent(event('MODIFIED', kustomization('a', '12')));
    onEvent(event('MODIFIED', kustomization('a', '12')));
    onEvent(event('DELETED', kustomization('b', '13')));
    expect(taken()).toEqual(['added c@11', 'updated a@12', 'deleted b@13']);
    expect(
      watch.objects
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['a', 'c']);
  });

  it('takes an object recreated under its name as deleted and added', async () => {
    const { client, taken } = await watching();
    client.openWatch.request.onEvent(event('MODIFIED', kustomization('a', '12', 'another-uid')));
    expect(taken()).toEqual(['deleted a@1', 'added a@12']);
  });

  it('goes on behind the last bookmark when the watch ends', async () => {
    const { client, clock } = await watching();
    client.openWatch.request.onEvent(event('BOOKMARK', kustomization('', '40')));
    clock.advance(300_000);
    await client.endWatch();
    expect(client.openWatch.request.query).toMatchObject({ resourceVersion: '40' });
    expect(client.lists).toEqual([]);
  });

  it('lists again after a 410 inside the stream, and tells of what was deleted, added and recreated meanwhile', async () => {
    const { client, taken } = await watching();
    client.openWatch.request.onEvent(event('ERROR', { ...kustomization('', ''), code: 410, message: 'too old' }));
    expect(client.openWatch.request.signal.aborted).toBe(true);
    await client.answerList({
      items: [kustomization('b', '2', 'another-uid'), kustomization('c', '14')],
      resourceVersion: '20',
    });
    expect(taken()).toEqual(['deleted a@1', 'deleted b@2', 'added b@2', 'added c@14']);
    expect(client.openWatch.request.query).toMatchObject({ resourceVersion: '20' });
  });

  it('does not tell of unchanged objects after another list', async () => {
    const { client, taken } = await watching();
    await client.endWatch(refusal('gone'));
    await client.answerList({ items: [kustomization('a', '1'), kustomization('b', '2')], resourceVersion: '20' });
    expect(taken()).toEqual([]);
  });

  it('keeps what it has while the server is away, waits for the clock, and goes on without a list', async () => {
    const { client, clock, taken, watch } = await watching();
    clock.advance(2_000);
    await client.endWatch();
    await client.endWatch(refusal('unavailable'));
    expect(taken()).toEqual(['degraded unavailable']);
    expect(client.watches).toHaveLength(2);
    clock.advance(799);
    expect(client.watches).toHaveLength(2);
    clock.advance(1);
    client.openWatch.request.onOpen?.();
    expect(taken()).toEqual(['recovered']);
    expect(client.lists).toEqual([]);
    expect(watch.objects.size).toBe(2);
  });

  it('drops a page that comes after the list was begun anew', async () => {
    const client = new ScriptedClient();
    const { taken } = started(client);
    await client.answerList({ items: [kustomization('a', '1')], resourceVersion: '10', continueToken: 'more' });
    await client.answerList(refusal('gone'));
    expect(client.lists[0]?.request).toMatchObject({ limit: 0 });
    await client.answerList({ items: [kustomization('c', '3')], resourceVersion: '12' });
    expect(taken()).toEqual(['added c@3', 'synced']);
  });

  it('says once that it may not list, and tries again slowly', async () => {
    const client = new ScriptedClient();
    const { clock, taken } = started(client);
    await client.answerList(refusal('forbidden'));
    clock.advance(29_999);
    expect(client.lists).toEqual([]);
    clock.advance(1);
    await client.answerList(refusal('forbidden'));
    expect(taken()).toEqual(['degraded forbidden']);
    clock.advance(30_000);
    await client.answerList({ items: [], resourceVersion: '1' });
    client.openWatch.request.onOpen?.();
    expect(taken()).toEqual(['synced', 'recovered']);
  });

  it('is silent once stopped, with no timer left', async () => {
    const { client, clock, taken, watch } = await watching();
    watch.stop();
    client.openWatch.request.onEvent(event('ADDED', kustomization('c', '11')));
    await client.endWatch(refusal('unavailable'));
    expect([taken(), clock.pending, client.watches.length]).toEqual([[], 0, 1]);
    expect(client.openWatch.request.signal.aborted).toBe(true);
  });
});

describe('over HTTP', () => {
  const line = (type: string, name: string, version: string) =>
    `${JSON.stringify(event(type as 'ADDED', kustomization(name, version)))}\n`;
  const list = { kind: 'KustomizationList', apiVersion: 'v1', metadata: { resourceVersion: '10' }, items: [] };

  it.each<[string, (write: (text: string) => void, hangUp: () => void, end: () => void) => void]>([
    ['a connection dropped between two events', (_, hangUp) => hangUp()],
    [
      'a stream that ends inside an event',
      (write, _, end) => {
        write(line('ADDED', 'cut', '12').slice(0, 60));
        end();
      },
    ],
    ['a line that is no JSON', (write) => write('<html>\n')],
    ['JSON that is no event', (write) => write('{"type":"NEW"}\n')],
  ])('%s is no loss: the next watch begins behind the last event', async (_what, breakOff) => {
    let watches = 0;
    let breakOffNow = () => {};
    const api = await startScriptedApi(({ query }, response) => {
      if (!query.has('watch')) return json(response, 200, list);
      watches += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      if (watches > 1) return void response.write(line('ADDED', 'b', '12'));
      response.write(line('ADDED', 'a', '11'));
      breakOffNow = () =>
        breakOff(
          (text) => response.write(text),
          () => response.destroy(),
          () => response.end(),
        );
    });
    const { notices } = started(clientOf(connectionTo(api.server)));
    await until(() => notices.includes('added a@11'));
    breakOffNow();
    await until(() => notices.includes('added b@12'));
    expect(notices).toEqual(['synced', 'added a@11', 'added b@12']);
    expect(api.seen.map(({ query }) => query.get('resourceVersion'))).toEqual([null, '10', '11']);
  });

  it('events split anywhere, even inside a character, arrive whole', async () => {
    const name = 'grüße-日本';
    const bytes = Buffer.from(line('ADDED', name, '11') + line('MODIFIED', name, '12'));
    const api = await startScriptedApi(async ({ query }, response) => {
      if (!query.has('watch')) return json(response, 200, list);
      response.writeHead(200, { 'content-type': 'application/json' });
      for (let at = 0; at < bytes.length; at += 7) {
        response.write(bytes.subarray(at, at + 7));
        await settled();
      }
    });
    const { notices } = started(clientOf(connectionTo(api.server)));
    await until(() => notices.length === 3);
    expect(notices).toEqual(['synced', `added ${name}@11`, `updated ${name}@12`]);
  });

  it('a watch refused with 410 lists again, one refused with 429 waits as told', async () => {
    const answers = [410, 429];
    const api = await startScriptedApi(({ query }, response) => {
      if (!query.has('watch')) return json(response, 200, list);
      const status = answers.shift();
      if (status === undefined) return void response.writeHead(200).flushHeaders();
      return json(response, status, statusOf(status, 'no'), { 'retry-after': '5' });
    });
    const { clock, notices } = started(clientOf(connectionTo(api.server)));
    await until(() => notices.includes('degraded throttled'));
    expect(api.seen.map(({ query }) => query.has('watch'))).toEqual([false, true, false, true]);
    clock.advance(4_999);
    expect(api.seen).toHaveLength(4);
    clock.advance(1);
    await until(() => notices.includes('recovered'));
    expect(api.seen).toHaveLength(5);
  });
});
