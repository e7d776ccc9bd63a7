import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from './resource-registry.ts';
import type { WriteOptions } from './write-options.ts';

/**
 * `metadata.managedFields` after a write that is no server-side apply: what differs from `before` now belongs to the writer, as
 * an `Update` entry. Returns the object with them. `before` is undefined on create.
 */
export function withUpdatedManagers(
  _resource: ApiResource,
  after: KubeObject,
  _before: KubeObject | undefined,
  _options: WriteOptions,
  _nowMs: number,
): KubeObject {
  return after;
}
