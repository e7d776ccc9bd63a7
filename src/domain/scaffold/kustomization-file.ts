/** A kustomization file that lists these. */
export function kustomizationFile(resources: readonly string[]): string {
  const lines = resources.map((resource) => `  - ${resource}\n`).join('');
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${lines}`;
}
