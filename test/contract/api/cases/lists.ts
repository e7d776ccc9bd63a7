import { expect } from 'vitest';
import type { Api } from '../api.ts';
import type { Contract } from '../contract.ts';
import { CRONTABS, configMap, crontab, pod, secret } from '../objects.ts';
import type { ApiObject } from '../subject.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const NAMES = ['a', 'b', 'c', 'd', 'e'];

function names(list: ApiObject): readonly string[] {
  return list.items?.map(({ metadata }) => metadata.name) ?? [];
}

async function five(api: Api): Promise<void> {
  for (const name of NAMES) await api.created(MAPS, configMap(name, { k: 'v' }));
}

async function labelled(api: Api): Promise<void> {
  const labels: Readonly<Record<string, object>> = {
    a: { tier: 'front', n: '1' },
    b: { tier: 'back', n: '5' },
    c: { tier: 'back', beta: '' },
    d: {},
  };
  for (const [name, set] of Object.entries(labels)) await api.created(MAPS, configMap(name, {}, { labels: set }));
}

type Selected = readonly [selector: string, names: readonly string[]];

const BY_LABEL: readonly Selected[] = [
  ['tier=front', ['a']],
  ['tier==front', ['a']],
  ['tier!=front', ['b', 'c', 'd']],
  ['tier', ['a', 'b', 'c']],
  ['!tier', ['d']],
  ['tier in (front,back)', ['a', 'b', 'c']],
  ['tier in (front)', ['a']],
  ['tier notin (front)', ['b', 'c', 'd']],
  ['tier=back,beta', ['c']],
  ['tier=back,!beta', ['b']],
  ['beta=', ['c']],
  ['n>2', ['b']],
  ['n<2', ['a']],
  [' tier = back ', ['b', 'c']],
  ['tier in ()', []],
  ['none', []],
];

const BY_FIELD: readonly Selected[] = [
  ['metadata.name=a', ['a']],
  ['metadata.name==a', ['a']],
  ['metadata.name!=a', ['b', 'c', 'd']],
  ['metadata.namespace={ns}', ['a', 'b', 'c', 'd']],
  ['metadata.namespace=other', []],
  ['metadata.name=a,metadata.namespace={ns}', ['a']],
  ['metadata.name=', []],
];

/** Lists: selectors, pages and revisions. */
export function describeLists(contract: Contract): void {
  for (const [selector, selected] of BY_LABEL) {
    contract.case(`the label selector \`${selector}\` gives ${selected.join(', ') || 'nothing'}`, async (api) => {
      await labelled(api);
      expect(names(await api.read(`${MAPS}?labelSelector=${encodeURIComponent(selector)}`))).toEqual(selected);
    });
  }

  for (const [selector, selected] of BY_FIELD) {
    contract.case(`the field selector \`${selector}\` gives ${selected.join(', ') || 'nothing'}`, async (api) => {
      await labelled(api);
      expect(names(await api.read(`${MAPS}?fieldSelector=${encodeURIComponent(api.filled(selector))}`))).toEqual(
        selected,
      );
    });
  }

  contract.case('a list is a list of its kind, without kind and apiVersion in its items', async (api) => {
    const made = await api.created(MAPS, configMap('a'));
    const { kind, apiVersion, ...item } = made;
    const list = await api.read(MAPS);
    expect(list).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
      items: [item],
    });
    expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(made.metadata.resourceVersion));
    expect([kind, apiVersion]).toEqual(['ConfigMap', 'v1']);
  });

  contract.case('a list of custom resources has kind and apiVersion in its items', async (api) => {
    const made = await api.created(CRONTABS, crontab('a'));
    const list = await api.read(CRONTABS);
    expect(list.kind).toBe('CronTabList');
    expect(list.items).toEqual([made]);
  });

  contract.case('an empty list has items all the same', async (api) => {
    expect((await api.read(MAPS)).items).toEqual([]);
  });

  contract.case('a list is in the order of namespace and name', async (api) => {
    for (const name of ['b', 'a', 'a-b', 'a.b', 'ab']) await api.created(MAPS, configMap(name));
    expect(names(await api.read(MAPS))).toEqual(['a', 'a-b', 'a.b', 'ab', 'b']);
  });

  contract.case('a list across namespaces holds those of each', async (api) => {
    await api.created(MAPS, configMap('only-here'));
    const list = await api.read('/api/v1/configmaps?fieldSelector=metadata.name%3Donly-here');
    expect(list.items?.some(({ metadata }) => metadata.namespace === api.ns)).toBe(true);
  });

  contract.case('Pods are selected by node, phase and more', async (api) => {
    await api.created(`${CORE}/pods`, pod('a'));
    await api.created(`${CORE}/pods`, pod('b', {}, { nodeName: 'n', restartPolicy: 'Never' }));
    for (const [selector, expected] of [
      ['spec.nodeName=n', ['b']],
      ['spec.nodeName=', ['a']],
      ['status.phase=Pending', ['a', 'b']],
      ['status.phase!=Pending', []],
      ['spec.restartPolicy=Never', ['b']],
    ] as const)
      expect(names(await api.read(`${CORE}/pods?fieldSelector=${encodeURIComponent(selector)}`)), selector).toEqual(
        expected,
      );
  });

  contract.case('Secrets are selected by type', async (api) => {
    await api.created(`${CORE}/secrets`, secret('a'));
    await api.created(`${CORE}/secrets`, secret('b', { type: 'example.com/t' }));
    expect(names(await api.read(`${CORE}/secrets?fieldSelector=type%3DOpaque`))).toEqual(['a']);
  });

  contract.case('Events are selected by their object', async (api) => {
    const involvedObject = { kind: 'Pod', namespace: '{ns}', name: 'p' };
    await api.created(`${CORE}/events`, { metadata: { name: 'a' }, involvedObject, reason: 'One' });
    await api.created(`${CORE}/events`, { metadata: { name: 'b' }, involvedObject: { ...involvedObject, name: 'q' } });
    expect(names(await api.read(`${CORE}/events?fieldSelector=involvedObject.name%3Dp`))).toEqual(['a']);
    expect(names(await api.read(`${CORE}/events?fieldSelector=reason%3DOne%2CinvolvedObject.kind%3DPod`))).toEqual([
      'a',
    ]);
  });

  contract.case('pages of a list are the state of the first page', async (api) => {
    await five(api);
    const first = await api.read(`${MAPS}?limit=2`);
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    await api.delete(`${MAPS}/c`);
    await api.created(MAPS, configMap('bb'));
    await api.put(`${MAPS}/d`, configMap('d', { k: 'w' }));
    const second = await api.read(`${MAPS}?limit=2&continue=${first.metadata.continue}`);
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.items?.[1]?.data).toEqual({ k: 'v' });
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata.remainingItemCount).toBe(1);
    const last = await api.read(`${MAPS}?limit=2&continue=${second.metadata.continue}`);
    expect(names(last)).toEqual(['e']);
    expect(last.metadata.continue ?? '').toBe('');
    expect(last.metadata.remainingItemCount).toBeUndefined();
  });

  contract.case('the rest of a list comes at once when no limit is given', async (api) => {
    await five(api);
    const first = await api.read(`${MAPS}?limit=1`);
    expect(names(await api.read(`${MAPS}?continue=${first.metadata.continue}`))).toEqual(['b', 'c', 'd', 'e']);
  });

  contract.case('a page of a selected list does not count the rest', async (api) => {
    await labelled(api);
    const first = await api.read(`${MAPS}?limit=1&labelSelector=tier`);
    expect(names(first)).toEqual(['a']);
    expect(first.metadata.remainingItemCount).toBeUndefined();
    expect(names(await api.read(`${MAPS}?labelSelector=tier&continue=${first.metadata.continue}`))).toEqual(['b', 'c']);
  });

  contract.case('a limit that is larger than the list changes nothing', async (api) => {
    await five(api);
    const list = await api.read(`${MAPS}?limit=500`);
    expect(names(list)).toEqual(NAMES);
    expect(list.metadata.continue ?? '').toBe('');
  });

  contract.case('a list at an exact revision is the state of that revision', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a'));
    await api.created(MAPS, configMap('b'));
    const query = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`;
    const list = await api.read(`${MAPS}?${query}`);
    expect(names(list)).toEqual(['a']);
    expect(list.metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  contract.case('a list not older than a revision holds what came by then', async (api) => {
    await api.created(MAPS, configMap('a'));
    const { metadata } = await api.created(MAPS, configMap('b'));
    for (const query of ['', '&resourceVersionMatch=NotOlderThan'])
      expect(names(await api.read(`${MAPS}?resourceVersion=${metadata.resourceVersion}${query}`))).toEqual(['a', 'b']);
  });

  contract.case('a list of a revision to come times out', async (api) => {
    const { metadata } = await api.read(MAPS);
    const ahead = Number(metadata.resourceVersion) + 1_000_000;
    const answer = await api.get(`${MAPS}?resourceVersion=${ahead}`);
    const { message, ...status } = answer.object as unknown as { readonly message: string };
    expect(message).toMatch(new RegExp(`^Timeout: Too large resource version: ${ahead}, current: \\d+$`));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Timeout',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      code: 504,
    });
    expect(answer.headers['retry-after']).toBe('1');
  });

  contract.case('a single object of a revision to come times out', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a'));
    const answer = await api.get(`${MAPS}/a?resourceVersion=${Number(metadata.resourceVersion) + 1_000_000}`);
    expect(answer.status).toBe(504);
  });
}
