import { createHash } from 'node:crypto';
import { inventoryIds, parseInventoryId } from '../inventory-id.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asText } from '../object-fields.ts';
import { type ObjectId, objectId } from '../target.ts';

/** On an own source: which objects its target had applied before, as JSON: the first digits of a sha256 of each inventory id. */
export const INVENTORY_BEFORE = 'reconcile-machine.dev/inventory-before';

const HASH_CHARACTERS = 8;
/** All annotations of an object together may have 256 KiB. */
const RECORD_CHARACTERS_MAX = 100_000;
/** The revision of a source that follows a digest, as sources of sessions do, has no tag or branch before it. */
const BARE_DIGEST = /^sha256:/;

/**
 * Which objects a target has applied, short enough for an annotation. Undefined where that is not what its shared source holds: an earlier
 * session's source was applied last.
 */
export function inventoryRecord(target: KubeObject): string | undefined {
  const revision = asText(asFields(target.status).lastAppliedRevision);
  if (revision !== undefined && BARE_DIGEST.test(revision)) return undefined;
  const record = JSON.stringify(inventoryIds(target).map(shortHash));
  return record.length > RECORD_CHARACTERS_MAX ? undefined : record;
}

/** What the target has applied since `record` was made, as ids (`<kind>/<name>` for what has no namespace); undefined: not known. */
export function appliedSince(target: KubeObject, record: string | undefined): readonly ObjectId[] | undefined {
  const before = hashesOf(record);
  if (before === undefined) return undefined;
  return inventoryIds(target)
    .filter((id) => !before.has(shortHash(id)))
    .map(readable);
}

function hashesOf(record: string | undefined): ReadonlySet<unknown> | undefined {
  try {
    const hashes: unknown = JSON.parse(record ?? '');
    return Array.isArray(hashes) ? new Set(hashes) : undefined;
  } catch {
    return undefined;
  }
}

function readable(id: string): ObjectId {
  const { kind, namespace, name } = parseInventoryId(id);
  return namespace === '' ? `${kind}/${name}` : objectId(kind, namespace, name);
}

function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, HASH_CHARACTERS);
}
