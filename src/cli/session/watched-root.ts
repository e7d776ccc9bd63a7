import { realpathSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { FailureError } from '../../domain/failure.ts';
import { type RelativePath, relativePath } from '../../domain/paths.ts';
import { isGitKind } from '../../domain/source-kinds.ts';
import type { SourceDefinition } from '../../domain/target.ts';
import { gitTopLevel } from './git.ts';

/** The directory that a source's paths count from: `--root`, else the Git top level for what is read from Git, else the watched directory. */
export function sourceRootOf(
  directory: string,
  root: string | undefined,
): (source: SourceDefinition | undefined) => string {
  const top = gitTopLevel(directory);
  return (source) => {
    if (root !== undefined) return realpathSync(root);
    return isGitKind(source?.kind) ? (top ?? directory) : directory;
  };
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Where the watched directory lies below the source root. Throws FailureError where it does not. */
export function watchedBelow(rootDir: string, directory: string): RelativePath {
  const below = relativePath(relative(rootDir, directory).split(sep).join('/'));
  if (below !== undefined && isDirectory(rootDir)) return below;
  throw new FailureError({
    kind: 'invalid',
    message: `the watched directory ${directory} lies outside of the source root ${rootDir}`,
    hint: 'name a directory around it with --root',
  });
}
