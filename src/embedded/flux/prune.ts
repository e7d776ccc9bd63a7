import { type ObjectIdentity, parseInventoryId } from '../../domain/inventory-id.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { compareForApply } from './apply-order.ts';
import type { FluxContext } from './flux-context.ts';
import { findObject, type InventoryEntry, subjectOf } from './inventory.ts';
import { isMarked } from './metadata-marks.ts';
import { OWNER, ownerLabels } from './object-apply.ts';

const KEPT = { [`${OWNER}/prune`]: 'disabled', [`${OWNER}/reconcile`]: 'disabled' };

/** Deletes what `entries` name, where it still bears the owner's labels and nothing says that it stays. Throws with Flux's words. */
export function pruneObjects(context: FluxContext, owner: KubeObject, entries: readonly InventoryEntry[]): void {
  const identities = entries.map(({ id }) => parseInventoryId(id)).sort((a, b) => compareForApply(b, a));
  const failures = identities.flatMap((identity) => prune(context, owner, identity) ?? []);
  if (failures.length > 0) throw new Error(`delete failed, errors: ${failures.join(';')};`);
}

/** Returns why it failed. */
function prune(context: FluxContext, owner: KubeObject, identity: ObjectIdentity): string | undefined {
  const found = findObject(context, identity);
  if (found === undefined) return undefined;
  const { resource, object } = found;
  const isOurs = Object.entries(ownerLabels(owner)).every(([key, value]) => object.metadata.labels?.[key] === value);
  if (!isOurs || isMarked(object, KEPT)) return undefined;
  try {
    context.access.store.remove(resource, identity.namespace, identity.name);
    return undefined;
  } catch (error) {
    return `${subjectOf(identity)} delete failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
