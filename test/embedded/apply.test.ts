import { describe, expect, test } from 'vitest';
import { applyFixture, owners } from './apply-fixture.ts';
import { refusal } from './store-fixture.ts';

describe('server-side apply', () => {
  test('makes an object that is not there and gives its fields to the manager', () => {
    const { apply } = applyFixture();
    const object = apply('a', 'ConfigMap', 'x', { metadata: { labels: { l: '1' } }, data: { one: '1', two: '2' } });
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'a',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:one': {}, 'f:two': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
      },
    ]);
  });

  test('of the same again makes no new version, not even a time', () => {
    const { apply, clock } = applyFixture();
    const before = apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    clock.advance(5_000);
    expect(apply('a', 'ConfigMap', 'x', { data: { one: '1' } })).toBe(before);
  });

  test('removes what the manager alone owned and no longer applies', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { metadata: { labels: { l: '1' } }, data: { one: '1', two: '2' } });
    const object = apply('a', 'ConfigMap', 'x', { data: { two: '2' } });
    expect(object.data).toEqual({ two: '2' });
    expect(object.metadata.labels).toBeUndefined();
    expect(owners(object)).toEqual({ 'a Apply': { 'f:data': { 'f:two': {} } } });
  });

  test('keeps what is dropped while somebody else owns it too', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1', two: '2' } });
    apply('b', 'ConfigMap', 'x', { data: { one: '1' } });
    expect(apply('a', 'ConfigMap', 'x', { data: { two: '2' } }).data).toEqual({ one: '1', two: '2' });
    expect(apply('b', 'ConfigMap', 'x', {}).data).toEqual({ two: '2' });
  });

  test('with the value that is there makes a co-owner, without a time, since nothing changed', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const object = apply('b', 'ConfigMap', 'x', { data: { one: '1' } });
    expect(object.metadata.managedFields).toMatchObject([{ manager: 'b' }, { manager: 'a' }]);
    expect(object.metadata.managedFields).not.toHaveProperty('0.time');
  });

  test('of nothing gives up everything', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const object = apply('a', 'ConfigMap', 'x', {});
    expect(object.data).toBeUndefined();
    expect(object.metadata.managedFields).toBeUndefined();
  });

  test('with force takes over what others own', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1', two: '2' } });
    const object = apply('b', 'ConfigMap', 'x', { data: { one: '9' } }, { force: true });
    expect(owners(object)).toEqual({
      'a Apply': { 'f:data': { 'f:two': {} } },
      'b Apply': { 'f:data': { 'f:one': {} } },
    });
  });

  test('of a dry run leaves nothing behind', () => {
    const { apply, find } = applyFixture();
    expect(apply('a', 'ConfigMap', 'x', { data: { one: '1' } }, { dryRun: true }).data).toEqual({ one: '1' });
    expect(find('ConfigMap', 'x')).toBeUndefined();
  });

  test('takes what existed untracked as before-first-apply', () => {
    const { apply, make, patch } = applyFixture();
    make('ConfigMap', 'x', {}, { data: { one: '1' } });
    patch('merge', 'ConfigMap', 'x', { metadata: { managedFields: [{}] } });
    const object = apply('a', 'ConfigMap', 'x', { data: { one: '1', two: '2' } });
    expect(owners(object)).toEqual({
      'a Apply': { 'f:data': { 'f:one': {}, 'f:two': {} } },
      'before-first-apply Update': { 'f:data': { '.': {}, 'f:one': {} } },
    });
  });

  test('by kubectl takes over what its client-side apply had put there', () => {
    const { apply, store, resource } = applyFixture();
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { one: '1' } };
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n` };
    store.create(
      resource('ConfigMap'),
      { ...applied, metadata: { name: 'x', namespace: 'default', annotations } },
      { fieldManager: 'kubectl-client-side-apply' },
    );
    expect(refusal(() => apply('other', 'ConfigMap', 'x', { data: { one: '2' } })).code).toBe(409);
    const object = apply('kubectl', 'ConfigMap', 'x', { data: { one: '2' } });
    expect(object.data).toEqual({ one: '2' });
    expect(object.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration':
        '{"apiVersion":"v1","data":{"one":"2"},"kind":"ConfigMap","metadata":{"name":"x"}}\n',
    });
  });
});

describe('a conflict', () => {
  test('of one field names it and its owner', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    const body = refusal(() => apply('b', 'ConfigMap', 'x', { data: { one: '2' } }));
    expect(body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "a": .data.one',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.one' }],
      },
    });
  });

  test('with an updater says by which version', () => {
    const { apply, patch } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    patch('merge', 'ConfigMap', 'x', { data: { one: '2' } }, { fieldManager: 'u' });
    expect(refusal(() => apply('a', 'ConfigMap', 'x', { data: { one: '1' } })).message).toBe(
      'Apply failed with 1 conflict: conflict with "u" using v1: .data.one',
    );
  });

  test('of several fields lists them by owner, a field of two owners twice', () => {
    const { apply } = applyFixture();
    apply('a', 'ConfigMap', 'x', { data: { one: '1', two: '2' } });
    apply('b', 'ConfigMap', 'x', { data: { one: '1' } });
    const body = refusal(() => apply('c', 'ConfigMap', 'x', { data: { one: '9', two: '9' } }));
    expect(body.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "a":\n- .data.one\n- .data.two\nconflicts with "b":\n- .data.one',
    );
    expect(body.details?.causes).toHaveLength(3);
  });

  test('leaves everything as it was', () => {
    const { apply, find } = applyFixture();
    const before = apply('a', 'ConfigMap', 'x', { data: { one: '1' } });
    refusal(() => apply('b', 'ConfigMap', 'x', { data: { one: '2', two: '2' } }));
    expect(find('ConfigMap', 'x')).toEqual(before);
  });
});
