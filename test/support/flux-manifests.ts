import type { KubeObject } from '../../src/domain/kube-object.ts';

export const NAMESPACE = 'flux-system';

/** A ConfigMap as a file: what most tests edit. */
export function configMap(name: string, value: string, namespace = 'default'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  value: ${JSON.stringify(value)}\n`;
}

/** A kustomization file that lists these resources. */
export function kustomizationFile(...resources: string[]): string {
  return `resources:\n${resources.map((resource) => `- ${resource}\n`).join('')}`;
}

/** A Flux Kustomization on OCIRepository/flux-system/shop, its path being its name. */
export function kustomization(name: string, spec: Record<string, unknown> = {}, namespace = NAMESPACE): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: {
      interval: '10m',
      prune: true,
      timeout: '1m',
      path: `./${name}`,
      sourceRef: { kind: 'OCIRepository', name: 'shop', namespace: NAMESPACE },
      ...spec,
    },
  };
}

export function ociRepository(name: string, registryHost: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name, namespace: NAMESPACE },
    spec: { interval: '10m', url: `oci://${registryHost}/${name}`, insecure: true, ref: { tag: 'latest' } },
  };
}
