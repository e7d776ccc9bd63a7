import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, isJsonObject } from '../json-value.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, withFinalizers } from './deletion.ts';
import { type Dependent, Dependents, type OwnerReference, ownersOf } from './dependents.ts';
import type { ObjectStore } from './object-store.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';
import type { PropagationPolicy } from './write-options.ts';

const OPTIONS = { fieldManager: 'kube-controller-manager' };

/**
 * Stands for the garbage collector: an object goes when the last of its owners has gone (or never was), an owner deleted in
 * the foreground waits for the dependents that block it, one deleted with `Orphan` leaves them behind without a reference.
 */
export function collectGarbage(store: ObjectStore): void {
  const dependents = new Dependents();
  store.subscribe((event) => {
    const { type, resource, object, previous } = event;
    dependents.follow(event);
    if (type === 'DELETED') {
      for (const dependent of dependents.of(object.metadata.uid)) collect(store, dependents, dependent);
      for (const owner of ownersOf(object)) releaseWaitingOwner(store, dependents, object, owner);
      return;
    }
    if (object.metadata.ownerReferences !== previous?.metadata.ownerReferences) {
      const { name, namespace = '' } = object.metadata;
      if (ownersOf(object).length > 0) collect(store, dependents, { resource, namespace, name });
      if (previous !== undefined) {
        for (const owner of ownersOf(previous)) releaseWaitingOwner(store, dependents, object, owner);
      }
    }
    if (object.metadata.deletionTimestamp !== undefined) processDeletion(store, dependents, resource, object);
  });
}

function processDeletion(store: ObjectStore, dependents: Dependents, resource: ApiResource, owner: KubeObject): void {
  const finalizers = finalizersOf(owner);
  if (finalizers.includes(ORPHAN_FINALIZER)) {
    for (const dependent of dependents.of(owner.metadata.uid)) dropReferences(store, dependent, [owner.metadata.uid]);
    removeFinalizer(store, resource, owner, ORPHAN_FINALIZER);
  } else if (finalizers.includes(FOREGROUND_FINALIZER)) {
    const blocking = dependents.of(owner.metadata.uid).filter((each) => blocks(store, each, owner));
    for (const dependent of blocking) collect(store, dependents, dependent);
    if (blocking.length === 0) removeFinalizer(store, resource, owner, FOREGROUND_FINALIZER);
  }
}

function blocks(store: ObjectStore, dependent: Dependent, owner: KubeObject): boolean {
  const object = store.read(dependent.resource, dependent.namespace, dependent.name);
  return object !== undefined && ownersOf(object).some(({ uid, blocks }) => blocks && uid === owner.metadata.uid);
}

function releaseWaitingOwner(
  store: ObjectStore,
  dependents: Dependents,
  dependent: KubeObject,
  reference: OwnerReference,
): void {
  const found = findOwner(store, dependent, reference);
  if (found === 'absent' || found === 'unknown' || !isWaiting(found.object)) return;
  processDeletion(store, dependents, found.resource, found.object);
}

/** Deletes an object that has owners, but none that is still to stay; drops the references to those that are not. */
function collect(store: ObjectStore, dependents: Dependents, dependent: Dependent): void {
  const { resource, namespace, name } = dependent;
  const object = store.read(resource, namespace, name);
  if (object === undefined) return;
  const { deletionTimestamp, uid } = object.metadata;
  if (deletionTimestamp !== undefined && !finalizersOf(object).includes(FOREGROUND_FINALIZER)) return;
  const owners = ownersOf(object).map((reference) => ({ reference, found: findOwner(store, object, reference) }));
  const leaving = owners.filter(({ found }) => found === 'absent' || (found !== 'unknown' && isWaiting(found.object)));
  if (leaving.length === 0 || deletionTimestamp !== undefined) return;
  if (leaving.length < owners.length) {
    dropReferences(
      store,
      dependent,
      leaving.map(({ reference }) => reference.uid),
    );
    return;
  }
  const isForeground = leaving.some(({ found }) => found !== 'absent') && dependents.of(uid).length > 0;
  const propagationPolicy = isForeground ? 'Foreground' : policyOf(object);
  store.remove(resource, namespace, name, { propagationPolicy, ...(uid === undefined ? {} : { uid }) });
}

function policyOf(object: KubeObject): PropagationPolicy {
  const finalizers = finalizersOf(object);
  if (finalizers.includes(ORPHAN_FINALIZER)) return 'Orphan';
  return finalizers.includes(FOREGROUND_FINALIZER) ? 'Foreground' : 'Background';
}

function isWaiting(owner: KubeObject): boolean {
  return owner.metadata.deletionTimestamp !== undefined && finalizersOf(owner).includes(FOREGROUND_FINALIZER);
}

/** `unknown`: of a kind that is not served, or out of reach of a cluster-wide object: nothing can be said of it. */
function findOwner(
  store: ObjectStore,
  dependent: KubeObject,
  { group, kind, name, uid }: OwnerReference,
): { readonly resource: ApiResource; readonly object: KubeObject } | 'absent' | 'unknown' {
  const resource = store.resources.byGroupKind(group, kind);
  const { namespace = '' } = dependent.metadata;
  if (resource === undefined || (resource.namespaced && namespace === '')) return 'unknown';
  const object = store.read(resource, namespace, name);
  return object === undefined || object.metadata.uid !== uid ? 'absent' : { resource, object };
}

function dropReferences(store: ObjectStore, dependent: Dependent, uids: readonly (string | undefined)[]): void {
  const object = store.read(dependent.resource, dependent.namespace, dependent.name);
  if (object === undefined) return;
  const { ownerReferences, ...metadata } = object.metadata;
  const kept = asArray(ownerReferences).filter((each) => !isJsonObject(each) || !uids.includes(String(each.uid)));
  const next = kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept };
  store.update(dependent.resource, { ...object, metadata: next }, OPTIONS);
}

function removeFinalizer(store: ObjectStore, resource: ApiResource, object: KubeObject, finalizer: string): void {
  const { name, namespace = '' } = object.metadata;
  const current = store.read(resource, namespace, name);
  if (current === undefined || current.metadata.uid !== object.metadata.uid) return;
  const others = finalizersOf(current).filter((each) => each !== finalizer);
  store.update(resource, withFinalizers(current, others), OPTIONS);
}
