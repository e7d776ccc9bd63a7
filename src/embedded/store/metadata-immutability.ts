import type { KubeObject } from '../../domain/kube-object.ts';
import { type FieldError, forbiddenField, invalidObject, invalidValue } from '../schema/field-error.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';

/** Throws 422 when an update touches metadata that only the server writes, or adds finalizers to what is being deleted. */
export function requireUntouchedMetadata(resource: ApiResource, given: KubeObject, before: KubeObject): void {
  const errors: FieldError[] = [];
  for (const field of ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    const value = given.metadata[field];
    const stored = before.metadata[field];
    // Left out is as good as unchanged; a deletion's time cannot be moved, so what is sent does not count.
    if (value === undefined || value === null || value === stored) continue;
    if (field === 'deletionTimestamp' && stored !== undefined) continue;
    errors.push(invalidValue(`metadata.${field}`, value, 'field is immutable'));
  }
  if (before.metadata.deletionTimestamp !== undefined) {
    const known = new Set(finalizersOf(before));
    const added = finalizersOf(given).filter((name) => !known.has(name));
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ');
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
      errors.push(forbiddenField('metadata.finalizers', why));
    }
  }
  // The real server checks this twice: each cause is there twice, the text names it once.
  if (errors.length > 0) throw invalidObject(resource, before.metadata.name, [...errors, ...errors]);
}
