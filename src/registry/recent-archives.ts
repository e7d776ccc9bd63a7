import { hash } from 'node:crypto';
import { type Archive, createArchive } from './archive.ts';
import type { ArchiveFile } from './tar.ts';

/** A file of an artifact. With the digests of all of them an archive that was made before is known again. */
export interface ArtifactFile extends ArchiveFile {
  /** Hex sha256 of what `read` gives, where it is known. */
  readonly digest?: string | undefined;
}

const ARCHIVES_MAX = 16;
const BYTES_MAX = 8 * 1024 * 1024;

/** The archives made last: what was put together ahead of its push is not put together again by it. */
export class RecentArchives {
  readonly #keys = new WeakMap<readonly ArtifactFile[], string | undefined>();
  /** Oldest first. */
  readonly #made = new Map<string, { readonly archive: Promise<Archive>; bytes: number }>();

  of(files: readonly ArtifactFile[]): Promise<Archive> {
    const key = this.#keys.get(files) ?? keyOf(files);
    this.#keys.set(files, key);
    if (key === undefined) return createArchive(files);
    const known = this.#made.get(key);
    if (known !== undefined) return known.archive;
    const made = { archive: createArchive(files), bytes: 0 };
    this.#made.set(key, made);
    made.archive.then(
      ({ bytes }) => {
        made.bytes = bytes.byteLength;
        this.#forgetOldest();
      },
      () => this.#made.delete(key),
    );
    return made.archive;
  }

  #forgetOldest(): void {
    let bytes = [...this.#made.values()].reduce((sum, made) => sum + made.bytes, 0);
    for (const [key, made] of this.#made) {
      if (this.#made.size <= ARCHIVES_MAX && bytes <= BYTES_MAX) return;
      this.#made.delete(key);
      bytes -= made.bytes;
    }
  }
}

function keyOf(files: readonly ArtifactFile[]): string | undefined {
  let text = '';
  for (const { path, mode, digest } of files) {
    if (digest === undefined) return undefined;
    text += `${path}\0${(mode & 0o111) === 0 ? '' : 'x '}${digest}\n`;
  }
  return hash('sha256', text, 'hex');
}
