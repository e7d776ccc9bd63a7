import { isMap, isScalar, isSeq, type Scalar, type YAMLSeq } from 'yaml';
import { parentOf, type RelativePath, resolveFrom } from '../paths.ts';
import type { WrittenOtherwise } from './source-ref-edit.ts';
import { lineEnding, type TextEdit } from './text-edit.ts';
import type { WrittenFile } from './written-file.ts';
import { bareText, scalarText } from './yaml-text.ts';

/** A kustomization file's entry for `added`, written behind its entry for `beside` and like it. */
export interface AddedEntry {
  readonly edit: TextEdit;
  /** The same change on the file's plain documents. */
  values(now: readonly unknown[]): readonly unknown[];
}

/** The items of `resources` in the kustomization file that name `path`; none where it does not list it. */
export function listsResource(file: WrittenFile, path: RelativePath): boolean {
  return entryFor(file, path) !== undefined;
}

/** Undefined where `added` is listed already. */
export function resourceEntryEdit(
  file: WrittenFile,
  beside: RelativePath,
  added: string,
): AddedEntry | WrittenOtherwise | undefined {
  const directory = parentOf(file.path);
  const found = entryFor(file, beside);
  if (found === undefined) return { obstacle: `its resources do not name ${beside}`, offset: 0 };
  const { list, scalar } = found;
  const [start, end] = scalar.range ?? [0, 0];
  const value = `${String(scalar.value).slice(0, String(scalar.value).lastIndexOf('/') + 1)}${added}`;
  const path = resolveFrom(directory, value);
  if (path !== undefined && entryFor(file, path) !== undefined) return undefined;
  const written = scalarText(value, scalar) ?? bareText(value);
  const edit =
    list.flow === true ? { start: end, end, text: `, ${written}` } : lineBehind(file.text, start, end, written);
  if (edit === undefined) return { obstacle: 'its resources are laid out in an unusual way', offset: start };
  const listed = String(scalar.value);
  return { edit, values: (now) => withEntry(now, found.key, listed, value) };
}

interface FoundEntry {
  readonly key: string;
  readonly list: YAMLSeq;
  readonly scalar: Scalar;
}

function entryFor(file: WrittenFile, path: RelativePath): FoundEntry | undefined {
  const contents = file.documents[0]?.contents;
  if (!isMap(contents)) return undefined;
  // kustomize takes field names in any case, and of several the last.
  const pair = contents.items.findLast((item) => isScalar(item.key) && /^resources$/i.test(String(item.key.value)));
  const list = pair?.value;
  if (pair === undefined || !isSeq(list)) return undefined;
  const directory = parentOf(file.path);
  for (const scalar of list.items) {
    if (!isScalar(scalar) || typeof scalar.value !== 'string') continue;
    if (resolveFrom(directory, scalar.value) !== path) continue;
    return { key: String((pair.key as Scalar).value), list, scalar };
  }
  return undefined;
}

/** A line of its own below the item's, indented as that one is. */
function lineBehind(text: string, start: number, end: number, written: string): TextEdit | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const dash = text.slice(lineStart, start);
  if (!/^\ufeff?[ ]*-[ \t]+$/.test(dash)) return undefined;
  const eol = lineEnding(text);
  const lineEnd = text.indexOf('\n', end);
  const line = `${dash.replace('\ufeff', '')}${written}`;
  if (lineEnd < 0) return { start: text.length, end: text.length, text: `${eol}${line}` };
  return { start: lineEnd + 1, end: lineEnd + 1, text: `${line}${eol}` };
}

function withEntry(now: readonly unknown[], key: string, listed: string, value: string): readonly unknown[] {
  const values = structuredClone(now) as Record<string, unknown[]>[];
  const list = values[0]?.[key];
  list?.splice(list.indexOf(listed) + 1, 0, value);
  return values;
}
