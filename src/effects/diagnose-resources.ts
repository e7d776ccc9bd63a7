import type { WantedResource } from '../cluster/discovery.ts';
import { FLUX_RESOURCES } from '../cluster/flux-resources.ts';

const SOURCE_GROUP = 'source.toolkit.fluxcd.io';

/** What a diagnosis reads of the engines: all that may hold something up. */
export const ENGINE_RESOURCES: readonly WantedResource[] = [
  ...FLUX_RESOURCES,
  { kind: 'HelmRepository', group: SOURCE_GROUP, versions: ['v1', 'v1beta2'], plural: 'helmrepositories' },
  { kind: 'HelmChart', group: SOURCE_GROUP, versions: ['v1', 'v1beta2'], plural: 'helmcharts' },
  { kind: 'FluxInstance', group: 'fluxcd.controlplane.io', versions: ['v1'], plural: 'fluxinstances' },
  { kind: 'Application', group: 'argoproj.io', versions: ['v1alpha1'], plural: 'applications' },
];

/** The workloads whose own status tells what is missing. */
export const WORKLOAD_RESOURCES = [
  { kind: 'Deployment', group: 'apps', version: 'v1', plural: 'deployments' },
  { kind: 'StatefulSet', group: 'apps', version: 'v1', plural: 'statefulsets' },
  { kind: 'DaemonSet', group: 'apps', version: 'v1', plural: 'daemonsets' },
  { kind: 'ReplicaSet', group: 'apps', version: 'v1', plural: 'replicasets' },
  { kind: 'Job', group: 'batch', version: 'v1', plural: 'jobs' },
  { kind: 'CronJob', group: 'batch', version: 'v1', plural: 'cronjobs' },
  { kind: 'PersistentVolumeClaim', group: '', version: 'v1', plural: 'persistentvolumeclaims' },
] as const;

export const PODS = { kind: 'Pod', group: '', version: 'v1', plural: 'pods' } as const;
export const EVENTS = { kind: 'Event', group: '', version: 'v1', plural: 'events' } as const;
