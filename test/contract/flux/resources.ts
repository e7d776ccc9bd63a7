import type { ApiResource } from '../../../src/cluster/resource.ts';

interface KnownResource extends ApiResource {
  readonly isCluster?: true;
}

const SOURCE = { group: 'source.toolkit.fluxcd.io', version: 'v1' };
const CORE = { group: '', version: 'v1' };

const RESOURCES: Readonly<Record<string, KnownResource>> = {
  Kustomization: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' },
  OCIRepository: { ...SOURCE, plural: 'ocirepositories' },
  GitRepository: { ...SOURCE, plural: 'gitrepositories' },
  ConfigMap: { ...CORE, plural: 'configmaps' },
  Secret: { ...CORE, plural: 'secrets' },
  Service: { ...CORE, plural: 'services' },
  Event: { ...CORE, plural: 'events' },
  Namespace: { ...CORE, plural: 'namespaces', isCluster: true },
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  Job: { group: 'batch', version: 'v1', plural: 'jobs' },
};

/** How the kinds of this suite are addressed. */
export function resourceFor(kind: string): KnownResource {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`expected one of ${Object.keys(RESOURCES).join(', ')}, found ${kind}`);
  return resource;
}
