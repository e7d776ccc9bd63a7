import { identityOf } from '../domain/diagnosis/applied-objects.ts';
import type { ObjectIdentity } from '../domain/inventory-id.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asText } from '../domain/object-fields.ts';
import type { DiagnoseContext } from './diagnose-context.ts';
import { WORKLOAD_RESOURCES } from './diagnose-resources.ts';

/** What a release has put into the cluster, by the labels that helm-controller puts on it: its status tells that only since Flux 2.8. */
export async function helmReleaseObjects(
  context: DiagnoseContext,
  { metadata, spec }: KubeObject,
): Promise<readonly ObjectIdentity[]> {
  const own = metadata.namespace ?? '';
  const namespace = asText(spec?.targetNamespace) ?? own;
  const labelSelector = `helm.toolkit.fluxcd.io/name=${metadata.name},helm.toolkit.fluxcd.io/namespace=${own}`;
  const lists = await Promise.all(
    WORKLOAD_RESOURCES.map((resource) => context.list(resource, { namespace, labelSelector })),
  );
  return lists.flat().map(identityOf);
}
