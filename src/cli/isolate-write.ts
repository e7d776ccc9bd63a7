import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FailureError } from '../domain/failure.ts';
import type { FileChange } from '../domain/isolation/file-changes.ts';

interface Prepared {
  readonly change: FileChange;
  readonly file: string;
  readonly temporary: string;
}

/**
 * Writes all changes below `root`, or none: each beside its file first, then all by rename; where one fails, those done before are taken
 * back. Throws FailureError (`disk`), also where a file is no longer what the change was made from.
 */
export function writeTogether(root: string, changes: readonly FileChange[]): void {
  const prepared: Prepared[] = [];
  const renamed: Prepared[] = [];
  try {
    for (const change of changes) {
      const file = join(root, change.path);
      expectUnchanged(file, change);
      const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
      prepared.push({ change, file, temporary });
      const mode = change.before === undefined ? 0o666 : statSync(file).mode & 0o7777;
      writeFileSync(temporary, change.after, { mode, flag: 'wx', flush: true });
    }
    for (const one of prepared) {
      renameSync(one.temporary, one.file);
      renamed.push(one);
    }
  } catch (cause) {
    for (const { temporary } of prepared) rmSync(temporary, { force: true });
    for (const { file, change } of renamed) takeBack(file, change);
    if (cause instanceof FailureError) throw cause;
    const message = `nothing was written: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new FailureError({ kind: 'disk', message }, { cause });
  }
}

function expectUnchanged(file: string, { path, before }: FileChange): void {
  let now: string | undefined;
  try {
    now = new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  if (now === before) return;
  const message = `nothing was written: ${path} changed in the meantime`;
  throw new FailureError({ kind: 'disk', message, hint: 'run it again' });
}

function takeBack(file: string, { before }: FileChange): void {
  if (before === undefined) rmSync(file, { force: true });
  else writeFileSync(file, before);
}
