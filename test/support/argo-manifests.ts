import type { KubeObject } from '../../src/domain/kube-object.ts';

export const ARGOCD = 'argocd';
export const SHOP_SOURCE = 'OCISource//oci://registry.example/shop:dev';

/** An Application in argocd that reads `path` of oci://registry.example/shop:dev with automated sync, unless `spec` or `metadata` say otherwise. */
export function application(
  name: string,
  path: string,
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject {
  const { source = {}, ...rest } = spec;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: ARGOCD, ...metadata },
    spec: {
      project: 'default',
      source: {
        repoURL: 'oci://registry.example/shop',
        targetRevision: 'dev',
        path,
        ...(source as Record<string, unknown>),
      },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
      ...rest,
    },
  };
}

/** How Argo CD gets to a registry that speaks plain HTTP. */
export function repositorySecret(url: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'registry', namespace: ARGOCD, labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    stringData: { type: 'oci', url, insecureOCIForceHttp: 'true' },
  };
}
