import type { KubeObject } from '../../domain/kube-object.ts';
import { withFinalizers } from './deletion.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';

const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  PersistentVolume: 'kubernetes.io/pv-protection',
};

/** What keeps a claim or a volume while it is in use; undefined for all other kinds. */
export function volumeFinalizer({ group, kind }: ApiResource): string | undefined {
  return group === '' ? FINALIZERS[kind] : undefined;
}

/** A new claim or volume with the finalizer that keeps it while it is in use. */
export function protectedVolume(resource: ApiResource, object: KubeObject): KubeObject {
  const finalizer = volumeFinalizer(resource);
  if (finalizer === undefined || finalizersOf(object).includes(finalizer)) return object;
  return withFinalizers(object, [...finalizersOf(object), finalizer]);
}
