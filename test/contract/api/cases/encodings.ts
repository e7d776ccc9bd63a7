import { expect } from 'vitest';
import type { Contract } from '../contract.ts';
import { configMap, deployment, pod } from '../objects.ts';
import type { ApiObject } from '../subject.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const TABLE = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const PARTIAL = { Accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const PARTIAL_LIST = { Accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: ApiObject }[];
}

/** How answers are written: Tables, metadata only, headers. */
export function describeEncodings(contract: Contract): void {
  contract.case('a list as a Table has the columns that people see', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v', l: 'w' }));
    const { object, headers } = await api.get(MAPS, { headers: TABLE });
    expect(headers['content-type']).toBe('application/json');
    expect(object).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: expect.any(String) },
    });
    const { columnDefinitions, rows } = object as unknown as Table;
    expect(columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.cells.slice(0, 2)).toEqual(['a', 2]);
    expect(rows[0]?.object).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a' },
    });
  });

  contract.case('an object as a Table is one row', async (api) => {
    await api.created(`${CORE}/pods`, pod('a'));
    const { columnDefinitions, rows } = (await api.get(`${CORE}/pods/a`, { headers: TABLE }))
      .object as unknown as Table;
    expect(columnDefinitions.map(({ name }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP',
      'Node',
      'Nominated Node',
      'Readiness Gates',
    ]);
    expect(rows[0]?.cells.slice(0, 4)).toEqual(['a', '0/1', 'Pending', '0']);
  });

  contract.case('a Deployment as a Table tells its readiness', async (api) => {
    await api.created('/apis/apps/v1/namespaces/{ns}/deployments', deployment('a', { replicas: 2 }));
    const { rows } = (await api.get('/apis/apps/v1/namespaces/{ns}/deployments', { headers: TABLE }))
      .object as unknown as Table;
    expect(rows[0]?.cells.slice(0, 4)).toEqual(['a', '0/2', 0, 0]);
  });

  contract.case('a Table leaves objects out when asked to', async (api) => {
    await api.created(MAPS, configMap('a'));
    const { object } = await api.get(`${MAPS}?includeObject=None`, { headers: TABLE });
    expect((object as unknown as Table).rows[0]?.object).toBeFalsy();
  });

  contract.case('a watch as a Table tells each change as one row', async (api) => {
    const watch = await api.watch(`${MAPS}?watch=true`, { headers: TABLE });
    await api.created(MAPS, configMap('a'));
    const { type, object } = await watch.next();
    expect(type).toBe('ADDED');
    expect(object.kind).toBe('Table');
    expect((object as unknown as Table).rows[0]?.cells[0]).toBe('a');
    watch.close();
  });

  contract.case('an object is given as its metadata only', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a', { k: 'v' }));
    expect((await api.get(`${MAPS}/a`, { headers: PARTIAL })).object).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
    });
  });

  contract.case('a list is given as its metadata only', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a', { k: 'v' }));
    const { object } = await api.get(MAPS, { headers: PARTIAL_LIST });
    expect(object).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    expect(object.items?.map((item) => item.metadata)).toEqual([metadata]);
    expect(object.items?.[0]?.data).toBeUndefined();
  });

  contract.case('a watch is given as metadata only', async (api) => {
    const watch = await api.watch(`${MAPS}?watch=true`, { headers: PARTIAL });
    await api.created(MAPS, configMap('a', { k: 'v' }));
    const { object } = await watch.next();
    expect(object.kind).toBe('PartialObjectMetadata');
    expect(object.data).toBeUndefined();
    watch.close();
  });

  contract.case('an unknown field is dropped with a warning for each', async (api) => {
    const answer = await api.post(`${MAPS}?fieldValidation=Warn`, { ...configMap('a'), horn: 1, tail: 2 });
    expect(answer.status).toBe(201);
    expect(answer.headers.warning).toBe('299 - "unknown field \\"horn\\"", 299 - "unknown field \\"tail\\""');
  });

  contract.case('an unknown field is dropped without a word when validation is off', async (api) => {
    const answer = await api.post(`${MAPS}?fieldValidation=Ignore`, { ...configMap('a'), horn: 1 });
    expect([answer.status, answer.headers.warning, answer.object.horn]).toEqual([201, undefined, undefined]);
  });

  contract.case('every answer has an audit id and may not be cached', async (api) => {
    const { headers } = await api.get(MAPS);
    expect(headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['cache-control']).toBe('no-cache, private');
  });

  contract.case('a long list is compressed for who takes it so', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v'.repeat(200_000) }));
    const { headers } = await api.get(MAPS, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers.vary).toBe('Accept-Encoding');
  });

  contract.case('any media type gets JSON', async (api) => {
    for (const Accept of ['*/*', 'application/*', 'text/html, */*;q=0.1'])
      expect((await api.get(MAPS, { headers: { Accept } })).headers['content-type']).toBe('application/json');
  });

  contract.case('the first media type that fits is given', async (api) => {
    const { headers } = await api.get(MAPS, { headers: { Accept: 'text/csv, application/yaml, application/json' } });
    expect(headers['content-type']).toBe('application/yaml');
  });

  contract.case('the server is healthy', async (api) => {
    for (const path of ['/healthz', '/readyz', '/livez']) {
      const answer = await api.get(path);
      expect([answer.status, answer.text]).toEqual([200, 'ok']);
    }
  });

  contract.case('the server tells its version', async (api) => {
    const { object } = await api.get('/version');
    expect(object).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\./) });
  });

  contract.case('a path below no group is a page that is not found', async (api) => {
    for (const path of ['/apis/unicorn.example.com/v1', '/apis/unicorn.example.com', '/nowhere']) {
      const answer = await api.get(path);
      expect([path, answer.status, answer.text]).toEqual([path, 404, '404 page not found\n']);
    }
  });
}
