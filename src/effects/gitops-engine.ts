import { ARGO_RESOURCES } from '../cluster/argo-resources.ts';
import type { WantedResource } from '../cluster/discovery.ts';
import { FLUX_RESOURCES } from '../cluster/flux-resources.ts';
import type { ObjectReference } from '../cluster/resource.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { type ApplicationRequestOptions, applicationRequest } from './ask-argo.ts';
import { objectReference, requestAnnotation } from './ask-flux.ts';

/** What a run needs to know of the engine that does the work in the cluster. Both may be there at once: each has its own kinds. */
export interface GitOpsEngine {
  readonly name: 'flux' | 'argocd';
  /** What is watched of it. */
  readonly resources: readonly WantedResource[];
  /** Kinds of targets that `reconcile` asks. */
  readonly targetKinds: readonly string[];
  /** The one request that has `id` reconciled now: a merge patch of the object itself. `live`: the object as it was last seen. */
  request(
    id: ObjectId,
    live: KubeObject | undefined,
    token: string,
  ): { readonly reference: ObjectReference; readonly patch: unknown };
}

export const FLUX_ENGINE: GitOpsEngine = {
  name: 'flux',
  resources: FLUX_RESOURCES,
  targetKinds: ['Kustomization'],
  request: (id, live, token) => ({
    reference: objectReference(id, live),
    patch: { metadata: { annotations: requestAnnotation(token) } },
  }),
};

export function argoEngine(options: ApplicationRequestOptions): GitOpsEngine {
  return {
    name: 'argocd',
    resources: ARGO_RESOURCES,
    targetKinds: ['Application'],
    request: (id, live, token) => ({
      reference: objectReference(id, live),
      patch: applicationRequest(live, token, options),
    }),
  };
}

/** The engine whose kind the object is. */
export function engineOf(id: ObjectId, engines: readonly GitOpsEngine[]): GitOpsEngine {
  const { kind } = parseObjectId(id);
  const found = engines.find(({ resources }) => resources.some((resource) => resource.kind === kind));
  if (found === undefined) throw new Error(`no engine reconciles ${id}`);
  return found;
}
