import type { KubeObject } from '../../domain/kube-object.ts';
import { type ApiResource, splitApiVersion } from '../store/resource-registry.ts';
import type { FluxContext } from './flux-context.ts';

/** How objects of a kind that the cluster does not serve are taken: served from then on, or refused as a real server does. */
export type UnknownKinds = 'serve' | 'refuse';

/** Serves the kind of `object` from now on, under a plural that is guessed. */
export function serveKindOf(context: Pick<FluxContext, 'access'>, object: KubeObject): ApiResource {
  const { resources } = context.access.store;
  const { group, version } = splitApiVersion(object.apiVersion);
  const known = resources.byGroupKind(group, object.kind);
  const plural = `${object.kind
    .toLowerCase()
    .replace(/y$/, 'ie')
    .replace(/([sx])$/, '$1e')}s`;
  const served: ApiResource = {
    group,
    versions: [...(known?.versions ?? []), version],
    plural: known?.plural ?? plural,
    singular: object.kind.toLowerCase(),
    kind: object.kind,
    namespaced: known?.namespaced ?? object.metadata.namespace !== undefined,
    shortNames: known?.shortNames ?? [],
    categories: known?.categories ?? [],
    hasStatus: known?.hasStatus ?? true,
    hasGeneration: known?.hasGeneration ?? true,
  };
  resources.add(served);
  return served;
}
