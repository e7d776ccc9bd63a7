import type { KubeObject } from './kube-object.ts';
import type { RelativePath } from './paths.ts';

/** An object as read from the cluster, or from the manifest `definedIn`. */
export interface DefiningObject {
  readonly object: KubeObject;
  readonly definedIn?: RelativePath;
}
