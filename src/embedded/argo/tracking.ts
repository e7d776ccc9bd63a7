import { INSTANCE_LABEL, TRACKING_ID } from '../../domain/argo/annotations.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { splitApiVersion } from '../store/resource-registry.ts';
import type { ArgoContext } from './argo-context.ts';

/** `object` marked as made by the Application `instance`; `namespace` is where it lies, or would lie. */
export function withTracking(
  { tracking }: Pick<ArgoContext, 'tracking'>,
  instance: string,
  object: KubeObject,
  namespace: string,
): KubeObject {
  const { annotations, labels } = object.metadata;
  const { group } = splitApiVersion(object.apiVersion);
  const id = `${instance}:${group}/${object.kind}:${namespace}/${object.metadata.name}`;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(tracking === 'label' ? {} : { annotations: { ...annotations, [TRACKING_ID]: id } }),
      ...(tracking === 'annotation' ? {} : { labels: { ...labels, [INSTANCE_LABEL]: instance } }),
    },
  };
}

/** The instance name of the Application that made the object. A tracking id that was copied from another object does not count. */
export function ownerOf({ tracking }: Pick<ArgoContext, 'tracking'>, object: KubeObject): string | undefined {
  const { annotations, labels, name, namespace } = object.metadata;
  if (tracking === 'label') return labels?.[INSTANCE_LABEL];
  const [instance, groupKind, place] = annotations?.[TRACKING_ID]?.split(':') ?? [];
  if (instance === undefined || instance === '') return undefined;
  const { group } = splitApiVersion(object.apiVersion);
  const isSelf = groupKind === `${group}/${object.kind}` && place?.split('/')[1] === name;
  const isHere = namespace === undefined || place?.split('/')[0] === namespace;
  return isSelf && isHere ? instance : undefined;
}
