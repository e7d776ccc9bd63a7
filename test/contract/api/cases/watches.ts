import { expect } from 'vitest';
import { type Api, MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { CRONTABS, configMap, crontab } from '../objects.ts';
import type { Watch, WatchEvent } from '../watch.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';

function told({ type, object }: WatchEvent): string {
  return `${type} ${object.metadata.name}`;
}

async function next(watch: Watch, count: number): Promise<readonly string[]> {
  const events: string[] = [];
  while (events.length < count) events.push(told(await watch.next()));
  return events;
}

/** Watches from now; `query` begins with an ampersand. */
async function watchFromNow(api: Api, query = ''): Promise<Watch> {
  const { metadata } = await api.read(MAPS);
  return api.watch(`${MAPS}?watch=true&resourceVersion=${metadata.resourceVersion}${query}`);
}

async function label(api: Api, name: string, value: string | null): Promise<void> {
  await api.patch(`${MAPS}/${name}`, MERGE_PATCH, { metadata: { labels: { l: value } } });
}

/** Watches: what comes, from where on, and how they end. */
export function describeWatches(contract: Contract): void {
  contract.case('a watch tells what is made, changed and deleted', async (api) => {
    const watch = await watchFromNow(api);
    const made = await api.created(MAPS, configMap('a', { k: 'v' }));
    const changed = await api.put(`${MAPS}/a`, configMap('a', { k: 'w' }));
    await api.delete(`${MAPS}/a`);
    expect(await watch.next()).toEqual({ type: 'ADDED', object: made });
    expect(await watch.next()).toEqual({ type: 'MODIFIED', object: changed.object });
    const deleted = await watch.next();
    const { resourceVersion } = deleted.object.metadata;
    expect(deleted).toEqual({
      type: 'DELETED',
      object: { ...changed.object, metadata: { ...changed.object.metadata, resourceVersion } },
    });
    expect(Number(resourceVersion)).toBeGreaterThan(Number(changed.object.metadata.resourceVersion));
    watch.close();
  });

  contract.case('a watch is a chunked stream of JSON', async (api) => {
    const answer = await api.watch(`${MAPS}?watch=true&timeoutSeconds=1`);
    expect(answer.status).toBe(200);
    expect(answer.contentType).toBe('application/json');
    answer.close();
  });

  contract.case('a watch resumes after the revision it names, without a gap', async (api) => {
    const first = await api.created(MAPS, configMap('a'));
    await api.created(MAPS, configMap('b'));
    await api.delete(`${MAPS}/a`);
    const watch = await api.watch(`${MAPS}?watch=true&resourceVersion=${first.metadata.resourceVersion}`);
    expect(await next(watch, 2)).toEqual(['ADDED b', 'DELETED a']);
    watch.close();
  });

  for (const [query, from] of [
    ['', 'without a revision'],
    ['&resourceVersion=0', 'from revision 0'],
    ['&resourceVersion=', 'from an empty revision'],
  ]) {
    contract.case(`a watch ${from} begins with what is there`, async (api) => {
      for (const name of ['a', 'b']) await api.created(MAPS, configMap(name));
      const watch = await api.watch(`${MAPS}?watch=true${query}`);
      expect([...(await next(watch, 2))].sort()).toEqual(['ADDED a', 'ADDED b']);
      await api.created(MAPS, configMap('c'));
      expect(await next(watch, 1)).toEqual(['ADDED c']);
      watch.close();
    });
  }

  contract.case('watch=1 and watch=true say the same', async (api) => {
    await api.created(MAPS, configMap('a'));
    const watch = await api.watch(`${MAPS}?watch=1`);
    expect(await next(watch, 1)).toEqual(['ADDED a']);
    watch.close();
  });

  contract.case('a name that is deleted and made again is two objects', async (api) => {
    const watch = await watchFromNow(api);
    const first = await api.created(MAPS, configMap('a'));
    await api.delete(`${MAPS}/a`);
    const second = await api.created(MAPS, configMap('a'));
    const events = [await watch.next(), await watch.next(), await watch.next()];
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'ADDED']);
    expect(events.map(({ object }) => object.metadata.uid)).toEqual(
      [first, first, second].map(({ metadata }) => metadata.uid),
    );
    watch.close();
  });

  contract.case('an object held by a finalizer is MODIFIED before it is DELETED', async (api) => {
    const watch = await watchFromNow(api);
    await api.created(MAPS, configMap('a', {}, { finalizers: ['example.com/hold'] }));
    await api.delete(`${MAPS}/a`);
    await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { finalizers: null } });
    expect(await next(watch, 3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(watch.events[1]?.object.metadata.deletionTimestamp).toBeDefined();
    watch.close();
  });

  contract.case('a change that changes nothing is not told', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v' }));
    const watch = await watchFromNow(api);
    await api.put(`${MAPS}/a`, configMap('a', { k: 'v' }));
    await api.created(MAPS, configMap('b'));
    expect(await next(watch, 1)).toEqual(['ADDED b']);
    watch.close();
  });

  contract.case('a label selector sees objects come in, change and leave', async (api) => {
    const watch = await watchFromNow(api, '&labelSelector=l%3Dx');
    await api.created(MAPS, configMap('a'));
    await label(api, 'a', 'x');
    await api.patch(`${MAPS}/a`, MERGE_PATCH, { data: { k: 'v' } });
    await label(api, 'a', 'y');
    await label(api, 'a', 'x');
    await api.delete(`${MAPS}/a`);
    expect(await next(watch, 5)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a']);
    watch.close();
  });

  contract.case('an object that leaves a selector is told with its old labels and the new revision', async (api) => {
    await api.created(MAPS, configMap('a', {}, { labels: { l: 'x' } }));
    const watch = await watchFromNow(api, '&labelSelector=l%3Dx');
    const { object } = await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { labels: { l: 'y' } } });
    const gone = await watch.next();
    expect(gone.type).toBe('DELETED');
    expect(gone.object.metadata.labels).toEqual({ l: 'x' });
    expect(gone.object.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
    watch.close();
  });

  contract.case('a watch of one name hears of that name only', async (api) => {
    const watch = await watchFromNow(api, '&fieldSelector=metadata.name%3Db');
    for (const name of ['a', 'b', 'c']) await api.created(MAPS, configMap(name));
    await api.delete(`${MAPS}/b`);
    expect(await next(watch, 2)).toEqual(['ADDED b', 'DELETED b']);
    watch.close();
  });

  contract.case('a watch across namespaces hears of each', async (api) => {
    const { metadata } = await api.read(MAPS);
    const watch = await api.watch(`/api/v1/configmaps?watch=true&resourceVersion=${metadata.resourceVersion}`);
    await api.created(MAPS, configMap('a'));
    const event = await watch.next(({ object }) => object.metadata.namespace === api.ns);
    expect(told(event)).toBe('ADDED a');
    watch.close();
  });

  contract.case('custom resources are watched like any kind', async (api) => {
    const watch = await api.watch(`${CRONTABS}?watch=true`);
    const made = await api.created(CRONTABS, crontab('a'));
    expect(await watch.next()).toEqual({ type: 'ADDED', object: made });
    await api.patch(`${CRONTABS}/a/status`, MERGE_PATCH, { status: { phase: 'Up' } });
    expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { status: { phase: 'Up' } } });
    watch.close();
  });

  contract.case('a watch ends cleanly after its timeout', async (api) => {
    // Before it is opened: the server counts from then, and its answer may be late.
    const started = Date.now();
    const watch = await watchFromNow(api, '&timeoutSeconds=1');
    await watch.ended;
    expect(Date.now() - started).toBeGreaterThan(800);
    expect(watch.events).toEqual([]);
  });

  contract.case('a watch that asked for bookmarks gets one before its timeout, when anything happened', async (api) => {
    const watch = await watchFromNow(api, '&allowWatchBookmarks=true&timeoutSeconds=4');
    const elsewhere = await api.created('/api/v1/namespaces/default/configmaps', configMap(`in-${api.ns}`));
    const { type, object } = await watch.next();
    expect(type).toBe('BOOKMARK');
    expect(object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(elsewhere.metadata.resourceVersion));
    watch.close();
  });

  contract.case('a watch without a revision that asked for bookmarks marks the end of what is there', async (api) => {
    await api.created(MAPS, configMap('a'));
    const watch = await api.watch(`${MAPS}?watch=true&allowWatchBookmarks=true`);
    expect(await next(watch, 1)).toEqual(['ADDED a']);
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    watch.close();
  });

  contract.case('a watch that did not ask for bookmarks gets none', async (api) => {
    const watch = await watchFromNow(api, '&timeoutSeconds=3');
    await api.created('/api/v1/namespaces/default/configmaps', configMap(`in-${api.ns}`));
    await watch.ended;
    expect(watch.events).toEqual([]);
  });

  contract.case('sendInitialEvents begins with what is there and marks its end', async (api) => {
    for (const name of ['a', 'b']) await api.created(MAPS, configMap(name));
    const list = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await api.watch(`${MAPS}?watch=true&${list}`);
    expect([...(await next(watch, 2))].sort()).toEqual(['ADDED a', 'ADDED b']);
    const end = await watch.next();
    expect(end.type).toBe('BOOKMARK');
    expect(end.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    await api.created(MAPS, configMap('c'));
    expect(await next(watch, 1)).toEqual(['ADDED c']);
    watch.close();
  });

  contract.case('sendInitialEvents of nothing marks its end at once', async (api) => {
    const list = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await api.watch(`${MAPS}?watch=true&resourceVersion=0&${list}`);
    expect((await watch.next()).object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    watch.close();
  });

  contract.case('sendInitialEvents=false begins with what comes next', async (api) => {
    await api.created(MAPS, configMap('a'));
    const query = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await api.watch(`${MAPS}?watch=true&${query}`);
    await api.created(MAPS, configMap('b'));
    expect(told(await watch.next(({ type }) => type !== 'BOOKMARK'))).toBe('ADDED b');
    watch.close();
  });

  contract.case('a watch from a revision to come says nothing until then', async (api) => {
    const { metadata } = await api.read(MAPS);
    const ahead = Number(metadata.resourceVersion) + 1_000_000;
    const watch = await api.watch(`${MAPS}?watch=true&resourceVersion=${ahead}&timeoutSeconds=1`);
    await api.created(MAPS, configMap('a'));
    await watch.ended;
    expect([watch.status, watch.events]).toEqual([200, []]);
  });

  contract.case('watch is ignored where one object is read', async (api) => {
    const made = await api.created(MAPS, configMap('a'));
    expect(await api.read(`${MAPS}/a?watch=true`)).toEqual(made);
  });
}
