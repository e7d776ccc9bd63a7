import type { ArtifactFiles } from './archive.ts';

const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The files of an artifact as directories. */
export interface ArtifactTree {
  readonly files: ArtifactFiles;
  isDirectory(path: string): boolean;
  /** The kustomization file of a directory, as a path. */
  kustomizationFile(directory: string): string | undefined;
  /** Names directly in a directory, sorted. */
  list(directory: string): readonly string[];
}

const trees = new WeakMap<ArtifactFiles, ArtifactTree>();

/** Directories are named without a trailing slash; the root is empty. */
export function artifactTree(files: ArtifactFiles): ArtifactTree {
  const known = trees.get(files);
  if (known !== undefined) return known;
  const directories = new Map<string, Set<string>>([['', new Set()]]);
  for (const path of files.keys()) {
    let child = path;
    for (;;) {
      const slash = child.lastIndexOf('/');
      const parent = slash < 0 ? '' : child.slice(0, slash);
      const names = directories.get(parent) ?? new Set<string>();
      const isKnown = directories.has(parent);
      names.add(child.slice(slash + 1));
      directories.set(parent, names);
      if (parent === '' || isKnown) break;
      child = parent;
    }
  }
  const tree: ArtifactTree = {
    files,
    isDirectory: (path) => directories.has(path),
    kustomizationFile: (directory) =>
      KUSTOMIZATION_FILES.map((name) => within(directory, name)).find((path) => files.has(path)),
    list: (directory) => [...(directories.get(directory) ?? [])].sort(),
  };
  trees.set(files, tree);
  return tree;
}

export function within(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** `path` as written in `directory`; undefined when it leaves the root. */
export function resolvePath(directory: string, path: string): string | undefined {
  const segments: string[] = [];
  for (const segment of `${directory}/${path}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join('/');
}

/**
 * What kustomize-controller writes into the `resources` of a generated kustomization: every manifest below `directory`, a nested
 * directory with its own kustomization file as one. Relative to `directory`.
 */
export function generatedResources(tree: ArtifactTree, directory: string): readonly string[] {
  const found: string[] = [];
  const visit = (relative: string): void => {
    for (const name of tree.list(within(directory, relative).replace(/\/$/, ''))) {
      const path = within(relative, name);
      const full = within(directory, path);
      if (tree.isDirectory(full)) {
        if (tree.kustomizationFile(full) === undefined) visit(path);
        else found.push(path);
      } else if (/\.ya?ml$/.test(name)) found.push(path);
    }
  };
  visit('');
  return found;
}
