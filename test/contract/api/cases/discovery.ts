import { expect } from 'vitest';
import type { Api } from '../api.ts';
import type { Contract } from '../contract.ts';

const AGGREGATED = { Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

interface Resource {
  readonly name: string;
  readonly [field: string]: unknown;
}

interface GroupDiscovery {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly { readonly version: string; readonly resources: readonly AggregatedResource[] }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly [field: string]: unknown;
}

async function resource(api: Api, path: string, name: string): Promise<Resource | undefined> {
  const { resources } = (await api.read(path)) as unknown as { readonly resources: readonly Resource[] };
  return resources.find((entry) => entry.name === name);
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const storageVersionHash = expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/);

/** Kinds in use: the group's path and the entry. */
const RESOURCES: readonly (readonly [path: string, entry: Resource])[] = [
  [
    '/api/v1',
    {
      name: 'configmaps',
      singularName: 'configmap',
      namespaced: true,
      kind: 'ConfigMap',
      verbs: VERBS,
      shortNames: ['cm'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: VERBS, storageVersionHash },
  ],
  [
    '/api/v1',
    {
      name: 'namespaces',
      singularName: 'namespace',
      namespaced: false,
      kind: 'Namespace',
      verbs: VERBS.filter((verb) => verb !== 'deletecollection'),
      shortNames: ['ns'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    {
      name: 'pods',
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      verbs: VERBS,
      shortNames: ['po'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  ['/api/v1', { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] }],
  [
    '/api/v1',
    { name: 'pods/status', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  [
    '/api/v1',
    {
      name: 'events',
      singularName: 'event',
      namespaced: true,
      kind: 'Event',
      verbs: VERBS,
      shortNames: ['ev'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    {
      name: 'persistentvolumeclaims',
      singularName: 'persistentvolumeclaim',
      namespaced: true,
      kind: 'PersistentVolumeClaim',
      verbs: VERBS,
      shortNames: ['pvc'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    {
      name: 'serviceaccounts',
      singularName: 'serviceaccount',
      namespaced: true,
      kind: 'ServiceAccount',
      verbs: VERBS,
      shortNames: ['sa'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    {
      name: 'services',
      singularName: 'service',
      namespaced: true,
      kind: 'Service',
      verbs: VERBS,
      shortNames: ['svc'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/api/v1',
    {
      name: 'nodes',
      singularName: 'node',
      namespaced: false,
      kind: 'Node',
      verbs: VERBS,
      shortNames: ['no'],
      storageVersionHash,
    },
  ],
  [
    '/apis/apps/v1',
    {
      name: 'deployments',
      singularName: 'deployment',
      namespaced: true,
      kind: 'Deployment',
      verbs: VERBS,
      shortNames: ['deploy'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/apis/apps/v1',
    {
      name: 'deployments/status',
      singularName: '',
      namespaced: true,
      kind: 'Deployment',
      verbs: ['get', 'patch', 'update'],
    },
  ],
  [
    '/apis/apps/v1',
    {
      name: 'deployments/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    },
  ],
  [
    '/apis/apps/v1',
    {
      name: 'replicasets',
      singularName: 'replicaset',
      namespaced: true,
      kind: 'ReplicaSet',
      verbs: VERBS,
      shortNames: ['rs'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/apis/apps/v1',
    {
      name: 'statefulsets',
      singularName: 'statefulset',
      namespaced: true,
      kind: 'StatefulSet',
      verbs: VERBS,
      shortNames: ['sts'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/apis/batch/v1',
    {
      name: 'jobs',
      singularName: 'job',
      namespaced: true,
      kind: 'Job',
      verbs: VERBS,
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/apis/batch/v1',
    {
      name: 'cronjobs',
      singularName: 'cronjob',
      namespaced: true,
      kind: 'CronJob',
      verbs: VERBS,
      shortNames: ['cj'],
      categories: ['all'],
      storageVersionHash,
    },
  ],
  [
    '/apis/coordination.k8s.io/v1',
    { name: 'leases', singularName: 'lease', namespaced: true, kind: 'Lease', verbs: VERBS, storageVersionHash },
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1',
    { name: 'roles', singularName: 'role', namespaced: true, kind: 'Role', verbs: VERBS, storageVersionHash },
  ],
  [
    '/apis/networking.k8s.io/v1',
    {
      name: 'ingresses',
      singularName: 'ingress',
      namespaced: true,
      kind: 'Ingress',
      verbs: VERBS,
      shortNames: ['ing'],
      storageVersionHash,
    },
  ],
  [
    '/apis/apiextensions.k8s.io/v1',
    {
      name: 'customresourcedefinitions',
      singularName: 'customresourcedefinition',
      namespaced: false,
      kind: 'CustomResourceDefinition',
      verbs: VERBS,
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      storageVersionHash,
    },
  ],
];

/** Discovery of the kinds in use, plain and aggregated. */
export function describeDiscovery(contract: Contract): void {
  for (const [path, entry] of RESOURCES) {
    contract.case(`${entry.name} are discovered below ${path}`, async (api) => {
      const found = await resource(api, path, entry.name);
      const verbs = [...((found?.verbs ?? []) as readonly string[])].sort();
      expect({ ...found, verbs }).toEqual(entry);
    });
  }

  contract.case('the core API has one version', async (api) => {
    expect(await api.read('/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });

  contract.case('the groups of the kinds in use are listed with their versions', async (api) => {
    const { groups } = (await api.read('/apis')) as unknown as {
      readonly groups: readonly { readonly name: string }[];
    };
    expect(groups).toContainEqual({
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
    const names = groups.map(({ name }) => name);
    const used = [
      'apps',
      'batch',
      'coordination.k8s.io',
      'rbac.authorization.k8s.io',
      'apiextensions.k8s.io',
      'stable.example.com',
    ];
    expect(names).toEqual(expect.arrayContaining(used));
  });

  contract.case('aggregated discovery tells the same in one document', async (api) => {
    const answer = await api.get('/apis', { headers: AGGREGATED });
    expect(answer.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const { items } = JSON.parse(answer.text) as { readonly items: readonly GroupDiscovery[] };
    const apps = items.find(({ metadata }) => metadata.name === 'apps');
    const deployments = apps?.versions[0]?.resources.find((entry) => entry.resource === 'deployments');
    expect(deployments).toMatchObject({
      // Empty where they are those of the group and version around.
      responseKind: { group: '', version: '', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      shortNames: ['deploy'],
      categories: ['all'],
    });
    const subresources = deployments?.subresources as readonly { readonly subresource: string }[];
    expect(subresources.map(({ subresource }) => subresource).sort()).toEqual(['scale', 'status']);
  });

  contract.case('aggregated discovery of a custom resource comes with the rest', async (api) => {
    const answer = await api.get('/apis', { headers: AGGREGATED });
    const { items } = JSON.parse(answer.text) as { readonly items: readonly GroupDiscovery[] };
    const stable = items.find(({ metadata }) => metadata.name === 'stable.example.com');
    expect(stable?.versions[0]?.resources).toMatchObject([
      {
        resource: 'crontabs',
        responseKind: { group: 'stable.example.com', version: 'v1', kind: 'CronTab' },
        scope: 'Namespaced',
        singularResource: 'crontab',
        shortNames: ['ct'],
        subresources: [{ subresource: 'status' }],
      },
    ]);
  });

  contract.case('aggregated discovery that has not changed is not sent again', async (api) => {
    const first = await api.get('/api', { headers: AGGREGATED });
    const again = await api.get('/api', { headers: { ...AGGREGATED, 'If-None-Match': first.headers.etag ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
  });
}
