import type { KubeObject } from '../../domain/kube-object.ts';
import { type EmbeddedClock, rfc3339 } from '../clock.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';

/**
 * Accepts the names of each new CustomResourceDefinition, as the controllers inside the real API server do: the status changes right after the object came
 * into being. Returns how to stop.
 */
export function acceptDefinitions(store: ObjectStore, clock: EmbeddedClock): () => void {
  return store.subscribe(({ type, resource, object }) => {
    if (resource.kind !== 'CustomResourceDefinition' || type === 'DELETED') return;
    const current = store.read(resource, '', object.metadata.name);
    if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
    const status = acceptedStatus(store, resource, current, rfc3339(clock.now()));
    if (status !== undefined) store.update(resource, { ...current, status }, { subresource: 'status' });
  });
}

function acceptedStatus(
  store: ObjectStore,
  resource: ApiResource,
  definition: KubeObject,
  lastTransitionTime: string,
): Record<string, unknown> | undefined {
  const names = asObject(asObject(definition.spec).names);
  const status = asObject(definition.status);
  const accepted = asObject(status.acceptedNames);
  const isAccepted = JSON.stringify(accepted) === JSON.stringify(names);
  if (isAccepted && asArray(status.conditions).length > 0) return undefined;
  const taken = takenName(store, resource, definition);
  const condition = (type: string, isTrue: boolean, reason: string, message: string) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime,
    reason,
    message,
  });
  if (taken !== undefined) {
    // Refused before: said once.
    if (asArray(status.conditions).length > 0) return undefined;
    return {
      ...status,
      conditions: [
        condition('NamesAccepted', false, taken.reason, `${JSON.stringify(taken.name)} is already in use`),
        condition('Established', false, 'NotAccepted', 'not all names are accepted'),
      ],
    };
  }
  return {
    ...status,
    acceptedNames: names,
    conditions: [
      condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
      condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
  };
}

/** A kind that another definition of the same group has. */
function takenName(
  store: ObjectStore,
  resource: ApiResource,
  definition: KubeObject,
): { readonly name: string; readonly reason: string } | undefined {
  const spec = asObject(definition.spec);
  const kind = asString(asObject(spec.names).kind);
  for (const other of store.list(resource)) {
    if (other.metadata.name === definition.metadata.name || asObject(other.spec).group !== spec.group) continue;
    const accepted = asObject(asObject(other.status).acceptedNames);
    if (kind !== undefined && accepted.kind === kind) return { name: kind, reason: 'KindConflict' };
  }
  return undefined;
}
