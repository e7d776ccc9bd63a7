import type { Closure } from '../closure.ts';
import type { FileTree } from '../file-tree.ts';
import { type RelativePath, relativePath, resolveFrom } from '../paths.ts';
import { walkFiles } from '../walk-files.ts';
import { filesClosure } from './merged-closure.ts';
import { pathGlob } from './path-glob.ts';

const GLOB = /[*?[{]/;

/**
 * The files that `manifest-generate-paths` says the Application is made of: relative to its `path`, from the root with a leading `/`. A
 * directory stands for all that is in it, a glob for what it matches.
 */
export function refreshPathsClosure(tree: FileTree, path: RelativePath, written: readonly string[]): Closure {
  const files = new Set<RelativePath>();
  const listings = new Set<RelativePath>();
  const absent = new Set<RelativePath>();
  for (const name of written) {
    const fixed = GLOB.test(name) ? name.slice(0, name.slice(0, name.search(GLOB)).lastIndexOf('/') + 1) : name;
    const base = placeOf(fixed, name, path);
    if (base === undefined) continue;
    const matches = fixed === name ? undefined : pathGlob(placeOf(name, name, path) ?? '');
    const kind = tree.kindOf(base);
    if (kind === undefined) absent.add(base);
    if (kind === 'directory') listings.add(base);
    for (const file of walkFiles(tree, base)) {
      if (matches === undefined || matches(file)) files.add(file);
    }
  }
  return filesClosure(path, { files: [...files], listings: [...listings], absent: [...absent] });
}

function placeOf(part: string, whole: string, path: RelativePath): RelativePath | undefined {
  return whole.startsWith('/') ? relativePath(part) : resolveFrom(path, part === '' ? '.' : part);
}
