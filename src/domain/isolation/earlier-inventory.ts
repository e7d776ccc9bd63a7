import { createHash } from 'node:crypto';
import { isApplication } from '../argo/is-application.ts';
import { inventoryId, inventoryIds, parseInventoryId } from '../inventory-id.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { type ObjectId, objectId } from '../object-id.ts';

/** On an own source, or an Application: which objects the target had applied before, as JSON: the first digits of a sha256 of each inventory id. */
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
  if (isApplication(target) ? !isComparedAsIs(target) : wasIsolated(target)) return undefined;
  const record = JSON.stringify(appliedIds(target).map(shortHash));
  return record.length > RECORD_CHARACTERS_MAX ? undefined : record;
}

/** What the target has applied since `record` was made, as ids (`<kind>/<name>` for what has no namespace); undefined: not known. */
export function appliedSince(target: KubeObject, record: string | undefined): readonly ObjectId[] | undefined {
  const before = hashesOf(record);
  if (before === undefined) return undefined;
  return appliedIds(target)
    .filter((id) => !before.has(shortHash(id)))
    .map(readable);
}

function wasIsolated({ status }: KubeObject): boolean {
  const revision = asText(asFields(status).lastAppliedRevision);
  return revision !== undefined && BARE_DIGEST.test(revision);
}

/** What its status tells is about the source that it has now. */
function isComparedAsIs({ spec, status }: KubeObject): boolean {
  const { source } = asFields(asFields(asFields(status).sync).comparedTo);
  const [compared, now] = [asFields(source), asFields(asFields(spec).source)];
  return compared.repoURL === now.repoURL && compared.targetRevision === now.targetRevision;
}

function appliedIds(target: KubeObject): readonly string[] {
  if (!isApplication(target)) return inventoryIds(target);
  return asList(asFields(target.status).resources).flatMap((resource) => {
    const { group, kind, namespace, name } = asFields(resource);
    const [named, ofKind] = [asText(name), asText(kind)];
    if (named === undefined || ofKind === undefined) return [];
    return inventoryId({ group: asText(group) ?? '', kind: ofKind, namespace: asText(namespace) ?? '', name: named });
  });
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
