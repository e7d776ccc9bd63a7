import { type Document, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import type { BuildProblem } from '../closure.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, isKubeObjectShape } from '../object-fields.ts';
import type { RelativePath } from '../paths.ts';
import { parseYamlNodes, type YamlLimits, type YamlOptions } from '../yaml-documents.ts';
import { plainValue } from '../yaml-node.ts';

/** An object as it stands in a file. */
export interface WrittenObject {
  readonly object: KubeObject;
  readonly map: YAMLMap;
  /** Which of the file's documents that are not empty. */
  readonly document: number;
  /** Which item, where the document is a List. */
  readonly item: number | undefined;
}

/** A YAML file with the place of everything in it. Offsets count in `text`, a byte-order mark included. */
export interface WrittenFile {
  readonly path: RelativePath;
  readonly text: string;
  /** Those that are not empty. */
  readonly documents: readonly Document.Parsed[];
  /** The same as plain data. */
  readonly values: readonly unknown[];
  readonly objects: readonly WrittenObject[];
  placeAt(offset: number): { readonly line: number; readonly column: number };
}

/** Reads a file that is to be edited; what cannot be read for certain is a problem. */
export function writtenFile(
  path: RelativePath,
  bytes: Uint8Array,
  limits: YamlLimits,
  options: YamlOptions = {},
): WrittenFile | { readonly problem: BuildProblem } {
  const { nodes, problems } = parseYamlNodes(bytes, path, limits, options);
  const [problem] = problems;
  if (problem !== undefined) return { problem };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  const documents = [...parsed].filter((document) => !isEmptyDocument(document));
  const values = nodes.map(plainValue);
  if (documents.length !== values.length || text.includes('\ufffd')) {
    return { problem: { kind: 'unreadable', path, message: `${path}: only UTF-8 text can be edited` } };
  }
  return {
    path,
    text,
    documents,
    values,
    objects: documents.flatMap((document, index) => objectsIn(document, values[index], index)),
    placeAt: (offset) => {
      const { line, col } = lineCounter.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
}

function isEmptyDocument({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

function objectsIn(parsed: Document.Parsed, value: unknown, document: number): WrittenObject[] {
  const { contents } = parsed;
  if (!isMap(contents)) return [];
  const fields = asFields(value);
  const items = contents.get('items', true);
  if (typeof fields.kind === 'string' && fields.kind.endsWith('List') && isSeq(items)) {
    return asList(fields.items).flatMap((itemValue, item) => {
      const map = items.items[item];
      return isMap(map) && isKubeObjectShape(itemValue)
        ? [{ object: itemValue as KubeObject, map, document, item }]
        : [];
    });
  }
  return isKubeObjectShape(value) ? [{ object: value as KubeObject, map: contents, document, item: undefined }] : [];
}
