import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isGitKind } from '../domain/source-kinds.ts';
import { parseObjectId, type TargetDefinition } from '../domain/target.ts';
import type { ExplainedEntry } from './explained-entry.ts';
import { gitTopLevel } from './session/git.ts';

/**
 * The directory that `spec.path` counts from when `--root` does not say: the Git top level for a GitRepository, else the
 * watched directory. Where the fed source is not known, the one that the paths of the targets exist below.
 */
export function sourceRoot(directory: string, entries: readonly ExplainedEntry[]): string {
  const known = entries.flatMap(({ fedSource }) => (fedSource === undefined ? [] : [fedSource]));
  const top = gitTopLevel(directory);
  if (top === undefined || top === directory) return directory;
  if (known.length > 0) return known.some(isGit) ? top : directory;
  const targets = entries.flatMap(({ definitions }) => definitions.targets);
  if (targets.some((target) => !isGit(target.source) && isBelow(directory, target))) return directory;
  return targets.some((target) => isGit(target.source) && isBelow(top, target)) ? top : directory;
}

function isGit(source: string): boolean {
  return isGitKind(parseObjectId(source).kind);
}

function isBelow(root: string, { path }: TargetDefinition): boolean {
  return path !== undefined && existsSync(join(root, path));
}
