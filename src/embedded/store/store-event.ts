import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from './resource-registry.ts';

/**
 * One change of one object. `object` is the state after it; for DELETED it is the last stored state under the deletion's
 * revision, as watchers get it.
 */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ApiResource;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
}
