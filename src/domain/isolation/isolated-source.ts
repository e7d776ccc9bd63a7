import type { DefiningObject } from '../definitions-from-objects.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asText } from '../object-fields.ts';
import type { Definitions, ObjectId, SourceDefinition, TargetDefinition } from '../target.ts';
import { objectId, parseObjectId } from '../target.ts';
import { isIsolated, sessionIsolation } from './session-marks.ts';

/** On an OCIRepository of a target's own: the source that the target read before, and whose files it still holds. */
export const ISOLATED_FROM = 'reconcile-machine.dev/isolated-from';

/**
 * `spec.ignore` of such an OCIRepository. With none the controller would drop its default exclusions; this drops nothing, not even
 * what a `.sourceignore` inside the artifact names. Whatever the shared source drops was left out of the artifact already.
 */
export const NOTHING_IGNORED = '!*';

/** The shared source that this object was split from; undefined for anything but an OCIRepository of a target's own. */
export function isolatedFrom(object: KubeObject): ObjectId | undefined {
  if (object.kind !== 'OCIRepository') return undefined;
  const source = object.metadata.annotations?.[ISOLATED_FROM];
  return typeof source === 'string' && source !== '' ? source : undefined;
}

/** Where the artifact of an own source is pushed to, as its spec says. */
export interface OwnArtifactPlace {
  /** `oci://host/repository` */
  readonly url: string;
  readonly tag: string;
  /** Plain HTTP. */
  readonly insecure: boolean;
}

/** Undefined for a source that follows no tag: one of a session, which is moved by its digest, or one edited by hand. */
export function ownArtifactPlace(object: KubeObject): OwnArtifactPlace | undefined {
  const { url, ref, insecure } = asFields(object.spec);
  const { tag, digest, semver } = asFields(ref);
  const address = asText(url);
  const named = asText(tag);
  // A digest goes before a version, a version before a tag.
  if (address === undefined || named === undefined || digest !== undefined || semver !== undefined) return undefined;
  return { url: address, tag: named, insecure: insecure === true };
}

/** The sources among `objects` that are a target's own, by their id. */
export function isolatedSources(objects: readonly DefiningObject[]): ReadonlyMap<ObjectId, DefiningObject> {
  const sources = new Map<ObjectId, DefiningObject>();
  for (const defining of objects) {
    const { kind, metadata } = defining.object;
    if (isolatedFrom(defining.object) === undefined) continue;
    sources.set(objectId(kind, metadata.namespace ?? 'default', metadata.name), defining);
  }
  return sources;
}

/**
 * The definitions with each target back on the shared source, its own named beside it. Its files lie where they always did: which directory
 * they are in, and what of it the source lets through, is the shared source's matter. A shared source that is gone, since nothing
 * reads it any more, is there with its name alone.
 */
export function beforeIsolation(definitions: Definitions, objects: readonly DefiningObject[]): Definitions {
  const isolated = isolatedSources(objects);
  const lost = sharedOfLost(definitions, isolated, objects);
  if (isolated.size === 0 && lost.size === 0) return definitions;
  const shared = new Set<ObjectId>();
  const targets = definitions.targets.map((target) => {
    const own = isolated.get(target.source);
    const source = own === undefined ? lost.get(target.id) : isolatedFrom(own.object);
    if (source === undefined) return target;
    shared.add(source);
    return { ...target, source, ownSource: target.source };
  });
  for (const { id } of definitions.sources) shared.delete(id);
  const gone = [...shared].flatMap((id) => goneSource(id) ?? []);
  return { ...definitions, targets, sources: [...definitions.sources, ...gone] };
}

/** The shared source by target, of those whose own source of a session somebody has deleted: they tell it themselves. */
function sharedOfLost(
  { targets, sources }: Definitions,
  isolated: ReadonlyMap<ObjectId, unknown>,
  objects: readonly DefiningObject[],
): ReadonlyMap<ObjectId, ObjectId> {
  const known = new Set(sources.map(({ id }) => id));
  const missing = targets.filter(({ source }) => !known.has(source) && !isolated.has(source));
  const found = new Map<ObjectId, ObjectId>();
  if (missing.length === 0) return found;
  const ids = new Set(missing.map(({ id }) => id));
  for (const { object } of objects) {
    const { namespace = 'default', name } = object.metadata;
    const id = objectId(object.kind, namespace, name);
    const marks = ids.has(id) ? sessionIsolation(object) : undefined;
    if (!isIsolated(marks)) continue;
    const { kind, name: source, namespace: elsewhere } = marks.originalSourceRef;
    const names = [asText(kind), asText(source)];
    if (names[0] === undefined || names[1] === undefined) continue;
    found.set(id, objectId(names[0], asText(elsewhere) ?? namespace, names[1]));
  }
  return found;
}

/** The source that the cluster's controllers see the target read. */
export function readSource({ source, ownSource }: TargetDefinition): ObjectId {
  return ownSource ?? source;
}

const SHARED_KINDS: ReadonlySet<string> = new Set(['OCIRepository', 'GitRepository', 'Bucket']);

function goneSource(id: ObjectId): SourceDefinition | undefined {
  const { kind, namespace, name } = parseObjectId(id);
  if (!SHARED_KINDS.has(kind)) return undefined;
  return { id, kind: kind as SourceDefinition['kind'], namespace, name, suspended: false };
}
