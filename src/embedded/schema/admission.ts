import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { WriteOptions } from '../store/write-options.ts';

/**
 * The object as it is stored: unknown fields dropped, defaults set. Throws 422 Invalid or 400 BadRequest as the real server does.
 * Called with the whole object before each create and update; `before` is undefined on create.
 */
export function admitted(
  _resource: ApiResource,
  object: KubeObject,
  _before: KubeObject | undefined,
  _options: WriteOptions,
): KubeObject {
  return object;
}
