import { describe, expect, test } from 'vitest';
import { union } from '../../src/embedded/store/apply/field-set.ts';
import { clusterObjects } from '../../src/embedded/store/cluster-objects.ts';
import { ObjectAccess } from '../../src/embedded/store/object-access.ts';
import { storeFixture } from './store-fixture.ts';

describe('what a write leaves alone stays the same object', () => {
  test('the spec through a patch of the status, the status through an update of the spec', () => {
    const { store, resource, make, find } = storeFixture();
    const deployments = resource('Deployment');
    const access = new ObjectAccess(store);
    make('Deployment', 'x');
    const before = find('Deployment', 'x');
    const status = { status: { replicas: 1 } };
    access.patch(deployments, 'default', 'x', 'merge', status, { subresource: 'status' });
    const between = find('Deployment', 'x');
    expect(between?.spec).toBe(before?.spec);
    access.patch(deployments, 'default', 'x', 'merge', { spec: { replicas: 3 } });
    const after = find('Deployment', 'x');
    expect(after?.status).toBe(between?.status);
    expect(after?.spec?.template).toBe(before?.spec?.template);
  });

  test('the entry of who writes the same fields again within a second', () => {
    const { store, resource, make, find } = storeFixture();
    const access = new ObjectAccess(store);
    make('ConfigMap', 'x');
    const owned = (): unknown => find('ConfigMap', 'x')?.metadata.managedFields;
    const write = (value: string): void => {
      const options = { fieldManager: 'me' };
      access.patch(resource('ConfigMap'), 'default', 'x', 'merge', { data: { a: value } }, options);
    };
    write('1');
    const first = owned();
    write('2');
    expect(owned()).toBe(first);
  });
});

test('a union that adds nothing is the set itself, and one that does has all of both', () => {
  const a = { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} };
  expect(union(a, { 'f:a': {} })).toBe(a);
  expect(union(a, { 'f:a': { 'f:b': {} }, 'f:c': {} })).toBe(a);
  expect(union(a, { 'f:c': { 'f:d': {} }, 'f:e': {} })).toEqual({ ...a, 'f:c': { '.': {}, 'f:d': {} }, 'f:e': {} });
  expect(union({ 'f:a': { 'f:b': {} } }, { 'f:a': {} })).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
});

test('an object that was given to the cluster may be changed afterwards', () => {
  const { store } = storeFixture();
  const objects = clusterObjects(new ObjectAccess(store));
  const data = { a: '1' };
  const manifest = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  objects.create(manifest('created'));
  objects.apply(manifest('applied'));
  objects.patch({ kind: 'ConfigMap', name: 'created' }, { data });
  data.a = '2';
  for (const name of ['created', 'applied'])
    expect(objects.get('ConfigMap', 'default', name)?.data).toEqual({ a: '1' });
});
