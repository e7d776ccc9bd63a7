import type { DefiningObject } from '../definitions-from-objects.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Definitions, ObjectId } from '../target.ts';
import { objectId } from '../target.ts';

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
 * The definitions with each target back on the shared source. Its files lie where they always did: which directory they are in, and
 * what of it the source lets through, is the shared source's matter.
 */
export function beforeIsolation(definitions: Definitions, objects: readonly DefiningObject[]): Definitions {
  const isolated = isolatedSources(objects);
  if (isolated.size === 0) return definitions;
  const targets = definitions.targets.map((target) => {
    const own = isolated.get(target.source);
    const shared = own === undefined ? undefined : isolatedFrom(own.object);
    return shared === undefined ? target : { ...target, source: shared };
  });
  return { ...definitions, targets };
}
