import { hash } from 'node:crypto';
import { FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { ObjectId } from '../domain/target.ts';

/**
 * What the tool writes into the artifact's config blob: which content the artifact holds, target by target, and for which build of the target
 * (`buildFingerprint`) that was worked out. Content and definitions only, so the bytes are reproducible.
 */
export interface ArtifactConfig {
  readonly 'reconcile-machine.dev/content': string;
  readonly 'reconcile-machine.dev/targets': Readonly<Record<ObjectId, string>>;
  /** Absent where no target is known, and in what older versions pushed. */
  readonly 'reconcile-machine.dev/builds'?: Readonly<Record<ObjectId, string>>;
}

export function artifactConfig(
  contentDigest: string,
  digests: Readonly<Record<ObjectId, string>>,
  builds: Readonly<Record<ObjectId, string>> = {},
): ArtifactConfig {
  const config = { 'reconcile-machine.dev/content': contentDigest, 'reconcile-machine.dev/targets': sorted(digests) };
  return Object.keys(builds).length === 0 ? config : { ...config, 'reconcile-machine.dev/builds': sorted(builds) };
}

function sorted(byTarget: Readonly<Record<ObjectId, string>>): Readonly<Record<ObjectId, string>> {
  return Object.fromEntries(Object.entries(byTarget).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The digest of all files that an artifact's config blob carries, or undefined when another tool made it. */
export function contentDigestOf(config: unknown): string | undefined {
  const content = typeof config === 'object' && config !== null ? Object.entries(config) : [];
  const [, digest] = content.find(([name]) => name === 'reconcile-machine.dev/content') ?? [];
  return typeof digest === 'string' && digest !== '' ? digest : undefined;
}

/** The target digests an artifact's config blob carries, or undefined when another tool made it. */
export function targetDigestsOf(config: unknown): Readonly<Record<ObjectId, string>> | undefined {
  return textsIn(config, 'reconcile-machine.dev/targets');
}

/** For which build each of them counts; undefined where that was not noted. */
export function targetBuildsOf(config: unknown): Readonly<Record<ObjectId, string>> | undefined {
  return textsIn(config, 'reconcile-machine.dev/builds');
}

function textsIn(config: unknown, name: keyof ArtifactConfig): Readonly<Record<ObjectId, string>> | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  const texts: unknown = (config as Partial<ArtifactConfig>)[name];
  if (typeof texts !== 'object' || texts === null) return undefined;
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => typeof text === 'string'));
}

export interface PushFile {
  readonly path: RelativePath;
  readonly mode: number;
  /** Hex sha256 of the content as it was resolved; empty for a file that cannot be read. */
  readonly digest: string;
  read(): Uint8Array;
}

/** Contents kept from one push to the next. Repositories of manifests are far smaller; beyond it every file is read each time. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** A file whose bytes are those of its digest. */
export interface ResolvedFile {
  readonly path: RelativePath;
  readonly mode: number;
  /** Hex sha256 */
  readonly digest: string;
  read(): Uint8Array;
}

type ResolvedFiles =
  | { readonly contents: readonly ResolvedFile[] }
  | { readonly moved: readonly RelativePath[] }
  | { readonly unreadable: FileUnreadableError };

/** The contents of what is pushed, kept by their digest: a save changes one file, and only that one is read from disk again. */
export class ResolvedContents {
  #kept: ReadonlyMap<string, Uint8Array> = new Map();
  /** What was read last, and the digest of all of it, where all of it is kept. */
  #last: { readonly content: string; readonly contents: readonly ResolvedFile[] } | undefined;

  /**
   * Every file as the resolution saw it, and nothing else: one that was saved since and is not kept is reported as moved, so that nothing is
   * pushed that was not decided about.
   */
  read(files: readonly PushFile[]): ResolvedFiles {
    const kept = new Map<string, Uint8Array>();
    const contents: ResolvedFile[] = [];
    const moved: RelativePath[] = [];
    let keptBytes = 0;
    for (const file of files) {
      const { path, mode, digest } = file;
      const bytes = kept.get(digest) ?? this.#kept.get(digest) ?? readWithDigest(file);
      // An artifact without it would be another one than what lies on disk.
      if (bytes instanceof FileUnreadableError) return { unreadable: bytes };
      if (bytes === undefined) {
        moved.push(path);
        continue;
      }
      contents.push({ path, mode, digest, read: () => bytes });
      if (kept.has(digest) || keptBytes + bytes.byteLength > KEPT_BYTES_MAX) continue;
      keptBytes += bytes.byteLength;
      kept.set(digest, bytes);
    }
    this.#kept = kept;
    this.#last = undefined;
    return moved.length > 0 ? { moved } : { contents };
  }

  /** As `read`. `content` is a digest of all the files, where it is known: where it is that of the last time, they are not looked at one by one. */
  readAs(content: string | undefined, files: () => readonly PushFile[]): ResolvedFiles {
    if (content === undefined) return this.read(files());
    if (this.#last?.content === content) return this.#last;
    const read = this.read(files());
    if ('contents' in read && read.contents.every(({ digest }) => this.#kept.has(digest))) {
      this.#last = { content, contents: read.contents };
    }
    return read;
  }
}

/** The contents of what is pushed, artifact by artifact. */
export class KeptContents {
  readonly #contents = new Map<string, ResolvedContents>();

  /** `artifact`: whose it is, a target or the shared source. */
  of(artifact: ObjectId): ResolvedContents {
    const known = this.#contents.get(artifact) ?? new ResolvedContents();
    this.#contents.set(artifact, known);
    return known;
  }
}

/** Undefined for a file that is not what it was, or gone: the next resolution says which. One that is there and cannot be read is no better then. */
function readWithDigest({ digest, read }: PushFile): Uint8Array | FileUnreadableError | undefined {
  try {
    const bytes = read();
    return hash('sha256', bytes, 'hex') === digest ? bytes : undefined;
  } catch (error) {
    return error instanceof FileUnreadableError && error.code !== 'ENOENT' ? error : undefined;
  }
}
