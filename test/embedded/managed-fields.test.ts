import { describe, expect, test } from 'vitest';
import { asArray } from '../../src/embedded/json-value.ts';
import { applyFixture, deployment, owners } from './apply-fixture.ts';

describe('whoever creates or updates owns what they change', () => {
  test('a new object belongs to who made it, with the maps that hold its fields', () => {
    const { patch, store, resource } = applyFixture();
    const metadata = { name: 'x', namespace: 'default', labels: { l: '1' }, finalizers: ['a.b/c'] };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { one: '1' } };
    const made = store.create(resource('ConfigMap'), object, { fieldManager: 'a' });
    expect(owners(made)).toEqual({
      'a Update': {
        'f:data': { '.': {}, 'f:one': {} },
        'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a.b/c"': {} }, 'f:labels': { '.': {}, 'f:l': {} } },
      },
    });
    const patched = patch('merge', 'ConfigMap', 'x', { data: { two: '2' } }, { fieldManager: 'b' });
    expect(owners(patched)).toMatchObject({ 'b Update': { 'f:data': { 'f:two': {} } } });
  });

  test('structs that are always there belong to nobody, defaults to who made the object', () => {
    const { store, resource } = applyFixture();
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', namespace: 'default' },
      ...deployment(),
    };
    expect(owners(store.create(resource('Deployment'), object, { fieldManager: 'a' }))).toEqual({
      'a Update': {
        'f:spec': {
          'f:progressDeadlineSeconds': {},
          'f:replicas': {},
          'f:revisionHistoryLimit': {},
          'f:selector': {},
          'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
          'f:template': {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"main"}': {
                  '.': {},
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:resources': {},
                  'f:terminationMessagePath': {},
                  'f:terminationMessagePolicy': {},
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:securityContext': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
      },
    });
  });

  test('what one takes, the other loses; what is removed, all lose', () => {
    const { apply, patch } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1', two: '2', three: '3' } });
    patch('merge', 'ConfigMap', 'x', { data: { two: '9' } }, { fieldManager: 'u' });
    const object = patch('merge', 'ConfigMap', 'x', { data: { three: null } }, { fieldManager: 'v' });
    expect(owners(object)).toEqual({
      'a Apply': { 'f:data': { 'f:one': {} } },
      'u Update': { 'f:data': { 'f:two': {} } },
    });
  });

  test('updates of one manager are one entry; applies and updates of a subresource are others', () => {
    const { patch, make } = applyFixture();
    make('Pod', 'x');
    patch('merge', 'Pod', 'x', { metadata: { labels: { a: '1' } } }, { fieldManager: 'm' });
    patch('merge', 'Pod', 'x', { metadata: { labels: { b: '1' } } }, { fieldManager: 'm' });
    const options = { fieldManager: 'm', subresource: 'status' } as const;
    const object = patch('merge', 'Pod', 'x', { status: { message: 'hi' } }, options);
    expect(owners(object)).toMatchObject({
      'm Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {}, 'f:b': {} } } },
      'm Update status': { 'f:status': { 'f:message': {} } },
    });
  });

  test('the time of an entry moves only when what it owns is written', () => {
    const { patch, make, clock } = applyFixture();
    make('ConfigMap', 'x', {}, { data: { one: '1' } });
    clock.advance(10_000);
    const same = patch('merge', 'ConfigMap', 'x', { data: { one: '1' } }, { fieldManager: 'u' });
    expect(same.metadata.managedFields).toMatchObject([{ manager: 'unknown', time: '2026-01-01T00:00:00Z' }]);
    const changed = patch('merge', 'ConfigMap', 'x', { data: { two: '2' } }, { fieldManager: 'u' });
    expect(changed.metadata.managedFields).toMatchObject([
      { manager: 'unknown', time: '2026-01-01T00:00:00Z' },
      { manager: 'u', time: '2026-01-01T00:00:10Z' },
    ]);
  });

  test('more than ten updaters: the oldest become ancient-changes', () => {
    const { patch, make } = applyFixture();
    make('ConfigMap', 'x', {}, { data: { k0: 'v' } });
    let object = patch('merge', 'ConfigMap', 'x', {});
    for (let count = 1; count <= 12; count += 1) {
      object = patch('merge', 'ConfigMap', 'x', { data: { [`k${count}`]: 'v' } }, { fieldManager: `m${count}` });
    }
    expect(Object.keys(owners(object))).toHaveLength(10);
    expect(owners(object)['ancient-changes Update']).toEqual({
      'f:data': { 'f:k1': {}, 'f:k10': {}, 'f:k11': {}, 'f:k12': {} },
    });
  });
});

describe('a client may change the entries themselves', () => {
  test('one empty entry resets them, and nobody is tracked until the next apply', () => {
    const { apply, patch } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const reset = patch('merge', 'ConfigMap', 'x', { metadata: { managedFields: [{}] } });
    expect(reset.metadata.managedFields).toBeUndefined();
    const object = patch('merge', 'ConfigMap', 'x', { data: { one: '2' } }, { fieldManager: 'u' });
    expect(object.metadata.managedFields).toBeUndefined();
  });

  test('an entry that is left out is gone', () => {
    const { apply, patch } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const both = apply('b', 'ConfigMap', 'x', { data: { two: '2' } });
    const managedFields = asArray(both.metadata.managedFields).slice(1);
    expect(owners(patch('merge', 'ConfigMap', 'x', { metadata: { managedFields } }))).toEqual({
      'b Apply': { 'f:data': { 'f:two': {} } },
    });
  });

  test.each([
    [
      'an unknown operation',
      { manager: 'x', operation: 'Bogus', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} },
    ],
    ['an unknown type', { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV2', fieldsV1: {} }],
  ])('%s is not taken: the entries stay', (_what, entry) => {
    const { apply, patch } = applyFixture();
    const before = apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const after = patch('merge', 'ConfigMap', 'x', { metadata: { managedFields: [entry] } });
    expect(after).toBe(before);
  });

  test('not through a subresource', () => {
    const { make, patch } = applyFixture();
    const before = owners(make('Pod', 'x'));
    const body = { metadata: { managedFields: [{}] }, status: { message: 'hi' } };
    expect(owners(patch('merge', 'Pod', 'x', body, { subresource: 'status' }))).toMatchObject(before);
  });
});
