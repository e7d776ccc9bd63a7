import { parseObjectId } from '../domain/target.ts';
import type { ExplainedEntry } from './explain-command.ts';
import { gitTopLevel } from './session/git.ts';

/** The directory that `spec.path` counts from when `--root` does not say: the Git top level for a GitRepository, else the watched directory. */
export function sourceRoot(directory: string, entries: readonly ExplainedEntry[]): string {
  const fromGit = entries.some(
    ({ fedSource }) => fedSource !== undefined && parseObjectId(fedSource).kind === 'GitRepository',
  );
  return fromGit ? (gitTopLevel(directory) ?? directory) : directory;
}
