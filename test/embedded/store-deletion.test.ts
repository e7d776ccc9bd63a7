import { describe, expect, test } from 'vitest';
import { refusal, type StoreFixture, storeFixture } from './store-fixture.ts';

function remove({ store, resource }: StoreFixture, kind: string, name: string, options = {}) {
  return store.delete(resource(kind), resource(kind).namespaced ? 'default' : '', name, options);
}

function owner(object: { metadata: { name: string; uid?: string } }, blockOwnerDeletion?: boolean) {
  const { name, uid } = object.metadata;
  const blocks = blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion };
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...blocks };
}

describe('a deletion', () => {
  test('without finalizers is done at once, and its event shows the last state under the revision of the deletion', () => {
    const fixture = storeFixture();
    const made = fixture.make('ConfigMap', 'a');
    const { object, isGone } = remove(fixture, 'ConfigMap', 'a');
    expect(isGone).toBe(true);
    expect(fixture.find('ConfigMap', 'a')).toBeUndefined();
    const events = fixture.store.eventsAfter(fixture.resource('ConfigMap'), Number(made.metadata.resourceVersion));
    expect(events?.map(({ type }) => type)).toEqual(['DELETED']);
    expect(events?.[0]?.object.metadata).toEqual({
      ...made.metadata,
      resourceVersion: object.metadata.resourceVersion,
    });
  });

  test('waits for finalizers, takes no new ones, and leaves with the last of them', () => {
    const fixture = storeFixture();
    fixture.make('Deployment', 'a', { finalizers: ['x/y'] });
    const { object, isGone } = remove(fixture, 'Deployment', 'a');
    expect(isGone).toBe(false);
    expect(object.metadata).toMatchObject({
      generation: 2,
      deletionTimestamp: '2026-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 0,
    });
    expect(remove(fixture, 'Deployment', 'a').object).toBe(object);
    expect(refusal(() => fixture.change('Deployment', 'a', { finalizers: ['x/y', 'q/r'] }))).toMatchObject({
      code: 422,
      message:
        'Deployment.apps "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"q/r"}',
    });
    const last = fixture.change('Deployment', 'a', { finalizers: [] });
    expect(last.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
    expect(fixture.find('Deployment', 'a')).toBeUndefined();
  });

  test.each([
    [
      { uid: 'zz' },
      /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(zz\) does not match the UID in record \([-\w]+\)\. The object might have been deleted and then recreated$/,
    ],
    [
      { resourceVersion: '1' },
      /^Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record \(\d+\)\. The object might have been modified$/,
    ],
  ])('is refused when its precondition %j does not hold', (options, message) => {
    const fixture = storeFixture();
    fixture.make('ConfigMap', 'a');
    const body = refusal(() => remove(fixture, 'ConfigMap', 'a', options));
    expect(body).toMatchObject({ code: 409, reason: 'Conflict', details: { name: 'a', kind: 'ConfigMap' } });
    expect(body.message).toMatch(message);
  });

  test('as a dry run says what would become of the object, and changes nothing', () => {
    const fixture = storeFixture();
    const made = fixture.make('ConfigMap', 'a', { finalizers: ['x/y'] });
    const { object } = remove(fixture, 'ConfigMap', 'a', { dryRun: true });
    expect(object.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 });
    expect(fixture.find('ConfigMap', 'a')).toBe(made);
  });
});

describe('a Pod', () => {
  const scheduled = { spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 } };

  test('that no node runs goes at once, seen first with its deletion time', () => {
    const fixture = storeFixture();
    const made = fixture.make('Pod', 'p');
    expect(remove(fixture, 'Pod', 'p').isGone).toBe(true);
    const events = fixture.store.eventsAfter(fixture.resource('Pod'), Number(made.metadata.resourceVersion));
    expect(events?.map(({ type, object }) => [type, object.metadata.deletionGracePeriodSeconds])).toEqual([
      ['MODIFIED', 0],
      ['DELETED', 0],
    ]);
  });

  test('on a node keeps its grace period, which can only be shortened', () => {
    const fixture = storeFixture();
    fixture.make('Pod', 'p', {}, scheduled);
    const seen = [
      {},
      {},
      { gracePeriodSeconds: 5 },
      { gracePeriodSeconds: 50 },
      { propagationPolicy: 'Foreground' },
    ].map((options) => {
      const { object, isGone } = remove(fixture, 'Pod', 'p', options);
      const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
      return [deletionTimestamp, deletionGracePeriodSeconds, finalizers, isGone];
    });
    expect(seen).toEqual([
      ['2026-01-01T00:00:30Z', 30, undefined, false],
      ['2026-01-01T00:00:30Z', 30, undefined, false],
      ['2026-01-01T00:00:05Z', 5, undefined, false],
      ['2026-01-01T00:00:05Z', 5, undefined, false],
      ['2026-01-01T00:00:05Z', 5, undefined, false],
    ]);
    expect(remove(fixture, 'Pod', 'p', { gracePeriodSeconds: 0 }).isGone).toBe(true);
    expect(fixture.find('Pod', 'p')).toBeUndefined();
  });

  test('that has ended needs no grace', () => {
    const fixture = storeFixture();
    fixture.make('Pod', 'p', {}, scheduled);
    const { store, resource } = fixture;
    const pod = store.get(resource('Pod'), 'default', 'p');
    store.update(resource('Pod'), { ...pod, status: { phase: 'Succeeded' } }, { subresource: 'status' });
    expect(remove(fixture, 'Pod', 'p').isGone).toBe(true);
  });

  test('without finalizers stays for the rest of its grace period', () => {
    const fixture = storeFixture();
    fixture.make('Pod', 'p', { finalizers: ['x/y'] }, scheduled);
    remove(fixture, 'Pod', 'p');
    fixture.change('Pod', 'p', { finalizers: undefined });
    expect(fixture.find('Pod', 'p')).toBeDefined();
  });
});

describe('owners', () => {
  test('take their dependents with them, generation after generation', () => {
    const fixture = storeFixture();
    const one = fixture.make('ConfigMap', 'one');
    const two = fixture.make('ConfigMap', 'two', { ownerReferences: [owner(one)] });
    fixture.make('Secret', 'three', { ownerReferences: [owner(two)] });
    remove(fixture, 'ConfigMap', 'one');
    expect(fixture.find('ConfigMap', 'two')).toBeUndefined();
    expect(fixture.find('Secret', 'three')).toBeUndefined();
  });

  test('share a dependent: it stays until the last of them has gone', () => {
    const fixture = storeFixture();
    const one = fixture.make('ConfigMap', 'one');
    const two = fixture.make('ConfigMap', 'two');
    fixture.make('Secret', 's', { ownerReferences: [owner(one), owner(two)] });
    remove(fixture, 'ConfigMap', 'one');
    expect(fixture.find('Secret', 's')?.metadata.ownerReferences).toEqual([owner(two)]);
    remove(fixture, 'ConfigMap', 'two');
    expect(fixture.find('Secret', 's')).toBeUndefined();
  });

  test('wait in the foreground for those who block them', () => {
    const fixture = storeFixture();
    const one = fixture.make('ConfigMap', 'one');
    fixture.make('Secret', 's', { ownerReferences: [owner(one, true)], finalizers: ['x/y'] });
    fixture.make('Secret', 't', { ownerReferences: [owner(one, false)] });
    const { object } = remove(fixture, 'ConfigMap', 'one', { propagationPolicy: 'Foreground' });
    expect(object.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(fixture.find('ConfigMap', 'one')?.metadata.deletionTimestamp).toBeDefined();
    expect(fixture.find('Secret', 's')?.metadata.deletionTimestamp).toBeDefined();
    fixture.change('Secret', 's', { finalizers: undefined });
    expect(fixture.find('ConfigMap', 'one')).toBeUndefined();
    expect(fixture.find('Secret', 't')).toBeUndefined();
  });

  test('deleted in the foreground with nobody to wait for are gone right after the answer', () => {
    const fixture = storeFixture();
    fixture.make('ConfigMap', 'one');
    expect(remove(fixture, 'ConfigMap', 'one', { propagationPolicy: 'Foreground' }).isGone).toBe(false);
    expect(fixture.find('ConfigMap', 'one')).toBeUndefined();
  });

  test('can leave orphans, which lose the reference', () => {
    const fixture = storeFixture();
    const one = fixture.make('ConfigMap', 'one');
    fixture.make('Secret', 's', { ownerReferences: [owner(one)] });
    remove(fixture, 'ConfigMap', 'one', { propagationPolicy: 'Orphan' });
    expect(fixture.find('ConfigMap', 'one')).toBeUndefined();
    expect(fixture.find('Secret', 's')?.metadata.ownerReferences).toBeUndefined();
  });

  test('that never were leave nothing behind; of unknown kinds nothing is said', () => {
    const fixture = storeFixture();
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'u' };
    fixture.make('Secret', 's', { ownerReferences: [ghost] });
    fixture.make('Secret', 't', { ownerReferences: [{ ...ghost, apiVersion: 'x.example.com/v1', kind: 'X' }] });
    expect(fixture.find('Secret', 's')).toBeUndefined();
    expect(fixture.find('Secret', 't')).toBeDefined();
    const bare = storeFixture({ controllers: false });
    bare.make('Secret', 's', { ownerReferences: [ghost] });
    expect(bare.find('Secret', 's')).toBeDefined();
  });
});

describe('a claim', () => {
  test('stays while a Pod mounts it', () => {
    const fixture = storeFixture();
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const claim = fixture.make('PersistentVolumeClaim', 'data', {}, { spec });
    expect(claim.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    fixture.make('Pod', 'p', {}, { spec: { volumes } });
    remove(fixture, 'PersistentVolumeClaim', 'data');
    expect(fixture.find('PersistentVolumeClaim', 'data')?.metadata.deletionTimestamp).toBeDefined();
    remove(fixture, 'Pod', 'p');
    expect(fixture.find('PersistentVolumeClaim', 'data')).toBeUndefined();
  });
});

describe('a namespace', () => {
  function team(fixture: StoreFixture) {
    fixture.make('Namespace', 'team', {}, { spec: { finalizers: ['kubernetes'] } });
  }

  test('takes its contents along', () => {
    const fixture = storeFixture();
    team(fixture);
    fixture.make('ConfigMap', 'a', { namespace: 'team' });
    fixture.make('Pod', 'p', { namespace: 'team' });
    const { object, isGone } = remove(fixture, 'Namespace', 'team');
    expect(isGone).toBe(false);
    expect(object).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
      status: { phase: 'Terminating' },
    });
    expect(object.metadata.deletionGracePeriodSeconds).toBeUndefined();
    expect(fixture.find('Namespace', 'team')).toBeUndefined();
    expect(fixture.find('ConfigMap', 'a', 'team')).toBeUndefined();
  });

  test('waits for finalizers in it, takes nothing new, and says what it waits for', () => {
    const fixture = storeFixture();
    team(fixture);
    const held = fixture.make('ConfigMap', 'a', { namespace: 'team', finalizers: ['x/y'] });
    remove(fixture, 'Namespace', 'team');
    const conditions = fixture.find('Namespace', 'team')?.status?.conditions;
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceContentRemaining',
        status: 'True',
        message: 'Some resources are remaining: configmaps. has 1 resource instances',
      }),
    );
    expect(refusal(() => fixture.make('ConfigMap', 'new', { namespace: 'team' }))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'configmaps "new" is forbidden: unable to create new content in namespace team because it is being terminated',
      details: {
        name: 'new',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace team is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    });
    const { store, resource } = fixture;
    const marked = store.get(resource('ConfigMap'), 'team', held.metadata.name);
    store.update(resource('ConfigMap'), { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
    expect(fixture.find('Namespace', 'team')).toBeUndefined();
  });

  test('that every cluster needs cannot be deleted', () => {
    const fixture = storeFixture();
    expect(refusal(() => remove(fixture, 'Namespace', 'default', { dryRun: true }))).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });

  test('that is missing takes nothing', () => {
    const fixture = storeFixture();
    expect(refusal(() => fixture.make('ConfigMap', 'a', { namespace: 'none' }))).toMatchObject({
      code: 404,
      message: 'namespaces "none" not found',
      details: { name: 'none', kind: 'namespaces' },
    });
  });
});

describe('a CustomResourceDefinition', () => {
  const spec = {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  };

  test('takes its objects with it, through their finalizers', () => {
    const fixture = storeFixture();
    fixture.make('CustomResourceDefinition', 'widgets.example.com', {}, { spec });
    fixture.make('Widget', 'a', { finalizers: ['x/y'] });
    fixture.make('Widget', 'b');
    const { object } = remove(fixture, 'CustomResourceDefinition', 'widgets.example.com');
    expect(object.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    expect(fixture.find('Widget', 'b')).toBeUndefined();
    expect(fixture.find('Widget', 'a')?.metadata.deletionTimestamp).toBeDefined();
    expect(refusal(() => fixture.make('Widget', 'c'))).toMatchObject({
      code: 403,
      message:
        'widgets.example.com "c" is forbidden: create not allowed while custom resource definition is terminating',
    });
    fixture.change('Widget', 'a', { finalizers: undefined });
    expect(fixture.find('CustomResourceDefinition', 'widgets.example.com')).toBeUndefined();
    expect(fixture.store.resources.byGroupKind('example.com', 'Widget')).toBeUndefined();
  });
});
