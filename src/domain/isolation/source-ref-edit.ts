import { isMap, isScalar, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { TextEdit } from './text-edit.ts';
import type { WrittenFile, WrittenObject } from './written-file.ts';
import { scalarText } from './yaml-text.ts';

/** Where a Kustomization reads its files from. Namespace undefined: its own. */
export interface SourceReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Something is written in a way that a small edit would change more than is meant. `offset`: where. */
export interface WrittenOtherwise {
  readonly obstacle: string;
  readonly offset: number;
}

/** The places of kind, name and namespace in `spec.sourceRef`, and only those, changed to `to`. */
export function sourceRefEdits(
  { map }: WrittenObject,
  file: WrittenFile,
  to: SourceReference,
): { readonly edits: readonly TextEdit[]; readonly offset: number } | WrittenOtherwise {
  const start = map.range?.[0] ?? 0;
  const sourceRef = ownMap(ownMap(map, 'spec'), 'sourceRef');
  if (sourceRef === undefined) {
    return { obstacle: 'its spec.sourceRef comes by way of an anchor, alias or merge key', offset: start };
  }
  const offset = sourceRef.range?.[0] ?? start;
  const edits: TextEdit[] = [];
  for (const field of ['kind', 'name', 'namespace'] as const) {
    const scalar = ownPair(sourceRef, field)?.value;
    const wanted = to[field];
    if (scalar === undefined) {
      // A namespace that is not written is the Kustomization's own.
      if (field === 'namespace') continue;
      return { obstacle: `its spec.sourceRef has no ${field} of its own`, offset };
    }
    if (!isScalar(scalar) || scalar.anchor !== undefined || scalar.tag !== undefined) {
      return { obstacle: `its spec.sourceRef.${field} is written with an anchor, alias or tag`, offset };
    }
    if (wanted === undefined) {
      return { obstacle: 'its spec.sourceRef names a namespace, and its metadata none', offset };
    }
    const edit = scalarEdit(scalar, wanted, file.text);
    if (edit === undefined) return { obstacle: `its spec.sourceRef.${field} is written over several lines`, offset };
    if (edit.text !== file.text.slice(edit.start, edit.end)) edits.push(edit);
  }
  return { edits, offset };
}

function scalarEdit(scalar: Scalar, wanted: string, text: string): TextEdit | undefined {
  const [start, end] = scalar.range ?? [0, 0];
  if (scalar.value === wanted) return { start, end, text: text.slice(start, end) };
  const written = scalarText(wanted, scalar);
  return written === undefined || start === end ? undefined : { start, end, text: written };
}

/** The map in `key` that is written right there and used nowhere else. */
function ownMap(map: YAMLMap | undefined, key: string): YAMLMap | undefined {
  if (map === undefined || map.anchor !== undefined) return undefined;
  const value = ownPair(map, key)?.value;
  return isMap(value) && value.anchor === undefined ? value : undefined;
}

function ownPair(map: YAMLMap, key: string): Pair<unknown, Node | null> | undefined {
  const pair = map.items.findLast((item) => isScalar(item.key) && item.key.value === key);
  return pair as Pair<unknown, Node | null> | undefined;
}

/** The same change on the plain object, to hold the edited text against. */
export function withSourceRef(object: unknown, to: SourceReference): unknown {
  const changed = structuredClone(object) as { spec: { sourceRef: Record<string, unknown> } };
  const { sourceRef } = changed.spec;
  sourceRef.kind = to.kind;
  sourceRef.name = to.name;
  if ('namespace' in sourceRef) sourceRef.namespace = to.namespace;
  return changed;
}
