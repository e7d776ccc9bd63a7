import type { WantedResource } from './discovery.ts';

const SOURCE_GROUP = 'source.toolkit.fluxcd.io';

/** What the watch reads of Flux: targets, their sources, and the generators that compose artifacts. */
export const FLUX_RESOURCES: readonly WantedResource[] = [
  { kind: 'Kustomization', group: 'kustomize.toolkit.fluxcd.io', versions: ['v1'], plural: 'kustomizations' },
  { kind: 'OCIRepository', group: SOURCE_GROUP, versions: ['v1', 'v1beta2'], plural: 'ocirepositories' },
  { kind: 'GitRepository', group: SOURCE_GROUP, versions: ['v1'], plural: 'gitrepositories' },
  { kind: 'Bucket', group: SOURCE_GROUP, versions: ['v1', 'v1beta2'], plural: 'buckets' },
  { kind: 'ExternalArtifact', group: SOURCE_GROUP, versions: ['v1'], plural: 'externalartifacts' },
  {
    kind: 'ArtifactGenerator',
    group: 'source.extensions.fluxcd.io',
    versions: ['v1', 'v1beta1'],
    plural: 'artifactgenerators',
  },
  {
    kind: 'HelmRelease',
    group: 'helm.toolkit.fluxcd.io',
    versions: ['v2', 'v2beta2', 'v2beta1'],
    plural: 'helmreleases',
  },
];
