import { expect } from 'vitest';
import { type Api, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { configMap, deployment } from '../objects.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const DATA = { k: 'v', l: 'w' };

/** What a patch of the ConfigMap with DATA leaves in its data. */
type PatchedData = readonly [it: string, type: string, patch: unknown, data: unknown];

const PATCHED_DATA: readonly PatchedData[] = [
  ['add makes a field', JSON_PATCH, [{ op: 'add', path: '/data/m', value: 'x' }], { ...DATA, m: 'x' }],
  ['add replaces a field that is there', JSON_PATCH, [{ op: 'add', path: '/data/k', value: 'x' }], { ...DATA, k: 'x' }],
  ['replace changes a field', JSON_PATCH, [{ op: 'replace', path: '/data/k', value: 'x' }], { ...DATA, k: 'x' }],
  [
    'replace makes a field that is not there',
    JSON_PATCH,
    [{ op: 'replace', path: '/data/m', value: 'x' }],
    { ...DATA, m: 'x' },
  ],
  ['remove takes a field away', JSON_PATCH, [{ op: 'remove', path: '/data/k' }], { l: 'w' }],
  ['move renames a field', JSON_PATCH, [{ op: 'move', from: '/data/k', path: '/data/m' }], { l: 'w', m: 'v' }],
  ['copy doubles a field', JSON_PATCH, [{ op: 'copy', from: '/data/k', path: '/data/m' }], { ...DATA, m: 'v' }],
  [
    'a test that holds lets the rest through',
    JSON_PATCH,
    [
      { op: 'test', path: '/data/k', value: 'v' },
      { op: 'remove', path: '/data/l' },
    ],
    { k: 'v' },
  ],
  [
    'a slash and a tilde in a name are escaped',
    JSON_PATCH,
    [
      { op: 'add', path: '/data', value: { 'a~1b': 'x' } },
      { op: 'remove', path: '/data/a~01b' },
    ],
    undefined,
  ],
  ['a JSON patch of no operations changes nothing', JSON_PATCH, [], DATA],
  ['a JSON patch can remove all data', JSON_PATCH, [{ op: 'remove', path: '/data' }], undefined],
  ['a merge patch merges maps', MERGE_PATCH, { data: { m: 'x' } }, { ...DATA, m: 'x' }],
  ['a merge patch removes what is null', MERGE_PATCH, { data: { k: null } }, { l: 'w' }],
  ['a merge patch removes a whole map', MERGE_PATCH, { data: null }, undefined],
  ['a merge patch with nothing changes nothing', MERGE_PATCH, {}, DATA],
  ['a merge patch may remove what is not there', MERGE_PATCH, { data: { z: null } }, DATA],
  ['a strategic patch merges maps', STRATEGIC_PATCH, { data: { m: 'x', k: null } }, { l: 'w', m: 'x' }],
  [
    'a strategic patch replaces a map that says so',
    STRATEGIC_PATCH,
    { data: { $patch: 'replace', m: 'x' } },
    { m: 'x' },
  ],
  ['a strategic patch deletes a map that says so', STRATEGIC_PATCH, { data: { $patch: 'delete' } }, undefined],
];

interface Containers {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } };
  };
}

function template(containers: readonly object[], more: object = {}): object {
  return { spec: { template: { spec: { containers, ...more } } } };
}

const TWO = {
  template: {
    metadata: { labels: { app: 'a' } },
    spec: {
      containers: [
        { name: 'one', image: 'i:1', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] },
        { name: 'two', image: 'i:1' },
      ],
    },
  },
};

async function containersAfter(api: Api, type: string, patch: unknown): Promise<unknown> {
  await api.created(DEPLOYMENTS, deployment('a', TWO));
  const answer = await api.patch(`${DEPLOYMENTS}/a`, type, patch);
  expect(answer.status, answer.text).toBe(200);
  return (answer.object as unknown as Containers).spec.template.spec.containers;
}

/** Patches that are carried out. */
export function describePatches(contract: Contract): void {
  for (const [it, type, patch, data] of PATCHED_DATA) {
    contract.case(it, async (api) => {
      const before = await api.created(MAPS, configMap('a', DATA));
      const { status, object } = await api.patch(`${MAPS}/a`, type, patch);
      expect(status).toBe(200);
      expect(object.data).toEqual(data);
      const unchanged = object.metadata.resourceVersion === before.metadata.resourceVersion;
      expect(unchanged).toBe(JSON.stringify(data) === JSON.stringify(DATA));
    });
  }

  contract.case('a patch with the current resourceVersion is taken', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a'));
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, data: { k: 'v' } };
    expect((await api.patch(`${MAPS}/a`, MERGE_PATCH, patch)).status).toBe(200);
  });

  contract.case('a merge patch replaces a list whole', async (api) => {
    const containers = await containersAfter(api, MERGE_PATCH, template([{ name: 'three', image: 'i:3' }]));
    expect(containers).toMatchObject([{ name: 'three', image: 'i:3' }]);
  });

  contract.case('a strategic patch merges containers by name and keeps both orders', async (api) => {
    const patch = template([
      { name: 'two', image: 'i:2' },
      { name: 'three', image: 'i:3' },
    ]);
    expect(await containersAfter(api, STRATEGIC_PATCH, patch)).toMatchObject([
      { name: 'one', image: 'i:1', env: [{ name: 'A', value: '1' }] },
      { name: 'two', image: 'i:2' },
      { name: 'three', image: 'i:3' },
    ]);
  });

  contract.case('a strategic patch deletes a container by name', async (api) => {
    const containers = await containersAfter(api, STRATEGIC_PATCH, template([{ $patch: 'delete', name: 'one' }]));
    expect(containers).toMatchObject([{ name: 'two' }]);
    expect(containers).toHaveLength(1);
  });

  contract.case('a strategic patch orders a list as it is told to', async (api) => {
    const order = { '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }] };
    expect(await containersAfter(api, STRATEGIC_PATCH, template([], order))).toMatchObject([
      { name: 'two' },
      { name: 'one' },
    ]);
  });

  contract.case('a strategic patch replaces a list that says so', async (api) => {
    const patch = template([{ $patch: 'replace' }, { name: 'three', image: 'i:3' }]);
    const containers = await containersAfter(api, STRATEGIC_PATCH, patch);
    expect(containers).toMatchObject([{ name: 'three' }]);
    expect(containers).toHaveLength(1);
  });

  contract.case('a strategic patch merges the environment of a container by name, new ones first', async (api) => {
    const patch = template([{ name: 'one', env: [{ name: 'B', value: '2' }] }]);
    expect(await containersAfter(api, STRATEGIC_PATCH, patch)).toMatchObject([
      {
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
      { name: 'two' },
    ]);
  });

  contract.case('a strategic patch merges the ports of a container by number', async (api) => {
    const patch = template([{ name: 'one', ports: [{ containerPort: 80, name: 'web' }] }]);
    expect(await containersAfter(api, STRATEGIC_PATCH, patch)).toMatchObject([
      { ports: [{ containerPort: 80, name: 'web', protocol: 'TCP' }] },
      { name: 'two' },
    ]);
  });

  contract.case('a strategic patch keeps only the keys it retains', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const strategy = { $retainKeys: ['type'], type: 'Recreate' };
    const { object } = await api.patch(`${DEPLOYMENTS}/a`, STRATEGIC_PATCH, { spec: { strategy } });
    expect(object.spec).toMatchObject({ strategy: { type: 'Recreate' } });
    expect(JSON.stringify(object.spec)).not.toContain('rollingUpdate');
  });

  contract.case('a strategic patch merges finalizers as a set, and takes them away by value', async (api) => {
    await api.created(MAPS, configMap('a', {}, { finalizers: ['example.com/one'] }));
    const added = await api.patch(`${MAPS}/a`, STRATEGIC_PATCH, { metadata: { finalizers: ['example.com/two'] } });
    expect(added.object.metadata.finalizers).toEqual(['example.com/two', 'example.com/one']);
    const metadata = { '$deleteFromPrimitiveList/finalizers': ['example.com/one'] };
    const taken = await api.patch(`${MAPS}/a`, STRATEGIC_PATCH, { metadata });
    expect(taken.object.metadata.finalizers).toEqual(['example.com/two']);
  });

  contract.case('a patch appends to a list with a dash', async (api) => {
    await api.created(MAPS, configMap('a', {}, { finalizers: ['example.com/one'] }));
    const patch = [{ op: 'add', path: '/metadata/finalizers/-', value: 'example.com/two' }];
    const { object } = await api.patch(`${MAPS}/a`, JSON_PATCH, patch);
    expect(object.metadata.finalizers).toEqual(['example.com/one', 'example.com/two']);
  });

  contract.case('an annotation with a slash is set by a JSON patch', async (api) => {
    await api.created(MAPS, configMap('a', {}, { annotations: { a: 'v' } }));
    const patch = [{ op: 'add', path: '/metadata/annotations/example.com~1n', value: 'w' }];
    const { object } = await api.patch(`${MAPS}/a`, JSON_PATCH, patch);
    expect(object.metadata.annotations).toEqual({ a: 'v', 'example.com/n': 'w' });
  });

  contract.case('an unknown field in a patch is dropped with a warning', async (api) => {
    await api.created(MAPS, configMap('a'));
    const answer = await api.patch(`${MAPS}/a?fieldValidation=Warn`, MERGE_PATCH, { horn: 1 });
    expect(answer.status).toBe(200);
    expect(answer.headers.warning).toBe('299 - "unknown field \\"horn\\""');
    expect(answer.object.horn).toBeUndefined();
  });
}
