import type { BuildProblem, Closure } from '../closure.ts';
import { type FileTree, FileUnreadableError } from '../file-tree.ts';
import { unreadable } from '../kustomization-node-reader.ts';
import type { Limits } from '../limits.ts';
import { looseText } from '../loose-documents.ts';
import { manifestProblems } from '../manifest-problems.ts';
import { childOf, type RelativePath, ROOT } from '../paths.ts';
import type { DirectoryOptions } from './application-target.ts';
import { filesClosure } from './merged-closure.ts';
import { pathGlob } from './path-glob.ts';

const MANIFEST_FILE = /\.(yaml|yml|json|jsonnet)$/;

/** What Argo CD reads of a plain directory: its manifests, with `recurse` those below it too, as `include` and `exclude` let them through. */
export function directoryClosure(
  tree: FileTree,
  directory: RelativePath,
  options: DirectoryOptions,
  limits: Limits,
): Closure {
  const files: RelativePath[] = [];
  const listings: RelativePath[] = [];
  const problems: BuildProblem[] = [];
  const isIncluded = options.include === '' ? () => true : pathGlob(options.include);
  const isExcluded = options.exclude === '' ? () => false : pathGlob(options.exclude);

  function visit(at: RelativePath): void {
    listings.push(at);
    for (const { name, kind } of entriesOf(tree, at, problems)) {
      const path = childOf(at, name);
      const below = directory === ROOT ? path : path.slice(directory.length + 1);
      if (kind === 'directory' && options.recurse) visit(path);
      if (kind !== 'file' || !MANIFEST_FILE.test(name) || isExcluded(below) || !isIncluded(below)) continue;
      files.push(path);
      problems.push(...problemsOf(tree, path, limits));
    }
  }

  visit(directory);
  return filesClosure(directory, { files, listings, problems });
}

function entriesOf(tree: FileTree, directory: RelativePath, problems: BuildProblem[]) {
  try {
    return tree.list(directory) ?? [];
  } catch (error) {
    problems.push(unreadable(error, directory));
    return [];
  }
}

function problemsOf(tree: FileTree, path: RelativePath, limits: Limits): readonly BuildProblem[] {
  if (path.endsWith('.jsonnet')) {
    return [{ kind: 'unreadable', path, message: `${path}: what Jsonnet imports is not followed` }];
  }
  try {
    const text = tree.read(path);
    if (text === undefined) return [];
    const problems = manifestProblems(text, path, limits);
    // A file of something else is passed over, as long as it does not look like a manifest.
    return problems.length > 0 && looksLikeManifest(looseText(tree, path) ?? '') ? problems : [];
  } catch (error) {
    if (error instanceof FileUnreadableError) return [unreadable(error, path)];
    throw error;
  }
}

function looksLikeManifest(text: string): boolean {
  return ['apiVersion:', 'kind:', 'metadata:'].every((field) => text.includes(field));
}
