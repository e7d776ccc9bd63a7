import { fieldPlace, type Place } from './field-place.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import type { KubeObject } from './kube-object.ts';
import type { Limits } from './limits.ts';
import type { RelativePath } from './paths.ts';
import { parseYamlNodes } from './yaml-documents.ts';
import { fieldOf, stringField, type YamlNode } from './yaml-node.ts';

/** A line of a manifest. */
export interface ManifestPlace extends Place {
  readonly path: RelativePath;
}

/** Finds what is wrong with a built object in the files of the build, each read once. */
export class ManifestPlaces {
  readonly #tree: FileTree;
  readonly #limits: Limits;
  readonly #read = new Map<RelativePath, readonly YamlNode[]>();

  constructor(tree: FileTree, limits: Limits) {
    this.#tree = tree;
    this.#limits = limits;
  }

  /**
   * Where `object` is written among `files`, at the field that `message` names; undefined where a generator makes it, or nobody can tell. A build
   * changes names by prefixes and suffixes: the document with the very name comes first.
   */
  find(object: KubeObject, message: string, files: readonly RelativePath[]): ManifestPlace | undefined {
    const { name } = object.metadata;
    const written = files.flatMap((path) => this.#documents(path).map((document) => ({ path, document })));
    const ofKind = written.filter(({ document }) => stringField(document, 'kind') === object.kind);
    const found =
      ofKind.find(({ document }) => nameOf(document) === name) ??
      ofKind.find(({ document }) => name.includes(nameOf(document) ?? ' '));
    if (found === undefined) return undefined;
    const { path, document } = found;
    const { line, column } = fieldPlace(document, message) ?? document;
    return { path, line, column };
  }

  #documents(path: RelativePath): readonly YamlNode[] {
    if (!/\.(ya?ml|json)$/.test(path)) return [];
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const content = readable(this.#tree, path);
    const nodes = content === undefined ? [] : parseYamlNodes(content, path, this.#limits).nodes;
    this.#read.set(path, nodes);
    return nodes;
  }
}

function nameOf(document: YamlNode): string | undefined {
  return stringField(fieldOf(document, 'metadata'), 'name');
}

function readable(tree: FileTree, path: RelativePath): Uint8Array | undefined {
  try {
    return tree.read(path);
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}
