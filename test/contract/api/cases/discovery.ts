import { expect } from 'vitest';
import type { Api } from '../api.ts';
import type { Contract } from '../contract.ts';
import { DISCOVERED, type Resource } from '../discovered-resources.ts';

const AGGREGATED = { Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

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

/** Discovery of the kinds in use, plain and aggregated. */
export function describeDiscovery(contract: Contract): void {
  for (const [path, entry] of DISCOVERED) {
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
