import type { KubeObject } from '../kube-object.ts';
import { asText } from '../object-fields.ts';
import { SESSION } from './isolation-record.ts';

/** RFC 6902. */
export type JsonPatch = readonly JsonPatchOperation[];

export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export type Annotations = Readonly<Record<string, string>>;

const ANNOTATIONS = '/metadata/annotations';

/** From the annotations of `object` to `after`, each change on condition that the old value is still there; no empty map is left. */
export function annotationChanges({ metadata }: KubeObject, after: Annotations): JsonPatch {
  const { annotations: before } = metadata;
  if (before === undefined || Object.keys(before).length === 0) {
    return Object.keys(after).length === 0 ? [] : [absent(ANNOTATIONS), { op: 'add', path: ANNOTATIONS, value: after }];
  }
  if (Object.keys(after).length === 0) {
    return [
      { op: 'test', path: ANNOTATIONS, value: before },
      { op: 'remove', path: ANNOTATIONS },
    ];
  }
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
  return changed.flatMap((key): JsonPatch => {
    const path = annotationPath(key);
    const [seen, wanted] = [before[key], after[key]];
    if (seen === undefined) return [absent(path), { op: 'add', path, value: wanted }];
    const unchanged = { op: 'test' as const, path, value: seen };
    return wanted === undefined
      ? [unchanged, { op: 'remove', path }]
      : [unchanged, { op: 'replace', path, value: wanted }];
  });
}

/** Whoever puts it there meanwhile must not lose it. The API server takes a missing field for null here, beyond what RFC 6902 says. */
export function absent(path: string): JsonPatchOperation {
  return { op: 'test', path, value: null };
}

/** The session that the object was seen to be of still has it. */
export function seenSession(annotations: Annotations): JsonPatch {
  const session = asText(annotations[SESSION]);
  return session === undefined ? [] : [{ op: 'test', path: annotationPath(SESSION), value: session }];
}

export function annotationPath(key: string): string {
  return `${ANNOTATIONS}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function annotationsOf({ metadata }: KubeObject): Annotations {
  return metadata.annotations ?? {};
}

export function without(annotations: Annotations, keys: readonly string[]): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !keys.includes(key)));
}
