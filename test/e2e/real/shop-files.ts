/** A ConfigMap as a file; Flux gives it its namespace (`targetNamespace`). */
export function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${JSON.stringify(value)}\n`;
}

/** A kustomization file that lists these resources. */
export function kustomizationFile(...resources: readonly string[]): string {
  return `resources:\n${resources.map((resource) => `- ${resource}\n`).join('')}`;
}

/** blog and web read `base`, each under a name of its own, and web waits for blog; docs and jobs stand alone. */
export const SHOP_TARGETS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  blog: {},
  docs: {},
  jobs: {},
  web: { dependsOn: [{ name: 'blog' }] },
};

/** The ConfigMaps of the shop: `blog`, `blog-settings`, `docs`, `jobs`, `jobs-size`, `web`, `web-settings`; each says `one`. */
export const SHOP_FILES: Readonly<Record<string, string>> = {
  'kustomization.yaml': kustomizationFile('blog', 'docs', 'jobs', 'web'),
  'base/kustomization.yaml': kustomizationFile('settings.yaml'),
  'base/settings.yaml': configMap('settings', 'one'),
  ...readerOfBase('blog'),
  ...readerOfBase('web'),
  'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
  'docs/docs.yaml': configMap('docs', 'one'),
  'jobs/kustomization.yaml': kustomizationFile('jobs.yaml', 'size.yaml'),
  'jobs/jobs.yaml': configMap('jobs', 'one'),
  'jobs/size.yaml': configMap('jobs-size', 'one'),
};

function readerOfBase(name: string): Record<string, string> {
  return {
    [`${name}/kustomization.yaml`]: kustomizationFile(`${name}.yaml`, 'settings'),
    [`${name}/${name}.yaml`]: configMap(name, 'one'),
    [`${name}/settings/kustomization.yaml`]: `namePrefix: ${name}-\n${kustomizationFile('../../base')}`,
  };
}

/** A Deployment as a file. The API server refuses it when `selector` is not its own name. */
export function deployment(name: string, { selector = name }: { readonly selector?: string } = {}): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: selector } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'example.invalid/app' }] } },
    },
  });
}
