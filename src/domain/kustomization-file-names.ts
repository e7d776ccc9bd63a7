import type { FileTree } from './file-tree.ts';
import { KUSTOMIZATION_FILE_NAMES } from './kustomization-file.ts';
import type { RelativePath } from './paths.ts';
import { baseNameOf, childOf, parentOf, ROOT } from './paths.ts';

const NAMES: readonly string[] = KUSTOMIZATION_FILE_NAMES;

export function isKustomizationFile(path: RelativePath): boolean {
  return NAMES.includes(baseNameOf(path));
}

/** The kustomization file of `directory` as kustomize would pick it. */
export function kustomizationFileIn(tree: FileTree, directory: RelativePath): RelativePath | undefined {
  return NAMES.map((name) => childOf(directory, name)).find((path) => tree.kindOf(path) === 'file');
}

export function kustomizationFileCandidates(directory: RelativePath): readonly RelativePath[] {
  return NAMES.map((name) => childOf(directory, name));
}

/** The directories around `path`, nearest first, up to the root. */
export function* directoriesAround(path: RelativePath): Generator<RelativePath> {
  let directory = path;
  while (directory !== ROOT) {
    directory = parentOf(directory);
    yield directory;
  }
}
