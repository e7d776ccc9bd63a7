import type { KubeObject } from '../kube-object.ts';

/** True for an Application of Argo CD. */
export function isApplication(object: Pick<KubeObject, 'kind' | 'apiVersion'>): boolean {
  return object.kind === 'Application' && String(object.apiVersion).startsWith('argoproj.io/');
}
