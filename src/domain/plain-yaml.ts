import type { YamlEntry, YamlNode } from './yaml-node.ts';

/**
 * Parses the YAML that manifests are mostly made of, and nothing else: block maps and lists, one-line scalars, literal blocks,
 * one-line lists. Returns the documents that are not empty, or undefined as soon as anything else shows up, which then needs the
 * full parser. Whatever is accepted here means the same to the full parser (a property test holds it to that); it is some ten
 * times faster, and that is what lets ten thousand manifests be checked within a second.
 */
export function parsePlainYaml(text: string): YamlNode[] | undefined {
  if (UNUSUAL_CHARACTER.test(text)) return undefined;
  try {
    return new PlainYamlReader(text).documents();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

const NOT_PLAIN = Symbol('not plain YAML');
// Tabs, carriage returns, control characters, byte-order marks, odd line breaks: the full parser knows what they mean where.
const UNUSUAL_CHARACTER = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const KEY = /([A-Za-z_][A-Za-z0-9_./-]*):(?: +|$)/y;
const DOUBLE_QUOTED = /"([^"\\]*)" *(?: #.*)?$/y;
const SINGLE_QUOTED = /'((?:[^']|'')*)' *(?: #.*)?$/y;
const BLOCK_HEADER = /([|>])([-+]?) *(?: #.*)?$/y;
const EMPTY_MAP = /\{ *\} *(?: #.*)?$/y;
const FLOW_ITEM = "\"[^\"\\\\]*\"|'(?:[^']|'')*'|-{0,2}[A-Za-z0-9_/.][A-Za-z0-9_/.+=@-]*";
const FLOW_LIST = new RegExp(`\\[ *(?:(?:${FLOW_ITEM}) *(?:, *(?:${FLOW_ITEM}) *)*)?\\] *(?: #.*)?$`, 'y');
const FLOW_ITEMS = new RegExp(FLOW_ITEM, 'y');
const PLAIN_START = /[^\s\-?:,[\]{}#&*!|>'"%@`]/;

class PlainYamlReader {
  private readonly lines: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.lines = text.split('\n');
  }

  documents(): YamlNode[] {
    const documents: YamlNode[] = [];
    for (;;) {
      const indent = this.next();
      if (indent === END) {
        if (this.at >= this.lines.length) return documents;
        this.at += 1;
        continue;
      }
      if (this.line().startsWith('%')) throw NOT_PLAIN;
      documents.push(this.block(indent));
      if (this.next() !== END) throw NOT_PLAIN;
    }
  }

  /** Moves to the next line that has content; its indent, or END at a `---` line and at the end of the text. */
  private next(): number {
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.line();
      const indent = indentOf(line);
      if (indent === line.length || line.charCodeAt(indent) === HASH) continue;
      if (indent === 0 && (line.startsWith('---') || line.startsWith('...'))) {
        if (line !== '---') throw NOT_PLAIN;
        return END;
      }
      return indent;
    }
    return END;
  }

  private line(): string {
    return this.lines[this.at] ?? '';
  }

  private block(indent: number): YamlNode {
    return isDash(this.line(), indent) ? this.list(indent) : this.map(indent);
  }

  private list(indent: number): YamlNode {
    const line = this.at + 1;
    const items: YamlNode[] = [];
    let nextIndent = indent;
    while (nextIndent === indent && isDash(this.line(), indent)) {
      items.push(this.item(indent));
      nextIndent = this.next();
      if (nextIndent > indent) throw NOT_PLAIN;
    }
    return { kind: 'list', items, line, column: indent + 1 };
  }

  private item(indent: number): YamlNode {
    const line = this.line();
    const column = indent + 1 + indentOf(line.slice(indent + 1));
    if (column >= line.length || line.charCodeAt(column) === HASH) return this.nested(indent, false);
    if (isDash(line, column)) throw NOT_PLAIN;
    KEY.lastIndex = column;
    return KEY.test(line) ? this.map(column) : this.inline(column, indent);
  }

  private map(indent: number): YamlNode {
    const line = this.at + 1;
    const entries: YamlEntry[] = [];
    for (;;) {
      entries.push(this.entry(indent, entries));
      const nextIndent = this.next();
      if (nextIndent > indent) throw NOT_PLAIN;
      if (nextIndent < indent) return { kind: 'map', entries, line, column: indent + 1 };
    }
  }

  private entry(indent: number, before: readonly YamlEntry[]): YamlEntry {
    const text = this.line();
    const line = this.at + 1;
    KEY.lastIndex = indent;
    const key = KEY.exec(text)?.[1];
    if (key === undefined || before.some((entry) => entry.key === key)) throw NOT_PLAIN;
    const column = KEY.lastIndex;
    const empty = column >= text.length || text.charCodeAt(column) === HASH;
    return { key, line, column: indent + 1, value: empty ? this.nested(indent, true) : this.inline(column, indent) };
  }

  /** What stands below a key or a dash that has nothing behind it. A map's list may stand at the map's own indent. */
  private nested(indent: number, inMap: boolean): YamlNode {
    const empty: YamlNode = { kind: 'scalar', value: null, line: this.at + 1, column: this.line().length + 1 };
    this.at += 1;
    const nextIndent = this.next();
    if (nextIndent > indent) return this.block(nextIndent);
    return inMap && nextIndent === indent && isDash(this.line(), indent) ? this.list(indent) : empty;
  }

  /** A value that begins behind a key or a dash. */
  private inline(column: number, parentIndent: number): YamlNode {
    const text = this.line();
    const place = { line: this.at + 1, column: column + 1 };
    const scalar = (value: string | number | boolean | null): YamlNode => ({ kind: 'scalar', value, ...place });
    switch (text[column]) {
      case '"':
        return scalar(this.matched(DOUBLE_QUOTED, column));
      case "'":
        return scalar(this.matched(SINGLE_QUOTED, column).replaceAll("''", "'"));
      case '|':
      case '>':
        return scalar(this.literal(column, parentIndent));
      case '{':
        this.matched(EMPTY_MAP, column);
        return { kind: 'map', entries: [], ...place };
      case '[':
        return { kind: 'list', items: this.flowItems(column), ...place };
      default:
        return scalar(plainScalar(this.plainText(column)));
    }
  }

  private matched(pattern: RegExp, column: number): string {
    pattern.lastIndex = column;
    const match = pattern.exec(this.line());
    if (match === null) throw NOT_PLAIN;
    this.at += 1;
    return match[1] ?? '';
  }

  private flowItems(column: number): YamlNode[] {
    const text = this.line();
    const line = this.at + 1;
    this.matched(FLOW_LIST, column);
    const items: YamlNode[] = [];
    for (let at = column + 1; text[at] !== ']'; ) {
      FLOW_ITEMS.lastIndex = at;
      const item = FLOW_ITEMS.exec(text)?.[0];
      if (item === undefined) {
        at += 1;
        continue;
      }
      items.push({ kind: 'scalar', value: flowScalar(item), line, column: at + 1 });
      at += item.length;
    }
    return items;
  }

  private plainText(column: number): string {
    const text = this.line();
    const first = text[column] ?? '';
    const second = text[column + 1] ?? ' ';
    if (!PLAIN_START.test(first) && !(first === '-' && PLAIN_START.test(second))) throw NOT_PLAIN;
    const comment = text.indexOf(' #', column);
    const value = (comment < 0 ? text.slice(column) : text.slice(column, comment)).trimEnd();
    if (value.includes(': ') || value.endsWith(':')) throw NOT_PLAIN;
    this.at += 1;
    return value;
  }

  private literal(column: number, parentIndent: number): string {
    BLOCK_HEADER.lastIndex = column;
    const header = BLOCK_HEADER.exec(this.line());
    if (header === null) throw NOT_PLAIN;
    this.at += 1;
    const start = this.at;
    let indent = 0;
    let end = start;
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.line();
      const lineIndent = indentOf(line);
      if (lineIndent === line.length) {
        // Spaces on an empty line are content when they reach past the block's indent.
        if (lineIndent > indent) throw NOT_PLAIN;
        continue;
      }
      if (indent === 0 && lineIndent > parentIndent) indent = lineIndent;
      if (indent === 0 || lineIndent < indent) break;
      end = this.at + 1;
    }
    const lines = this.lines.slice(start, end).map((line) => line.slice(indent));
    return header[1] === '|' ? literalText(lines, header[2] ?? '') : foldedText(lines, header[2] ?? '');
  }
}

const END = -1;
const HASH = 35;
const DASH = 45;

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent += 1;
  return indent;
}

function isDash(line: string, column: number): boolean {
  return line.charCodeAt(column) === DASH && (line.length === column + 1 || line[column + 1] === ' ');
}

function literalText(lines: readonly string[], chomping: string): string {
  // `+` keeps the empty lines behind the block; how many there are at the end of a text is the full parser's business.
  if (chomping === '+') throw NOT_PLAIN;
  const text = lines.join('\n');
  return chomping === '-' || lines.length === 0 ? text : `${text}\n`;
}

function foldedText(lines: readonly string[], chomping: string): string {
  if (chomping === '+' || lines.some((line) => line === '' || line.startsWith(' '))) throw NOT_PLAIN;
  const text = lines.join(' ');
  return chomping === '-' || lines.length === 0 ? text : `${text}\n`;
}

function flowScalar(item: string): string | number | boolean | null {
  if (item.startsWith('"')) return item.slice(1, -1);
  if (item.startsWith("'")) return item.slice(1, -1).replaceAll("''", "'");
  return plainScalar(item);
}

/** The YAML 1.2 core schema, as the full parser has it. */
function plainScalar(text: string): string | number | boolean | null {
  if (/^(?:null|Null|NULL|~)$/.test(text)) return null;
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text[0] === 't' || text[0] === 'T';
  if (!/^[-+.0-9]/.test(text)) return text;
  if (/^[-+]?[0-9]{1,15}$/.test(text)) return Number(text);
  // Floats, hexadecimal, infinities, long integers.
  if (
    /^[-+]?(?:\.?[0-9][0-9]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|0[xo].*|\.inf|\.Inf|\.INF|\.nan|\.NaN|\.NAN)$/.test(text)
  )
    throw NOT_PLAIN;
  return text;
}
