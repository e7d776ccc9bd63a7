import { expect } from 'vitest';
import { type Api, MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { storageVersionHash } from '../discovered-resources.ts';
import { eventually } from '../eventually.ts';
import { CRONTAB_SCHEMA, crontab, DEFINITIONS, definition, OWN_CRONTABS, OWN_GROUP } from '../objects.ts';
import type { ApiObject } from '../subject.ts';

const DEFINITION = `${DEFINITIONS}/crontabs.${OWN_GROUP}`;
const TABLE = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

interface DefinitionStatus {
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  readonly acceptedNames: object;
  readonly storedVersions: readonly string[];
}

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: ApiObject }[];
}

function own(name: string, spec?: object): object {
  return crontab(name, spec, {}, OWN_GROUP);
}

function version(name: string, more: object): object {
  return { name, served: true, storage: false, schema: { openAPIV3Schema: CRONTAB_SCHEMA }, ...more };
}

async function conditionsOf(api: Api): Promise<DefinitionStatus> {
  return (await api.read(DEFINITION)).status as DefinitionStatus;
}

/** The life of a definition and of what it defines. */
export function describeDefinitions(contract: Contract): void {
  contract.case('a definition is accepted and established', async (api) => {
    await api.created(DEFINITIONS, definition());
    const status = await conditionsOf(api);
    expect(status).toMatchObject({
      acceptedNames: {
        plural: 'crontabs',
        singular: 'crontab',
        kind: 'CronTab',
        listKind: 'CronTabList',
        shortNames: ['ct'],
      },
      storedVersions: ['v1'],
    });
    expect(status.conditions.map(({ type, status: is, reason }) => [type, is, reason])).toEqual([
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ]);
  });

  contract.case('a definition gets its defaults', async (api) => {
    const made = await api.created(DEFINITIONS, definition({}, { names: { plural: 'crontabs', kind: 'CronTab' } }));
    expect(made.spec).toMatchObject({
      conversion: { strategy: 'None' },
      names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', listKind: 'CronTabList' },
    });
    expect(made.metadata.generation).toBe(1);
  });

  contract.case('a defined resource is discovered', async (api) => {
    await api.created(
      DEFINITIONS,
      definition({}, { names: { plural: 'crontabs', kind: 'CronTab', shortNames: ['ct'], categories: ['all'] } }),
    );
    const list = await api.read(`/apis/${OWN_GROUP}/v1`);
    expect(list).toMatchObject({ kind: 'APIResourceList', groupVersion: `${api.ns}.example.com/v1` });
    expect(list.resources).toEqual([
      {
        name: 'crontabs',
        singularName: 'crontab',
        namespaced: true,
        kind: 'CronTab',
        verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
        shortNames: ['ct'],
        categories: ['all'],
        storageVersionHash: storageVersionHash(api.filled(OWN_GROUP), 'v1', 'CronTab'),
      },
      {
        name: 'crontabs/status',
        singularName: '',
        namespaced: true,
        kind: 'CronTab',
        verbs: ['get', 'patch', 'update'],
      },
    ]);
    expect(await api.read(`/apis/${OWN_GROUP}`)).toMatchObject({
      kind: 'APIGroup',
      name: `${api.ns}.example.com`,
      versions: [{ groupVersion: `${api.ns}.example.com/v1`, version: 'v1' }],
      preferredVersion: { version: 'v1' },
    });
  });

  contract.case('a cluster-scoped custom resource has no namespace', async (api) => {
    await api.created(DEFINITIONS, definition({}, { scope: 'Cluster' }));
    const made = await api.created(`/apis/${OWN_GROUP}/v1/crontabs`, own('a'));
    expect(made.metadata.namespace).toBeUndefined();
    expect((await api.get(OWN_CRONTABS)).status).toBe(404);
  });

  contract.case('a group that nobody defined is a page that is not found', async (api) => {
    const answer = await api.get(OWN_CRONTABS);
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  contract.case('a version that is not served is a page that is not found', async (api) => {
    const answer = await api.get('/apis/stable.example.com/v2/namespaces/{ns}/crontabs');
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
  });

  contract.case('printer columns are the columns of a Table', async (api) => {
    const additionalPrinterColumns = [
      { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule' },
      { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    ];
    await api.created(DEFINITIONS, definition({ additionalPrinterColumns }));
    await api.created(OWN_CRONTABS, own('a'));
    const { object } = await api.get(OWN_CRONTABS, { headers: TABLE });
    const { columnDefinitions, rows } = object as unknown as Table;
    expect(columnDefinitions.map(({ name, priority }) => [name, priority])).toEqual([
      ['Name', 0],
      ['Schedule', 0],
      ['Replicas', 1],
      ['Phase', 0],
    ]);
    expect(rows.map(({ cells }) => cells)).toEqual([['a', '* *', 1, null]]);
  });

  contract.case('a second version shows the same objects', async (api) => {
    await api.created(DEFINITIONS, definition());
    const made = await api.created(OWN_CRONTABS, own('a'));
    const { object } = await api.get(DEFINITION);
    const { versions } = object.spec as { readonly versions: readonly object[] };
    const added = await api.patch(DEFINITION, MERGE_PATCH, {
      spec: { versions: [...versions, version('v2', { subresources: { status: {} } })] },
    });
    expect(added.status).toBe(200);
    await api.served(added.object.metadata.name);
    const path = `/apis/${OWN_GROUP}/v2/namespaces/{ns}/crontabs/a`;
    expect(await api.read(path)).toMatchObject({
      apiVersion: `${api.ns}.example.com/v2`,
      metadata: { uid: made.metadata.uid },
    });
    const changed = await api.patch(path, MERGE_PATCH, { spec: { replicas: 5 } });
    expect(changed.object.apiVersion).toBe(`${api.ns}.example.com/v2`);
    expect((await api.read(`${OWN_CRONTABS}/a`)).spec).toMatchObject({ replicas: 5 });
  });

  contract.case('a version that is no longer served is not found', async (api) => {
    const versions = [version('v1', { storage: true }), version('v2', {})];
    const { metadata } = await api.created(DEFINITIONS, definition({}, { versions }));
    await api.served(metadata.name);
    await api.patch(DEFINITION, MERGE_PATCH, { spec: { versions: [versions[0], version('v2', { served: false })] } });
    const path = `/apis/${OWN_GROUP}/v2/namespaces/{ns}/crontabs`;
    await eventually(async () => (await api.get(path)).status === 404, `${path} not to be served`);
    // The real server sets its storage up anew meanwhile: 429.
    await eventually(async () => (await api.get(OWN_CRONTABS)).status === 200, 'the first version to be served');
  });

  contract.case('a changed schema counts for the next write', async (api) => {
    await api.created(DEFINITIONS, definition());
    await api.created(OWN_CRONTABS, own('a'));
    const openAPIV3Schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { color: { type: 'string' } } } },
    };
    await api.patch(DEFINITION, MERGE_PATCH, {
      spec: { versions: [version('v1', { storage: true, schema: { openAPIV3Schema } })] },
    });
    const path = `${OWN_CRONTABS}?dryRun=All`;
    await eventually(
      async () => (await api.post(path, own('b', { color: 'red' }))).status === 201,
      'the new schema to count',
    );
    const made = await api.created(OWN_CRONTABS, own('b', { color: 'red', schedule: '*' }));
    expect(made.spec).toEqual({ color: 'red' });
  });

  contract.case('a deleted definition takes its objects and its path with it', async (api) => {
    await api.created(DEFINITIONS, definition());
    await api.created(OWN_CRONTABS, own('a'));
    const answer = await api.delete(DEFINITION);
    expect(answer.status).toBe(200);
    await eventually(async () => (await api.get(DEFINITION)).status === 404, 'the definition to be gone');
    await eventually(async () => (await api.get(OWN_CRONTABS)).status === 404, 'the path to be gone');
    await api.created(DEFINITIONS, definition());
    expect((await api.read(OWN_CRONTABS)).items).toEqual([]);
  });
}
