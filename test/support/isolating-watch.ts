import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type EmbeddedWatch, type EmbeddedWatchOptions, startEmbeddedWatch } from './embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from './flux-manifests.ts';

/** A watch with `--isolate`, unless `options.watch` says otherwise. */
export function isolating(options: EmbeddedWatchOptions): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    ...options,
    watch: {
      isolate: 'on',
      full: { reason: 'initial', detail: 'a full reconcile was asked for at the start' },
      ...options.watch,
    },
  });
}

export const FEW = ['a', 'b', 'c'];

/** A file of its own for each target, and one they share. */
export function filesOf(names: readonly string[], onBase: readonly string[] = names): Record<string, string> {
  return {
    'base/kustomization.yaml': kustomizationFile('settings.yaml'),
    'base/settings.yaml': configMap('settings', 'one'),
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/kustomization.yaml`, kustomizationFile(...(onBase.includes(name) ? ['../base'] : []), 'own.yaml')],
        [`${name}/own.yaml`, configMap(name, 'one')],
      ]),
    ),
  };
}

/** Three targets on one source; `specs`: what they have besides. */
export function few(
  specs: Readonly<Record<string, Record<string, unknown>>> = {},
  options: Partial<EmbeddedWatchOptions> = {},
): Promise<EmbeddedWatch> {
  return isolating({ files: filesOf(FEW), objects: FEW.map((name) => kustomization(name, specs[name])), ...options });
}

/** Which source a target reads, by its name. */
export function sourceOf(watch: EmbeddedWatch, name: string): unknown {
  const ref = watch.cluster.objects.get('Kustomization', NAMESPACE, name)?.spec?.sourceRef;
  return (ref as { name?: unknown } | undefined)?.name;
}

/** Spec, labels and annotations of every Flux object and Lease, by kind and name; requests are nobody's to take back. */
export function specsOf(watch: Pick<EmbeddedWatch, 'cluster'>): Record<string, unknown> {
  const objects = ['Kustomization', 'OCIRepository', 'Lease'].flatMap((kind) => watch.cluster.objects.list(kind));
  return Object.fromEntries(
    objects.map(({ kind, metadata, spec }) => [
      `${kind}/${metadata.namespace}/${metadata.name}`,
      { spec, labels: metadata.labels, annotations: withoutRequests(metadata.annotations) },
    ]),
  );
}

function withoutRequests(annotations: KubeObject['metadata']['annotations']): unknown {
  if (annotations === undefined) return undefined;
  const { 'reconcile.fluxcd.io/requestedAt': _, ...others } = annotations;
  return Object.keys(others).length === 0 ? undefined : others;
}

/** How often Flux has run each Kustomization since `before`. */
export function runsSince(watch: EmbeddedWatch, before: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(watch.flux.stats.runs).flatMap(([id, count]) => {
      const more = count - (before[id] ?? 0);
      return id.startsWith('Kustomization/') && more > 0 ? [[id.split('/').at(-1) ?? '', more] as const] : [];
    }),
  );
}
