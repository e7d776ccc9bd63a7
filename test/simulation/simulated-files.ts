/** The directory that is watched, as it lies on disk: files, and for each file and directory a number that changes when it is written. */
export class SimulatedFiles {
  readonly files = new Map<string, string>();
  /** git rewrites the tree and holds its lock. */
  isLocked = false;
  /** Counts the states the tree was in. */
  version = 0;
  readonly #directories = new Map<string, Map<string, 'file' | 'directory'>>([['.', new Map()]]);
  readonly #stamps = new Map<string, string>();
  readonly #writtenAt = new Map<string, number>();

  write(path: string, text: string): void {
    this.version += 1;
    if (!this.files.has(path)) this.#enter(path, 'file');
    this.files.set(path, text);
    this.#stamps.set(path, String(this.version));
    this.#writtenAt.set(path, this.version);
  }

  delete(path: string): void {
    if (!this.files.delete(path)) return;
    this.version += 1;
    this.#writtenAt.delete(path);
    this.#stamps.delete(path);
    this.#leave(path);
  }

  /** Undefined where no directory is. */
  entries(directory: string): ReadonlyMap<string, 'file' | 'directory'> | undefined {
    return this.#directories.get(directory);
  }

  /** Changes with the file's content or the directory's entries; 0 where nothing is. */
  stamp(path: string): string {
    return this.#stamps.get(path) ?? (path === '.' ? '1' : '0');
  }

  /** In which version the file got its content. */
  writtenAt(path: string): number {
    return this.#writtenAt.get(path) ?? 0;
  }

  #enter(path: string, kind: 'file' | 'directory'): void {
    const { directory, name } = parts(path);
    let entries = this.#directories.get(directory);
    if (entries === undefined) {
      entries = new Map();
      this.#directories.set(directory, entries);
      this.#enter(directory, 'directory');
    }
    entries.set(name, kind);
    this.#stamps.set(directory, String(this.version));
  }

  #leave(path: string): void {
    const { directory, name } = parts(path);
    const entries = this.#directories.get(directory);
    entries?.delete(name);
    this.#stamps.set(directory, String(this.version));
    if (entries?.size !== 0 || directory === '.') return;
    this.#directories.delete(directory);
    this.#stamps.delete(directory);
    this.#leave(directory);
  }
}

function parts(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { directory: '.', name: path } : { directory: path.slice(0, slash), name: path.slice(slash + 1) };
}
