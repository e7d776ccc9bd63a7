import { describe, expect, test } from 'vitest';
import type { ResourcePath } from '../../src/embedded/api/api-path.ts';
import { formatToken } from '../../src/embedded/api/continue-token.ts';
import { listPage } from '../../src/embedded/api/list-page.ts';
import { listJson } from '../../src/embedded/api/list-response.ts';
import { refusal, type StoreFixture, storeFixture } from './store-fixture.ts';

function pathOf({ resource }: StoreFixture, kind = 'ConfigMap', namespace = 'default'): ResourcePath {
  const found = resource(kind);
  const version = found.versions[0] ?? 'v1';
  return { kind: 'resource', resource: found, version, namespace, name: undefined, subresource: undefined };
}

function list(fixture: StoreFixture, query: string, kind?: string, namespace?: string) {
  const { objects, metadata } = listPage(fixture.store, pathOf(fixture, kind, namespace), new URLSearchParams(query));
  return { names: objects.map((object) => object.metadata.name), metadata };
}

function five(): StoreFixture {
  const fixture = storeFixture();
  for (let index = 0; index < 5; index += 1)
    fixture.make('ConfigMap', `c${index}`, { labels: { odd: String(index % 2) } });
  return fixture;
}

function remove({ store, resource }: StoreFixture, name: string): void {
  store.remove(resource('ConfigMap'), 'default', name);
}

describe('pages', () => {
  test('show the state of the first one, whatever changes meanwhile', () => {
    const fixture = five();
    const first = list(fixture, 'limit=2');
    expect(first).toMatchObject({ names: ['c0', 'c1'], metadata: { remainingItemCount: 3 } });
    const { resourceVersion } = first.metadata;
    remove(fixture, 'c3');
    fixture.make('ConfigMap', 'c9');
    fixture.make('ConfigMap', 'c31');
    fixture.change('ConfigMap', 'c2', {}, { data: { changed: 'yes' } });
    const token = first.metadata.continue;
    const second = list(fixture, `limit=2&continue=${token}`);
    expect(second).toMatchObject({ names: ['c2', 'c3'], metadata: { remainingItemCount: 1, resourceVersion } });
    const third = list(fixture, `limit=2&continue=${second.metadata.continue}`);
    expect(third).toEqual({ names: ['c4'], metadata: { resourceVersion } });
    expect(list(fixture, '').names).toEqual(['c0', 'c1', 'c2', 'c31', 'c4', 'c9']);
    const shown = listPage(fixture.store, pathOf(fixture), new URLSearchParams(`continue=${token}`)).objects[0];
    expect(shown?.data).toBeUndefined();
  });

  test('of a selection do not say how many remain; one from the cache comes whole', () => {
    const fixture = five();
    expect(list(fixture, 'limit=1&labelSelector=odd%3D0').metadata).toEqual({
      resourceVersion: expect.any(String),
      continue: expect.any(String),
    });
    expect(list(fixture, 'limit=1&resourceVersion=0').names).toHaveLength(5);
    expect(list(fixture, 'limit=-1').names).toHaveLength(5);
  });

  test('over all namespaces come in the order of etcd, where a dash is before a slash', () => {
    const fixture = storeFixture();
    for (const namespace of ['a', 'a-b']) fixture.make('Namespace', namespace);
    for (const namespace of ['a', 'a-b']) fixture.make('ConfigMap', 'x', { namespace });
    const first = listPage(fixture.store, pathOf(fixture, 'ConfigMap', ''), new URLSearchParams('limit=1'));
    expect(first.objects[0]?.metadata.namespace).toBe('a-b');
    const token = JSON.parse(Buffer.from(first.metadata.continue ?? '', 'base64url').toString());
    expect(token).toEqual({ v: 'meta.k8s.io/v1', rv: fixture.store.revision, start: '/a-b/x\u0000' });
  });

  test('whose revision is forgotten end with 410 and a token that goes on in the objects of today', () => {
    const fixture = five();
    const token = list(fixture, 'limit=2').metadata.continue;
    remove(fixture, 'c3');
    fixture.store.compact();
    const body = refusal(() => list(fixture, `limit=2&continue=${token}`));
    expect(body).toMatchObject({
      code: 410,
      reason: 'Expired',
      message:
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    });
    const inconsistent = body.metadata.continue;
    expect(list(fixture, `limit=1&continue=${inconsistent}`)).toMatchObject({
      names: ['c2'],
      metadata: { remainingItemCount: 1, resourceVersion: String(fixture.store.revision) },
    });
  });
});

describe('a resourceVersion', () => {
  test('with Exact, or with a limit, is the very state; without, anything as new', () => {
    const fixture = five();
    const second = Number(fixture.find('ConfigMap', 'c1')?.metadata.resourceVersion);
    const newest = String(fixture.store.revision);
    const of = (query: string) => list(fixture, query);
    expect(of(`resourceVersion=${second}&resourceVersionMatch=Exact`)).toEqual({
      names: ['c0', 'c1'],
      metadata: { resourceVersion: String(second) },
    });
    expect(of(`resourceVersion=${second}&limit=1`)).toMatchObject({
      names: ['c0'],
      metadata: { remainingItemCount: 1 },
    });
    for (const query of ['', '&resourceVersionMatch=NotOlderThan']) {
      const found = of(`resourceVersion=${second}${query}`);
      expect(found.names).toHaveLength(5);
      expect(found.metadata.resourceVersion).toBe(newest);
    }
    fixture.store.compact();
    expect(refusal(() => of(`resourceVersion=${second}&resourceVersionMatch=Exact`))).toMatchObject({
      code: 410,
      message: 'The resourceVersion for the provided list is too old.',
    });
    expect(of(`resourceVersion=${second}`).names).toHaveLength(5);
  });

  test.each(['', '&resourceVersionMatch=Exact', '&resourceVersionMatch=NotOlderThan'])(
    'that is yet to come is 504%s',
    (query) => {
      const fixture = five();
      expect(refusal(() => list(fixture, `resourceVersion=99999999${query}`))).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `Timeout: Too large resource version: 99999999, current: ${fixture.store.revision}`,
        reason: 'Timeout',
        details: {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
        code: 504,
      });
    },
  );
});

const TOKEN = formatToken({ revision: 1, start: 'c1\u0000' });
const NEEDS_VERSION =
  'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
const asToken = (text: string): string => `continue=${Buffer.from(text).toString('base64url')}`;

describe('what is wrong with a list request is told in the words of the real server', () => {
  test.each([
    ['limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['limit=', 400, 'strconv.ParseInt: parsing "": invalid syntax'],
    ['timeoutSeconds=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [
      'resourceVersion=x',
      400,
      'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [`continue=${TOKEN}&resourceVersion=5`, 400, 'specifying resource version is not allowed when using continue'],
    [
      'continue=nonsense',
      400,
      "invalid continue token: continue key is not valid: invalid character '\\u009e' looking for beginning of value",
    ],
    ['continue=!!', 400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 0'],
    ['continue=e30%3D', 400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 3'],
    [
      'continue=e30',
      400,
      'invalid continue token: continue key is not valid: server does not recognize this encoded version ',
    ],
    [
      asToken('[]'),
      400,
      'invalid continue token: continue key is not valid: json: cannot unmarshal array into Go value of type storage.continueToken',
    ],
    [
      asToken('{"v":1}'),
      400,
      'invalid continue token: continue key is not valid: json: cannot unmarshal number into Go struct field continueToken.v of type string',
    ],
    [
      asToken('{"v":"meta.k8s.io/v1","rv":5,"start":""}'),
      400,
      'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
    ],
    [
      asToken('{"v":"meta.k8s.io/v1","rv":0,"start":"/c1"}'),
      400,
      'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    ],
    [
      asToken('{"v":"meta.k8s.io/v1","rv":5,"start":"/../../x"}'),
      400,
      'invalid continue token: continue key is not valid: /../../x',
    ],
    ['resourceVersionMatch=Exact', 422, `ListOptions.meta.k8s.io "" is invalid: ${NEEDS_VERSION}`],
    [
      'resourceVersionMatch=Foo&resourceVersion=1',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      `continue=${TOKEN}&resourceVersionMatch=Exact`,
      422,
      `ListOptions.meta.k8s.io "" is invalid: [${NEEDS_VERSION}, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]`,
    ],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
  ])('%s', (query, code, message) => {
    const body = refusal(() => list(five(), query));
    expect(body.message).toBe(message);
    expect(body).toMatchObject({ code, reason: code === 422 ? 'Invalid' : 'BadRequest' });
    if (code === 422) expect(body.details).toMatchObject({ group: 'meta.k8s.io', kind: 'ListOptions' });
  });
});

describe('items', () => {
  test('of Kubernetes kinds come without kind and apiVersion, custom ones with them and an empty continue', () => {
    const fixture = five();
    fixture.make('Kustomization', 'k');
    const configMaps = JSON.parse(listJson(fixture.store, pathOf(fixture), new URLSearchParams('limit=1')));
    expect(configMaps).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(Object.keys(configMaps.items[0])).not.toContain('kind');
    expect(Object.keys(configMaps.items[0])).not.toContain('apiVersion');
    const path = { ...pathOf(fixture, 'Kustomization'), version: 'v1beta2' };
    const custom = JSON.parse(listJson(fixture.store, path, new URLSearchParams()));
    expect(custom.metadata.continue).toBe('');
    expect(custom.items[0]).toMatchObject({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta2', kind: 'Kustomization' });
  });
});
