import { describe, expect, test } from 'vitest';
import { refusal, storeFixture } from './store-fixture.ts';

describe('a new object', () => {
  test('gets its uid, time and first generation from the server, whatever the client says', () => {
    const fixture = storeFixture();
    const made = fixture.make('Deployment', 'a', {
      uid: 'abc',
      creationTimestamp: '2020-01-01T00:00:00Z',
      generation: 7,
      deletionTimestamp: '2020-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 5,
      selfLink: '/x',
      labels: {},
    });
    expect(made.metadata).toMatchObject({ generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' });
    expect(made.metadata.uid).toMatch(/^[0-9a-f]{8}-/);
    for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'labels']) {
      expect(made.metadata[field]).toBeUndefined();
    }
  });

  test('can be given a name by the server: what fits of generateName, and five letters that make no words', () => {
    const fixture = storeFixture();
    const resource = fixture.resource('ConfigMap');
    const create = (generateName: string) =>
      fixture.store.create(resource, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: '', namespace: 'default', generateName },
      });
    expect(create('gen-').metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(create('g'.repeat(80)).metadata.name).toMatch(/^g{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const named = fixture.make('ConfigMap', 'x', { generateName: 'gen-' });
    expect(named.metadata).toMatchObject({ name: 'x', generateName: 'gen-' });
  });

  test('as a dry run is shown as it would be, without a resourceVersion', () => {
    const fixture = storeFixture();
    const { revision } = fixture.store;
    const resource = fixture.resource('ConfigMap');
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
    const made = fixture.store.create(resource, object, { dryRun: true });
    expect(made.metadata.uid).toBeDefined();
    expect(made.metadata.resourceVersion).toBeUndefined();
    expect(fixture.find('ConfigMap', 'a')).toBeUndefined();
    expect(fixture.store.revision).toBe(revision);
  });

  test('without a name, with a resourceVersion, or under a name that is taken is refused', () => {
    const fixture = storeFixture();
    fixture.make('ConfigMap', 'a');
    expect(refusal(() => fixture.make('ConfigMap', ''))).toMatchObject({
      code: 422,
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    });
    expect(refusal(() => fixture.make('ConfigMap', 'b', { resourceVersion: '5' }))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'resourceVersion should not be set on objects to be created',
      code: 500,
    });
    expect(refusal(() => fixture.make('ConfigMap', 'a'))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
    });
    fixture.make('ConfigMap', 'leaving', { finalizers: ['x/y'] });
    fixture.store.remove(fixture.resource('ConfigMap'), 'default', 'leaving');
    expect(refusal(() => fixture.make('ConfigMap', 'leaving'))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'object is being deleted: configmaps "leaving" already exists',
    });
  });
});

describe('an update', () => {
  test('that changes nothing makes no new revision', () => {
    const fixture = storeFixture();
    const made = fixture.make('ConfigMap', 'a', {}, { data: { a: '1' } });
    expect(fixture.change('ConfigMap', 'a', {})).toBe(made);
    expect(fixture.change('ConfigMap', 'a', { creationTimestamp: '2020-01-01T00:00:00Z', labels: {} })).toBe(made);
    expect(fixture.store.revision).toBe(Number(made.metadata.resourceVersion));
  });

  test('of a version that is past is a conflict', () => {
    const fixture = storeFixture();
    const made = fixture.make('ConfigMap', 'a');
    fixture.change('ConfigMap', 'a', { labels: { x: 'y' } });
    const update = (resourceVersion: string) => () =>
      fixture.store.update(fixture.resource('ConfigMap'), { ...made, metadata: { ...made.metadata, resourceVersion } });
    expect(refusal(update(made.metadata.resourceVersion ?? ''))).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'a', kind: 'configmaps' },
    });
    expect(refusal(update('x'))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'strconv.ParseUint: parsing "x": invalid syntax',
      code: 500,
    });
    expect(update('0')).not.toThrow();
  });

  test('leaves alone what is the server’s, and says each fault twice as the real server does', () => {
    const fixture = storeFixture();
    fixture.make('ConfigMap', 'a');
    const causes = [
      { reason: 'FieldValueInvalid', message: 'Invalid value: "u": field is immutable', field: 'metadata.uid' },
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "2020-01-01T00:00:00Z": field is immutable',
        field: 'metadata.deletionTimestamp',
      },
    ];
    const call = () => fixture.change('ConfigMap', 'a', { uid: 'u', deletionTimestamp: '2020-01-01T00:00:00Z' });
    expect(refusal(call)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'ConfigMap "a" is invalid: [metadata.uid: Invalid value: "u": field is immutable, metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable]',
      reason: 'Invalid',
      details: { name: 'a', kind: 'ConfigMap', causes: [...causes, ...causes] },
      code: 422,
    });
  });
});

describe('the generation', () => {
  const generationAfter = (
    kind: string,
    change: Parameters<ReturnType<typeof storeFixture>['change']>[2],
    fields = {},
  ) => {
    const fixture = storeFixture();
    fixture.make(kind, 'a', {}, { spec: { interval: '1m' } });
    return fixture.change(kind, 'a', change, fields).metadata.generation;
  };

  test.each([
    ['Kustomization', { annotations: { x: 'y' } }, {}, 1],
    ['Kustomization', { generation: 9 }, {}, 1],
    ['Kustomization', {}, { spec: { interval: '2m' } }, 2],
    ['Kustomization', {}, { status: { x: 1 } }, 1],
    ['Deployment', { labels: { x: 'y' } }, {}, 1],
    // The real server counts the annotations of a Deployment in.
    ['Deployment', { annotations: { x: 'y' } }, {}, 2],
    ['ConfigMap', {}, { data: { x: 'y' } }, undefined],
  ])('of a %s after %j %j is %s', (kind, metadata, fields, generation) => {
    expect(generationAfter(kind, metadata, fields)).toBe(generation);
  });
});

describe('the status subresource', () => {
  const changes = {
    labels: { l: '1' },
    annotations: { a: '1' },
    finalizers: ['x/y'],
    ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Unknown', name: 'a', uid: 'u' }],
  };
  test.each([
    ['Kustomization', []],
    ['Deployment', ['annotations', 'finalizers', 'ownerReferences']],
    ['Pod', ['labels', 'annotations', 'finalizers']],
    ['ReplicaSet', ['labels', 'annotations', 'finalizers', 'ownerReferences']],
  ])('of a %s takes the status and of the metadata %j', (kind, taken) => {
    const fixture = storeFixture();
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = kind === 'ReplicaSet' ? { selector: { matchLabels: { app: 'a' } }, template } : {};
    const made = fixture.make(kind, 'a', {}, { spec });
    const given = { ...made, metadata: { ...made.metadata, ...changes }, spec: {}, status: { replicas: 2 } };
    const after = fixture.store.update(fixture.resource(kind), given, { subresource: 'status' });
    expect(after.spec).toEqual(made.spec);
    expect(after.metadata.generation).toBe(made.metadata.generation);
    for (const field of Object.keys(changes)) {
      expect([field, after.metadata[field] !== undefined]).toEqual([field, taken.includes(field)]);
    }
  });
});

describe('a replacement', () => {
  const lease = (name: string, metadata = {}) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { holderIdentity: 'x' },
  });

  test('creates a Lease that is missing, and no ConfigMap', () => {
    const fixture = storeFixture();
    const replaced = fixture.store.replace(fixture.resource('Lease'), lease('l', { resourceVersion: '3' }));
    expect(replaced.created).toBe(true);
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'none', namespace: 'default', uid: 'u' },
    };
    expect(refusal(() => fixture.store.replace(fixture.resource('ConfigMap'), configMap))).toMatchObject({
      code: 404,
      message: 'configmaps "none" not found',
    });
    const foreign = lease('m', { uid: 'abc' });
    expect(refusal(() => fixture.store.replace(fixture.resource('Lease'), foreign))).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on leases.coordination.k8s.io "m": StorageError: invalid object, Code: 4, Key: /registry/leases/default/m, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: abc, UID in object meta: ',
    });
  });

  test('of a Lease or a custom resource must name the version it replaces, of a ConfigMap it need not', () => {
    const fixture = storeFixture();
    const field = 'metadata.resourceVersion: Invalid value: 0: must be specified for an update';
    for (const [kind, name] of [
      ['Lease', 'leases.coordination.k8s.io'],
      ['Kustomization', 'kustomizations.kustomize.toolkit.fluxcd.io'],
    ] as const) {
      const made = fixture.make(kind, 'a');
      const { resourceVersion: _version, ...metadata } = made.metadata;
      const replace = () => fixture.store.replace(fixture.resource(kind), { ...made, metadata });
      expect(refusal(replace)).toMatchObject({ code: 422, message: `${name} "a" is invalid: ${field}` });
    }
    const made = fixture.make('ConfigMap', 'a');
    const { resourceVersion: _version, ...metadata } = made.metadata;
    const replaced = fixture.store.replace(fixture.resource('ConfigMap'), { ...made, metadata, data: { a: '1' } });
    expect(replaced).toMatchObject({ created: false, object: { data: { a: '1' } } });
  });

  test('of another object of that name is a conflict that tells where it is stored', () => {
    const fixture = storeFixture();
    const made = fixture.make('Kustomization', 'a');
    const foreign = { ...made, metadata: { ...made.metadata, uid: 'zz' } };
    expect(refusal(() => fixture.store.replace(fixture.resource('Kustomization'), foreign))).toMatchObject({
      code: 409,
      message: `Operation cannot be fulfilled on kustomizations.kustomize.toolkit.fluxcd.io "a": StorageError: invalid object, Code: 4, Key: /registry/kustomize.toolkit.fluxcd.io/kustomizations/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: zz, UID in object meta: ${made.metadata.uid}`,
    });
  });
});
