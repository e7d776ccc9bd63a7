import type { WantedResource } from './discovery.ts';

/** What the watch reads of Argo CD: the Applications alone. What an ApplicationSet makes says so itself. */
export const ARGO_RESOURCES: readonly WantedResource[] = [
  { kind: 'Application', group: 'argoproj.io', versions: ['v1alpha1'], plural: 'applications' },
];
