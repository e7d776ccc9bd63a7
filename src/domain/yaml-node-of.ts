import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { YamlEntry, YamlNode } from './yaml-node.ts';

/** 1-based. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** Why a YAML text cannot be used, and where. */
export class YamlProblem extends Error {
  readonly kind: 'parse' | 'limit';
  readonly place: YamlPlace | undefined;
  readonly hint: string | undefined;
  constructor(kind: 'parse' | 'limit', message: string, place?: YamlPlace, options: { readonly hint?: string } = {}) {
    super(message);
    this.kind = kind;
    this.place = place;
    this.hint = options.hint;
  }
}

/**
 * One document of the `yaml` library as nodes with places, aliases and merge keys resolved; undefined for an empty document.
 * Each use of an alias counts, with the aliases inside what it names, so a small text cannot grow without bound. Throws YamlProblem.
 */
export function yamlNodeOf(
  document: Document.Parsed,
  placeAt: (offset: number) => YamlPlace,
  aliasesMax: number,
): YamlNode | undefined {
  const anchors = new Map<string, { readonly node: YamlNode; readonly aliases: number }>();
  let aliases = 0;

  function place(node: Node | null | undefined, fallback: YamlPlace): YamlPlace {
    const offset = node?.range?.[0];
    return offset === undefined ? fallback : placeAt(offset);
  }

  function convert(node: Node | null | undefined, fallback: YamlPlace): YamlNode {
    const at = place(node, fallback);
    if (isAlias(node)) return resolve(node.source, at);
    const aliasesBefore = aliases;
    const converted = convertContent(node, at);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, { node: converted, aliases: aliases - aliasesBefore });
    }
    return converted;
  }

  function convertContent(node: Node | null | undefined, at: YamlPlace): YamlNode {
    if (isMap<Node, Node>(node)) return { kind: 'map', entries: entriesOf(node.items, at), ...at };
    if (isSeq<Node>(node)) return { kind: 'list', items: node.items.map((item) => convert(item, at)), ...at };
    return { kind: 'scalar', value: isScalar(node) ? scalarValue(node.value) : null, ...at };
  }

  function resolve(source: string, at: YamlPlace): YamlNode {
    const anchor = anchors.get(source);
    if (anchor === undefined)
      throw new YamlProblem('parse', `the alias *${source} stands before or inside its anchor`, at);
    aliases += 1 + anchor.aliases;
    if (aliases > aliasesMax) {
      throw new YamlProblem('limit', `more than ${aliasesMax} YAML aliases`, at, {
        hint: 'write the values out, or raise the limit with --limit yamlAliasesMax=NUMBER',
      });
    }
    return anchor.node;
  }

  function entriesOf(pairs: readonly Pair<Node, Node | null>[], at: YamlPlace): YamlEntry[] {
    const entries: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of pairs) {
      const keyPlace = place(pair.key, at);
      const isMerge = isScalar(pair.key) && typeof pair.key.value === 'symbol';
      const key = isScalar(pair.key) ? String(pair.key.value ?? '') : JSON.stringify(pair.key);
      const value = convert(pair.value, keyPlace);
      if (isMerge) merged.push(...mergedEntries(value, keyPlace));
      else entries.push({ key, ...keyPlace, value });
    }
    for (const entry of merged) if (!entries.some(({ key }) => key === entry.key)) entries.push(entry);
    return entries;
  }

  const start = { line: 1, column: 1 };
  const content = document.contents as Node | null;
  if (content === null || (isScalar(content) && content.value === null && content.source === '')) return undefined;
  return convert(content, start);
}

function mergedEntries(value: YamlNode, at: YamlPlace): readonly YamlEntry[] {
  if (value.kind === 'map') return value.entries;
  if (value.kind === 'list') return value.items.flatMap((item) => mergedEntries(item, at));
  throw new YamlProblem('parse', 'expected a map or a list of maps behind the merge key <<', at);
}

function scalarValue(value: unknown): string | number | bigint | boolean | null {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      return value === null || value === undefined ? null : String(value);
  }
}
