import { describe, expect, test } from 'vitest';
import { applyFixture, deployment, owners, THINGS } from './apply-fixture.ts';
import { refusal } from './store-fixture.ts';

function things(): ReturnType<typeof applyFixture> {
  const fixture = applyFixture();
  fixture.store.create(fixture.resource('CustomResourceDefinition'), THINGS);
  return fixture;
}

describe('what a schema says of a field decides how it is owned and merged', () => {
  test('lists are one value, sets and keyed lists item by item, maps entry by entry', () => {
    const { apply } = things();
    const spec = {
      text: 'x',
      list: ['1'],
      set: ['a', 'b'],
      ports: [{ port: 1 }, { port: 2, protocol: 'UDP', name: 'u' }],
      whole: { a: '1' },
      map: { k: 'v' },
      free: { x: { y: [1] } },
    };
    expect(owners(apply('a', 'Thing', 'x', { spec }))).toEqual({
      'a Apply': {
        'f:spec': {
          'f:free': { 'f:x': { '.': {}, 'f:y': {} } },
          'f:list': {},
          'f:map': { 'f:k': {} },
          'f:ports': {
            'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
            'k:{"port":2,"protocol":"UDP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
          },
          'f:set': { 'v:"a"': {}, 'v:"b"': {} },
          'f:text': {},
          'f:whole': {},
        },
      },
    });
  });

  test('items of others stay where they are; new ones come in the order of the configuration', () => {
    const { apply } = things();
    apply('a', 'Thing', 'x', { spec: { set: ['a', 'b'], ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] } });
    const spec = { set: ['c', 'a'], ports: [{ port: 3 }, { port: 2, protocol: 'UDP' }] };
    expect(apply('b', 'Thing', 'x', { spec }).spec).toMatchObject({
      set: ['c', 'a', 'b'],
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 3, protocol: 'TCP' },
        { port: 2, protocol: 'UDP' },
      ],
    });
  });

  test('a conflict goes as deep as the ownership', () => {
    const { apply } = things();
    apply('a', 'Thing', 'x', { spec: { ports: [{ port: 2, protocol: 'UDP', name: 'u' }], whole: { a: '1' } } });
    const spec = { ports: [{ port: 2, protocol: 'UDP', name: 'v' }], whole: { b: '1' } };
    expect(refusal(() => apply('b', 'Thing', 'x', { spec })).message).toBe(
      'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.whole\n- .spec.ports[port=2,protocol="UDP"].name',
    );
  });

  test('a key that is left out counts as its default', () => {
    const { apply } = things();
    const twice = { spec: { ports: [{ port: 3 }, { port: 3, protocol: 'TCP' }] } };
    expect(refusal(() => apply('a', 'Thing', 'x', twice)).message).toBe(
      'failed to create typed patch object (/x; example.com/v1, Kind=Thing): .spec.ports: duplicate entries for key [port=3,protocol="TCP"]',
    );
  });

  test('items that cannot be told apart are refused, all at once', () => {
    const { apply } = things();
    const spec = { ports: [null], set: [null] };
    expect(refusal(() => apply('a', 'Thing', 'x', { spec })).message).toBe(
      "failed to create typed patch object (/x; example.com/v1, Kind=Thing): errors:\n  .spec.ports: element 0: associative list with keys may not have a null element\n  .spec.set: element 0: associative list without keys has an element that's an explicit null",
    );
  });

  test('a default belongs to nobody who applies', () => {
    const { apply } = things();
    const object = apply('a', 'Thing', 'x', { spec: { text: 'x' } });
    expect(object.spec).toEqual({ text: 'x', count: 3 });
    expect(owners(object)).toEqual({ 'a Apply': { 'f:spec': { 'f:text': {} } } });
  });

  test('empty maps and lists that were applied stay when what others put in goes', () => {
    const { apply } = things();
    apply('a', 'Thing', 'x', { spec: { map: {}, list: [], free: {} } });
    apply('b', 'Thing', 'x', { spec: { map: { k: 'v' }, free: { x: 1 } } });
    const object = apply('b', 'Thing', 'x', {});
    expect(object.spec).toEqual({ map: {}, list: [], free: {}, count: 3 });
    expect(apply('a', 'Thing', 'x', {}).spec).toBeUndefined();
  });

  test('a kind without schema has granular maps and whole lists', () => {
    const { apply } = applyFixture();
    const object = apply('a', 'Kustomization', 'x', {
      spec: { interval: '1m', sourceRef: { kind: 'K' }, dependsOn: [{ name: 'y' }] },
    });
    expect(owners(object)).toEqual({
      'a Apply': {
        'f:spec': { '.': {}, 'f:dependsOn': {}, 'f:interval': {}, 'f:sourceRef': { '.': {}, 'f:kind': {} } },
      },
    });
  });
});

describe('a Deployment', () => {
  test('has containers by name, ports by number and protocol, env by name', () => {
    const { apply } = applyFixture();
    const container = { ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] };
    const object = apply('a', 'Deployment', 'x', deployment({}, container));
    expect(owners(object)['a Apply']).toMatchObject({
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    });
  });

  test('loses a container with the manager that brought it', () => {
    const { apply } = applyFixture();
    apply('a', 'Deployment', 'x', deployment());
    const withSide = apply('b', 'Deployment', 'x', {
      spec: { template: { spec: { containers: [{ name: 'side', image: 'j' }] } } },
    });
    expect(withSide.spec).toMatchObject({ template: { spec: { containers: [{ name: 'main' }, { name: 'side' }] } } });
    const without = apply('b', 'Deployment', 'x', {});
    expect(without.spec).toMatchObject({ template: { spec: { containers: [{ name: 'main' }] } } });
    expect(owners(without)).not.toHaveProperty('b Apply');
  });

  test('has replicas that an autoscaler may own', () => {
    const { apply, patch } = applyFixture();
    apply('a', 'Deployment', 'x', deployment({ replicas: 2 }));
    patch('merge', 'Deployment', 'x', { spec: { replicas: 5 } }, { fieldManager: 'hpa' });
    expect(refusal(() => apply('a', 'Deployment', 'x', deployment({ replicas: 2 }))).message).toBe(
      'Apply failed with 1 conflict: conflict with "hpa" using apps/v1: .spec.replicas',
    );
    expect(apply('a', 'Deployment', 'x', deployment()).spec).toMatchObject({ replicas: 5 });
  });

  test('owns nothing of its status through the main door, and nothing of its spec through the status', () => {
    const { apply } = applyFixture();
    apply('a', 'Deployment', 'x', { ...deployment(), status: { replicas: 3 } });
    const fields = {
      metadata: { labels: { l: '1' }, annotations: { n: '1' } },
      spec: { replicas: 7 },
      status: { replicas: 1 },
    };
    const object = apply('ctl', 'Deployment', 'x', fields, { subresource: 'status' });
    expect(object).toMatchObject({
      spec: { replicas: 1 },
      status: { replicas: 1 },
      metadata: { annotations: { n: '1' } },
    });
    expect(object.metadata.labels).toBeUndefined();
    expect(owners(object)['ctl Apply status']).toEqual({
      'f:metadata': { 'f:annotations': { 'f:n': {} } },
      'f:status': { 'f:replicas': {} },
    });
    expect(owners(object)['a Apply']).not.toHaveProperty('f:status');
  });
});

test('the status of a custom resource is all that its subresource changes and owns', () => {
  const { apply, patch } = things();
  apply('a', 'Thing', 'x', { spec: { text: 'x' } });
  const status = { observed: 2, conditions: [{ type: 'Ready', status: 'True' }] };
  const fields = { metadata: { labels: { l: '1' } }, spec: { text: 'no' }, status };
  const object = apply('ctl', 'Thing', 'x', fields, { subresource: 'status' });
  expect(object).toMatchObject({ spec: { text: 'x' }, status });
  expect(owners(object)['ctl Apply status']).toEqual({
    'f:status': {
      'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
      'f:observed': {},
    },
  });
  const again = refusal(() => apply('two', 'Thing', 'x', { status: { observed: 3 } }, { subresource: 'status' }));
  expect(again.message).toBe(
    'Apply failed with 1 conflict: conflict with "ctl" with subresource "status": .status.observed',
  );
  const patched = patch(
    'merge',
    'Thing',
    'x',
    { metadata: { uid: 'z', labels: { l: '1' }, finalizers: ['a.b/c'] }, status: { observed: 4 } },
    { subresource: 'status', fieldManager: 'u' },
  );
  expect(patched.metadata.labels).toBeUndefined();
  expect(patched.metadata.finalizers).toBeUndefined();
  expect(owners(patched)['u Update status']).toEqual({ 'f:status': { 'f:observed': {} } });
});

test('a Secret keeps whose stringData it was, though only data is stored', () => {
  const { apply, clock } = applyFixture();
  const before = apply('a', 'Secret', 'x', { stringData: { a: 'b' }, data: { c: 'ZA==' } });
  expect(before.data).toEqual({ a: 'Yg==', c: 'ZA==' });
  expect(owners(before)).toEqual({ 'a Apply': { 'f:data': { 'f:c': {} }, 'f:stringData': { 'f:a': {} } } });
  clock.advance(5_000);
  expect(apply('a', 'Secret', 'x', { stringData: { a: 'b' }, data: { c: 'ZA==' } })).toBe(before);
});
