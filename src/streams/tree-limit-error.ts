import type { RelativePath } from '../domain/paths.ts';

/** The tree holds more files and directories than the limit `treeFilesMax` allows. */
export class TreeLimitError extends Error {
  readonly limit = 'treeFilesMax';
  readonly directory: RelativePath;
  readonly hint: string;
  constructor(found: number, allowed: number, directory: RelativePath) {
    super(`expected at most ${allowed} files and directories, found ${found} by the time ${directory} was read`);
    this.name = 'TreeLimitError';
    this.directory = directory;
    this.hint = `watch a smaller directory, or raise the limit: --limit treeFilesMax=${Math.max(found, allowed * 2)}`;
  }
}
