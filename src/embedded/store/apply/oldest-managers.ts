import { union } from './field-set.ts';
import { compareTexts, type FieldManager, managerId } from './managers.ts';

/** So many updaters have an entry of their own, as in the real server. */
const UPDATERS_MAX = 10;
const BUCKET = 'ancient-changes';

/** Merges the oldest updaters into one entry a version, `ancient-changes`, until there are few enough; in place. */
export function mergeOldestManagers(managers: Map<string, FieldManager>): void {
  let length = 0;
  for (const { operation } of managers.values()) if (operation === 'Update') length += 1;
  if (length <= UPDATERS_MAX) return;
  const oldestFirst = [...managers]
    .filter(([, { operation }]) => operation === 'Update')
    .sort(([id, a], [otherId, b]) => compareTexts(a.time ?? '', b.time ?? '') || compareTexts(id, otherId));
  const firstOfVersion = new Map<string, string>();
  for (const [id, updater] of oldestFirst) {
    if (length <= UPDATERS_MAX) return;
    const { apiVersion } = updater;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id);
      continue;
    }
    const bucket = managerId({ manager: BUCKET, operation: 'Update', apiVersion });
    const collected = managers.get(bucket) ?? managers.get(first);
    if (!managers.has(bucket)) managers.delete(first);
    managers.delete(id);
    managers.set(bucket, {
      manager: BUCKET,
      operation: 'Update',
      apiVersion,
      ...(updater.time === undefined ? {} : { time: updater.time }),
      fields: union(updater.fields, collected?.fields ?? {}),
    });
    length -= 1;
  }
}
