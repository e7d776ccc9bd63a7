import type { RelativePath } from './paths.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
}

/** What a file is, without its bytes. `digest` is hex sha256 of the content; `mode` is 0o644 or 0o755 (only the x bit counts). */
export interface FileFacts {
  readonly digest: string;
  readonly mode: number;
  readonly bytes: number;
}

export class FileUnreadableError extends Error {
  readonly path: RelativePath;
  readonly code: string;
  readonly hint: string;
  constructor(path: RelativePath, code: string, options?: ErrorOptions) {
    super(
      code === 'EFBIG' ? `${path}: larger than the limit closureBytesMax` : `${path}: cannot be read (${code})`,
      options,
    );
    this.name = 'FileUnreadableError';
    this.path = path;
    this.code = code;
    this.hint = code === 'EFBIG' ? 'raise the limit with --limit closureBytesMax=NUMBER' : 'check its permissions';
  }
}

/**
 * The files below one root, as the mapping sees them. All methods are synchronous and answer from memory where they can; the
 * disk implementation forgets what `invalidate` names. Paths never leave the root; symlinks are not followed unless the
 * implementation says so.
 */
export interface FileTree {
  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined;
  /** Entries sorted by name, or undefined where `directory` is no directory. */
  list(directory: RelativePath): readonly DirectoryEntry[] | undefined;
  /** Undefined where no such file is. Throws FileUnreadableError. */
  read(path: RelativePath): Uint8Array | undefined;
  /** Undefined where no such file is. Throws FileUnreadableError. */
  facts(path: RelativePath): FileFacts | undefined;
  /** The path with every symlink in it resolved, where the implementation follows them; undefined where that leaves the root. */
  realPath?(path: RelativePath): RelativePath | undefined;
}
