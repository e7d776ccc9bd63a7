import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject } from '../json-value.ts';
import { withFinalizers } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';
import { volumeFinalizer } from './volume-finalizers.ts';

/** Stands for the controllers that let a claim go when no Pod mounts it, and a volume when it is not bound. */
export function releaseVolumes(store: ObjectStore): void {
  store.subscribe(({ type, resource, object }) => {
    if (resource.group !== '') return;
    if (resource.kind === 'Pod') {
      const claims = store.resources.byGroupKind('', 'PersistentVolumeClaim');
      const { namespace = '' } = object.metadata;
      if (claims === undefined || (type !== 'DELETED' && !hasEnded(object))) return;
      for (const name of claimsOf(object)) release(store, claims, store.read(claims, namespace, name));
    } else if (volumeFinalizer(resource) !== undefined && type !== 'DELETED') {
      release(store, resource, store.read(resource, object.metadata.namespace ?? '', object.metadata.name));
    }
  });
}

function release(store: ObjectStore, resource: ApiResource, object: KubeObject | undefined): void {
  const finalizer = volumeFinalizer(resource);
  if (object?.metadata.deletionTimestamp === undefined || isInUse(store, object)) return;
  const others = finalizersOf(object).filter((each) => each !== finalizer);
  if (others.length === finalizersOf(object).length) return;
  store.update(resource, withFinalizers(object, others), { fieldManager: 'kube-controller-manager' });
}

function isInUse(store: ObjectStore, { kind, metadata, status }: KubeObject): boolean {
  if (kind === 'PersistentVolume') return asObject(status).phase === 'Bound';
  const pods = store.resources.byGroupKind('', 'Pod');
  if (pods === undefined) return false;
  return store.list(pods, metadata.namespace).some((pod) => !hasEnded(pod) && claimsOf(pod).includes(metadata.name));
}

function hasEnded({ status }: KubeObject): boolean {
  const { phase } = asObject(status);
  return phase === 'Succeeded' || phase === 'Failed';
}

function claimsOf({ spec }: KubeObject): readonly string[] {
  return asArray(asObject(spec).volumes)
    .map((volume) => asObject(asObject(volume).persistentVolumeClaim).claimName)
    .filter((name) => typeof name === 'string');
}
