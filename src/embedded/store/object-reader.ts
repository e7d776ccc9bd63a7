import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource, ResourceRegistry } from './resource-registry.ts';

/** What the rules of a write may look up of the rest of the cluster. */
export interface ObjectReader {
  readonly resources: ResourceRegistry;
  read(resource: ApiResource, namespace: string, name: string): KubeObject | undefined;
}
