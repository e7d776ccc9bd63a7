import { hash } from 'node:crypto';
import type { Closure } from './closure.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import type { RelativePath } from './paths.ts';

/**
 * Hex sha256 over all that decides the outcome of a build: path, mode and content of each file it reads, and the paths whose absence
 * counts. It rests on the tree's own digests, so one changed file costs one hash over a few bytes a file.
 */
export function closureDigest(closure: Closure, tree: FileTree): string {
  let text = '';
  // Paths hold neither NUL nor, as one record a path, anything that could be taken for another record.
  for (const path of closure.files) text += `${path}\0${factsLine(path, tree)}\n`;
  for (const path of closure.absent) text += `${path}\0absent\n`;
  for (const path of closure.remote) text += `${path}\0remote\n`;
  return hash('sha256', text, 'hex');
}

function factsLine(path: RelativePath, tree: FileTree): string {
  try {
    const facts = tree.facts(path);
    return facts === undefined ? 'absent' : `${facts.mode.toString(8)} ${facts.digest}`;
  } catch (error) {
    if (error instanceof FileUnreadableError) return `unreadable ${error.code}`;
    throw error;
  }
}
