import { describe, expect, test } from 'vitest';
import { application, repositorySecret } from '../support/argo-manifests.ts';
import { type EmbeddedWatch, type EmbeddedWatchOptions, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomizationFile } from '../support/flux-manifests.ts';

/** cart is a chart with values from outside of its directory and a dependency beside it; docs is built by kustomize. */
const FILES = {
  'charts/cart/Chart.yaml':
    'apiVersion: v2\nname: cart\nversion: 1.0.0\ndependencies:\n  - name: shared\n    version: 1.0.0\n    repository: file://../shared\n',
  'charts/cart/values.yaml': 'replicas: 1\n',
  'charts/cart/templates/deployment.yaml': 'replicas: {{ .Values.replicas }}\n',
  'charts/shared/Chart.yaml': 'apiVersion: v2\nname: shared\nversion: 1.0.0\n',
  'charts/shared/templates/_names.tpl': '{{ define "shared.name" }}one{{ end }}\n',
  'environments/kustomization.yaml': kustomizationFile(),
  'environments/dev/values.yaml': 'replicas: 2\n',
  'environments/prod/values.yaml': 'replicas: 3\n',
  'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
  'docs/docs.yaml': configMap('docs', 'one'),
};

function shopWithChart(options: Partial<EmbeddedWatchOptions> = {}): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: FILES,
    argo: {},
    objects: (host) => {
      const repoURL = `oci://${host}/shop`;
      const helm = { valueFiles: ['values.yaml', '../../environments/dev/values.yaml'] };
      return [
        repositorySecret(repoURL),
        application('cart', 'charts/cart', { source: { repoURL, helm } }),
        application('docs', 'docs', { source: { repoURL } }),
      ];
    },
    ...options,
  });
}

describe('an Application whose source is a chart in the repository', () => {
  test.each([
    ['a template', 'charts/cart/templates/deployment.yaml', 'replicas: {{ .Values.replicas | int }}\n'],
    ['its own values', 'charts/cart/values.yaml', 'replicas: 4\n'],
    ['values from outside of the chart', 'environments/dev/values.yaml', 'replicas: 5\n'],
    ['a chart that it depends on', 'charts/shared/templates/_names.tpl', '{{ define "shared.name" }}two{{ end }}\n'],
  ])('is asked alone when %s is saved, and waited for', async (_, path, text) => {
    const watch = await shopWithChart();
    const cycle = await watch.edit(() => watch.write(path, text));
    expect(cycle).toMatchObject({ asked: ['cart'], pushes: 1, full: false });
    expect(cycle.text).toContain('1 ready in');
  });

  test('is not asked when another one alone is concerned', async () => {
    const watch = await shopWithChart();
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(cycle).toMatchObject({ asked: ['docs'], pushes: 1, full: false });
  });

  test('is told as failed with the words of Argo CD, and the next save mends it', async () => {
    const fails = { now: false };
    const fail = (stage: string, { metadata }: { metadata: { name: string } }) =>
      fails.now && stage === 'manifests' && metadata.name === 'cart'
        ? 'helm template failed: nil pointer evaluating .Values.image'
        : undefined;
    const watch = await shopWithChart({ argo: { fail } });
    fails.now = true;
    const cycle = await watch.edit(() => watch.write('charts/cart/values.yaml', 'replicas: 4\n'));
    expect(cycle.text).toContain('nil pointer evaluating .Values.image');
    fails.now = false;
    const mended = await watch.edit(() => watch.write('charts/cart/values.yaml', 'replicas: 5\n'));
    expect(mended.text).toContain('1 ready in');
  });

  test('has what it reads in an artifact of its own when it is isolated', async () => {
    const watch = await shopWithChart({ watch: { isolate: 'on' } });
    const cycle = await watch.edit(() => watch.write('environments/dev/values.yaml', 'replicas: 5\n'));
    expect(cycle).toMatchObject({ asked: ['cart'], pushes: 1 });
    expect(cycle.text).toContain('Application argocd/cart has artifacts of its own');
  });
});
