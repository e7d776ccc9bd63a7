import type { RelativePath } from '../domain/paths.ts';

/** The tree holds more files and directories than the limit `treeFilesMax` allows. */
export class TreeLimitError extends Error {
  readonly limit = 'treeFilesMax';
  readonly directory: RelativePath;
  constructor(found: number, allowed: number, directory: RelativePath) {
    super(
      `expected at most ${allowed} files and directories, found ${found} by the time ${directory} was read: ` +
        'watch a smaller directory, or raise the limit treeFilesMax',
    );
    this.name = 'TreeLimitError';
    this.directory = directory;
  }
}
