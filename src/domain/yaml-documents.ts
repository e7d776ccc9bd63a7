import { LineCounter, parseAllDocuments } from 'yaml';
import type { BuildProblem } from './closure.ts';
import type { Limits } from './limits.ts';
import type { RelativePath } from './paths.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import { plainValue, type YamlNode } from './yaml-node.ts';
import { type YamlPlace, YamlProblem, yamlNodeOf } from './yaml-node-of.ts';

export type YamlLimits = Pick<Limits, 'yamlBytesMax' | 'yamlAliasesMax' | 'yamlDocumentsMax'>;

export interface YamlOptions {
  /** `kubectl` refuses a manifest with a key given twice; a kustomization file may have one, and the last counts. */
  readonly duplicateKeys?: 'error' | 'last-wins';
}

/** The documents of a YAML stream as plain data, those that are empty left out. With a problem there are no documents. Never throws. */
export function parseYamlDocuments(
  text: string | Uint8Array,
  path: RelativePath,
  limits: YamlLimits,
): { readonly documents: unknown[]; readonly problems: BuildProblem[] } {
  const { nodes, problems } = parseYamlNodes(text, path, limits);
  return { documents: nodes.map(plainValue), problems };
}

/** As parseYamlDocuments, with the place of each value. */
export function parseYamlNodes(
  text: string | Uint8Array,
  path: RelativePath,
  limits: YamlLimits,
  options: YamlOptions = {},
): { readonly nodes: YamlNode[]; readonly problems: BuildProblem[] } {
  try {
    const nodes = nodesOf(text, limits, options);
    const documents = nodes.length;
    if (documents > limits.yamlDocumentsMax) {
      throw new YamlProblem(
        'limit',
        `${documents} YAML documents, at most ${limits.yamlDocumentsMax} are read`,
        undefined,
        {
          hint: 'split the file, or raise the limit with --limit yamlDocumentsMax=NUMBER',
        },
      );
    }
    return { nodes, problems: [] };
  } catch (error) {
    return { nodes: [], problems: [problemOf(error, path)] };
  }
}

function nodesOf(text: string | Uint8Array, limits: YamlLimits, options: YamlOptions): YamlNode[] {
  const bytes = text.length;
  if (bytes > limits.yamlBytesMax) {
    throw new YamlProblem('limit', `${bytes} bytes of YAML, at most ${limits.yamlBytesMax} are read`, undefined, {
      hint: 'split the file, or raise the limit with --limit yamlBytesMax=NUMBER',
    });
  }
  const decoded = typeof text === 'string' ? text.replace(/^\ufeff/, '') : decode(text);
  return parsePlainYaml(decoded) ?? fullParse(decoded, limits, options);
}

function problemOf(error: unknown, path: RelativePath): BuildProblem {
  if (!(error instanceof YamlProblem)) {
    // The parser recurses: nesting too deep for the stack ends here, and is as unreadable to everyone else.
    return {
      kind: 'parse',
      path,
      message: `${path}: not readable as YAML: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const place = error.place === undefined ? '' : `:${error.place.line}:${error.place.column}`;
  return {
    kind: error.kind,
    path,
    ...error.place,
    message: `${path}${place}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  try {
    return UTF8.decode(bytes);
  } catch {
    const before = new TextDecoder('utf-8').decode(bytes).split('\ufffd', 1)[0] ?? '';
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    throw new YamlProblem(
      'parse',
      'expected UTF-8 text, found a byte that is none',
      { line, column },
      { hint: 'save the file as UTF-8' },
    );
  }
}

function fullParse(text: string, limits: YamlLimits, options: YamlOptions): YamlNode[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: options.duplicateKeys !== 'last-wins',
    logLevel: 'silent',
    merge: true,
  });
  const nodes: YamlNode[] = [];
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined)
      throw new YamlProblem('parse', sentence(error.message), placeAt(lineCounter, error.pos[0]));
    const node = yamlNodeOf(document, (offset) => placeAt(lineCounter, offset), limits.yamlAliasesMax);
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

function sentence(message: string): string {
  return message === 'Map keys must be unique' ? 'the same key is given twice in one map' : message;
}

function placeAt(lineCounter: LineCounter, offset: number): YamlPlace {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
