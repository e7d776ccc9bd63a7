import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ArtifactFiles } from './archive.ts';

interface Unpacked {
  readonly directory: Promise<string>;
  users: number;
}

/** Artifacts as directories for a builder to read: each is written once, shared by all its builds, and removed when a newer one is in use. */
export class UnpackedArtifacts {
  readonly #byFiles = new Map<ArtifactFiles, Unpacked>();
  /** Directories kept without a user, newest last. */
  static readonly #idleMax = 2;

  /** Calls `use` with a directory that holds `files`; it must not write there. */
  async shared<T>(files: ArtifactFiles, use: (directory: string) => Promise<T>): Promise<T> {
    const unpacked = this.#byFiles.get(files) ?? { directory: unpack(files), users: 0 };
    // Last in the map is newest in use.
    this.#byFiles.delete(files);
    this.#byFiles.set(files, unpacked);
    unpacked.users += 1;
    try {
      return await use(await unpacked.directory);
    } finally {
      unpacked.users -= 1;
      await this.#removeIdle(UnpackedArtifacts.#idleMax);
    }
  }

  /** Calls `use` with a directory of its own. */
  async own<T>(files: ArtifactFiles, use: (directory: string) => Promise<T>): Promise<T> {
    const directory = await unpack(files);
    try {
      return await use(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Removes what no build uses. */
  clear(): Promise<void> {
    return this.#removeIdle(0);
  }

  async #removeIdle(kept: number): Promise<void> {
    const idle = [...this.#byFiles].filter(([, { users }]) => users === 0);
    for (const [files, { directory }] of idle.slice(0, Math.max(0, idle.length - kept))) {
      this.#byFiles.delete(files);
      // A directory that could not be written has removed itself.
      const path = await directory.catch(() => undefined);
      if (path !== undefined) await rm(path, { recursive: true, force: true });
    }
  }
}

async function unpack(files: ArtifactFiles): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kustomization-'));
  try {
    const directories = new Set([...files.keys()].map((path) => dirname(path)));
    for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
    for (const [path, { content, mode }] of files) await writeFile(join(root, path), content, { mode });
    return root;
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}
