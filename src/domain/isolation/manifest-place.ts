import type { BuildProblem } from '../closure.ts';
import type { FileTree } from '../file-tree.ts';
import { FileUnreadableError } from '../file-tree.ts';
import { isKustomizationFile } from '../kustomization-file-names.ts';
import type { Limits } from '../limits.ts';
import { baseNameOf, type RelativePath } from '../paths.ts';
import type { ObjectId } from '../target.ts';
import { parseObjectId } from '../target.ts';
import { type WrittenFile, type WrittenObject, writtenFile } from './written-file.ts';

/** The object of a target or source, in the file that defines it. */
export interface ManifestPlace {
  readonly file: WrittenFile;
  readonly written: WrittenObject;
  /** The same for the same object of the same file. */
  readonly key: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** The YAML files of a tree, each read once. */
export class WrittenFiles {
  readonly #tree: FileTree;
  readonly #limits: Limits;
  readonly #files = new Map<RelativePath, WrittenFile | { readonly problem: BuildProblem } | undefined>();

  constructor(tree: FileTree, limits: Limits) {
    this.#tree = tree;
    this.#limits = limits;
  }

  /** Undefined where there is no such file. */
  at(path: RelativePath): WrittenFile | { readonly problem: BuildProblem } | undefined {
    if (!this.#files.has(path)) this.#files.set(path, this.#read(path));
    return this.#files.get(path);
  }

  #read(path: RelativePath): WrittenFile | { readonly problem: BuildProblem } | undefined {
    try {
      const bytes = this.#tree.read(path);
      const duplicateKeys = isKustomizationFile(path) ? 'last-wins' : 'error';
      return bytes === undefined ? undefined : writtenFile(path, bytes, this.#limits, { duplicateKeys });
    } catch (error) {
      if (!(error instanceof FileUnreadableError)) throw error;
      return { problem: { kind: 'unreadable', path, message: error.message, hint: error.hint } };
    }
  }
}

/** Where `id` is written in the file. In words: why not. */
export function placeOf(file: WrittenFile, id: ObjectId): ManifestPlace | { readonly none: string } {
  const { kind, namespace, name } = parseObjectId(id);
  const found = file.objects.filter(({ object }) => {
    const writtenNamespace = object.metadata.namespace ?? namespace;
    return object.kind === kind && object.metadata.name === name && writtenNamespace === namespace;
  });
  const [written] = found;
  if (written === undefined) return { none: `${file.path} writes it under another name` };
  if (found.length > 1) return { none: `${file.path} holds ${found.length} objects of that name` };
  const { line, column } = file.placeAt(written.map.range?.[0] ?? 0);
  return { file, written, key: `${file.path}#${written.document}#${written.item ?? ''}`, line, column };
}

/** True for a manifest that a tool writes, and will write again: Flux's bootstrap, or one whose first comment says so. */
export function isGenerated({ path, text }: WrittenFile): boolean {
  if (/^gotk-(sync|components)\.ya?ml$/.test(baseNameOf(path))) return true;
  const comment = /^(?:\ufeff|\s|---[^\n]*\n|#[^\n]*\n)*/.exec(text)?.[0] ?? '';
  return /\bdo not edit\b|\b(auto-?)?generated( automatically)? by\b/i.test(comment);
}
