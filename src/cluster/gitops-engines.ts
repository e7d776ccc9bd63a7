import { ARGO_RESOURCES } from './argo-resources.ts';
import type { ServedResource, WantedResource } from './discovery.ts';
import { FLUX_RESOURCES } from './flux-resources.ts';

export type EngineName = 'flux' | 'argocd';

/** What the watch reads of whichever engine is there; one request a group and version finds out which. */
export const GITOPS_RESOURCES: readonly WantedResource[] = [...FLUX_RESOURCES, ...ARGO_RESOURCES];

const TARGET_KINDS: Readonly<Record<EngineName, string>> = { flux: 'Kustomization', argocd: 'Application' };

/** The engines whose targets the cluster serves: one, both, or none. */
export function enginesIn(served: readonly Pick<ServedResource, 'kind'>[]): readonly EngineName[] {
  const engines: readonly EngineName[] = ['flux', 'argocd'];
  return engines.filter((engine) => served.some(({ kind }) => kind === TARGET_KINDS[engine]));
}

/** Without them there is nothing to do. */
export function isTargetKind(kind: string): boolean {
  return Object.values(TARGET_KINDS).includes(kind);
}
