import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileFacts, FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import { type FileStamp, fileStamp } from './file-stamp.ts';
import { errorCode } from './list-directory.ts';

export interface StableFile {
  readonly content: Uint8Array;
  readonly facts: FileFacts;
  readonly stamp: FileStamp;
}

/**
 * Content, facts and stamp of one file, belonging together. A file that is written meanwhile gets a racy stamp, so that it is read
 * again. Undefined where there is none. Throws FileUnreadableError, with code EFBIG beyond `bytesMax`.
 */
export function readStableFile(
  absolute: string,
  path: RelativePath,
  options: { readonly bytesMax: number; readonly followSymlinks: boolean },
): StableFile | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a pipe put in the file's place would block for good.
    descriptor = openSync(
      absolute,
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (options.followSymlinks ? 0 : (constants.O_NOFOLLOW ?? 0)),
    );
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    if (code === undefined) throw error;
    throw new FileUnreadableError(path, code, { cause: error });
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) return undefined;
    if (stats.size > BigInt(options.bytesMax)) throw new FileUnreadableError(path, 'EFBIG');
    const lookedAtMs = Date.now();
    const content = readAll(descriptor, Number(stats.size));
    const stamp = fileStamp(stats, lookedAtMs);
    const facts = {
      digest: hash('sha256', content, 'hex'),
      mode: (stats.mode & 0o111n) === 0n ? 0o644 : 0o755,
      bytes: content.length,
    };
    return { content, facts, stamp: content.length === Number(stats.size) ? stamp : { ...stamp, racy: true } };
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof FileUnreadableError || code === undefined) throw error;
    throw new FileUnreadableError(path, code, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

/** At most `size` bytes: a file that grows under the read is caught by its stamp. */
function readAll(descriptor: number, size: number): Uint8Array {
  const content = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, content, length, size - length, null);
    if (read === 0) break;
    length += read;
  }
  return length === size ? content : content.subarray(0, length);
}
