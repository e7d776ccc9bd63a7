import type { ContentTree } from '../domain/content-tree.ts';
import { type FileTree, FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';

export interface FileToPush {
  readonly path: RelativePath;
  /** 0o644 or 0o755. */
  readonly mode: number;
  /** Hex sha256 of the content as the last resolution saw it; empty for a file that could not be read then. */
  readonly digest: string;
  /** Throws FileUnreadableError, also when the file is gone by now. */
  read(): Uint8Array;
}

/** Everything that the source's controller lets through, sorted by path. */
export function filesToPush(source: { readonly contents: ContentTree; readonly visible: FileTree }): FileToPush[] {
  const { contents, visible } = source;
  return contents
    .contentsOfAll()
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, content]) => {
      const [mode = '', digest = ''] = content.split(' ');
      return mode === 'unreadable'
        ? fileToPush(visible, path, 0o644, '')
        : fileToPush(visible, path, Number.parseInt(mode, 8), digest);
    });
}

export function fileToPush(tree: FileTree, path: RelativePath, mode: number, digest: string): FileToPush {
  return {
    path,
    mode,
    digest,
    read: () => {
      const content = tree.read(path);
      if (content === undefined) throw new FileUnreadableError(path, 'ENOENT');
      return content;
    },
  };
}
