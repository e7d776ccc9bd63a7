import type { KubeObject } from '../../src/domain/kube-object.ts';
import { ARGOCD, application, repositorySecret } from './argo-manifests.ts';
import { type EmbeddedWatch, type EmbeddedWatchOptions, startEmbeddedWatch } from './embedded-watch.ts';
import { configMap, kustomizationFile } from './flux-manifests.ts';

export const SESSION_MARK = 'reconcile-machine.dev/session';

/** Where it lies its destination says: two Applications must not make one object. */
export function placeless(name: string, value: string): string {
  return configMap(name, value).replace('  namespace: default\n', '');
}

/** A file of its own for each Application, and one that those of `onBase` share. */
export function applicationFiles(names: readonly string[], onBase: readonly string[] = names): Record<string, string> {
  return {
    'base/kustomization.yaml': kustomizationFile('settings.yaml'),
    'base/settings.yaml': placeless('settings', 'one'),
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/kustomization.yaml`, kustomizationFile(...(onBase.includes(name) ? ['../base'] : []), 'own.yaml')],
        [`${name}/own.yaml`, placeless(name, 'one')],
      ]),
    ),
  };
}

/** An Application of `oci://<host>/shop:dev` that makes its objects in the namespace of its name. */
export function shopApplication(
  name: string,
  host: string,
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject {
  const { source = {}, ...rest } = spec;
  return application(
    name,
    name,
    {
      source: { repoURL: `oci://${host}/shop`, ...(source as Record<string, unknown>) },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      ...rest,
    },
    metadata,
  );
}

export function namespaceNamed(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A watch with `--isolate` of Applications on one OCI artifact; `spec`: what each has besides. */
export function isolatingApplications(
  names: readonly string[],
  options: Partial<EmbeddedWatchOptions> & {
    readonly onBase?: readonly string[];
    readonly spec?: (name: string) => Record<string, unknown>;
    readonly more?: (host: string) => readonly KubeObject[];
  } = {},
): Promise<EmbeddedWatch> {
  const { onBase, spec = () => ({}), more = () => [], ...rest } = options;
  return startEmbeddedWatch({
    files: applicationFiles(names, onBase),
    argo: {},
    objects: (host) => [
      repositorySecret(`oci://${host}/shop`),
      ...names.map(namespaceNamed),
      ...names.map((name) => shopApplication(name, host, spec(name))),
      ...more(host),
    ],
    ...rest,
    watch: {
      isolate: 'on',
      full: { reason: 'initial', detail: 'a full reconcile was asked for at the start' },
      ...rest.watch,
    },
  });
}

export function applicationOf({ cluster }: Pick<EmbeddedWatch, 'cluster'>, name: string): KubeObject | undefined {
  return cluster.objects.get('Application', ARGOCD, name);
}

/** `targetRevision` of an Application. */
export function revisionOf(watch: Pick<EmbeddedWatch, 'cluster'>, name: string): unknown {
  return (applicationOf(watch, name)?.spec?.source as { targetRevision?: unknown } | undefined)?.targetRevision;
}

/** Spec, labels and annotations of every Application, and what Leases there are; requests are nobody's to take back. */
export function argoSpecs({ cluster }: Pick<EmbeddedWatch, 'cluster'>): Record<string, unknown> {
  const objects = [...cluster.objects.list('Application'), ...cluster.objects.list('Lease')];
  return Object.fromEntries(
    objects.map(({ kind, metadata, spec }) => [
      `${kind}/${metadata.namespace}/${metadata.name}`,
      kind === 'Lease' ? {} : { spec, labels: metadata.labels, annotations: withoutRequests(metadata.annotations) },
    ]),
  );
}

function withoutRequests(annotations: KubeObject['metadata']['annotations'] = {}): unknown {
  const requests = ['reconcile-machine.dev/requested-at', 'argocd.argoproj.io/refresh'];
  const others = Object.entries(annotations).filter(([name]) => !requests.includes(name));
  return others.length === 0 ? undefined : Object.fromEntries(others);
}
