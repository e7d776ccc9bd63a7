import { createHash } from 'node:crypto';
import { type DirectoryEntry, type FileFacts, type FileTree, FileUnreadableError } from '../../src/domain/file-tree.ts';
import type { RelativePath } from '../../src/domain/paths.ts';

/** A tree of files in memory; `reads` lists what was read since it was last emptied. */
export class MemoryTree implements FileTree {
  readonly files: Map<string, string>;
  readonly symlinks = new Set<string>();
  readonly unreadable = new Set<string>();
  reads: string[] = [];

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
  }

  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined {
    if (this.symlinks.has(path)) return 'symlink';
    if (this.files.has(path)) return 'file';
    return path === '.' || [...this.files.keys()].some((file) => file.startsWith(`${path}/`)) ? 'directory' : undefined;
  }

  list(directory: RelativePath): DirectoryEntry[] | undefined {
    if (this.kindOf(directory) !== 'directory') return undefined;
    const prefix = directory === '.' ? '' : `${directory}/`;
    const names = new Set(
      [...this.files.keys()]
        .filter((file) => file.startsWith(prefix))
        .map((file) => file.slice(prefix.length).split('/')[0] ?? ''),
    );
    return [...names]
      .sort()
      .map((name) => ({ name, kind: this.kindOf(`${prefix}${name}` as RelativePath) ?? 'other' }));
  }

  read(path: RelativePath): Uint8Array | undefined {
    if (this.unreadable.has(path)) throw new FileUnreadableError(path, 'EACCES');
    const text = this.symlinks.has(path) ? undefined : this.files.get(path);
    this.reads.push(path);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  }

  facts(path: RelativePath): FileFacts | undefined {
    if (this.unreadable.has(path)) throw new FileUnreadableError(path, 'EACCES');
    const text = this.symlinks.has(path) ? undefined : this.files.get(path);
    if (text === undefined) return undefined;
    return { digest: createHash('sha256').update(text).digest('hex'), mode: 0o644, bytes: Buffer.byteLength(text) };
  }
}
