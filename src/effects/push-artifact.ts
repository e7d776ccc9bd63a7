import { createHash } from 'node:crypto';
import type { RelativePath } from '../domain/paths.ts';
import type { ObjectId } from '../domain/target.ts';

/** What the tool writes into the artifact's config blob: which content the artifact holds, target by target. Content only, so the bytes are reproducible. */
export interface ArtifactConfig {
  readonly 'reconcile-machine.dev/content': string;
  readonly 'reconcile-machine.dev/targets': Readonly<Record<ObjectId, string>>;
}

export function artifactConfig(contentDigest: string, digests: Readonly<Record<ObjectId, string>>): ArtifactConfig {
  const sorted = Object.fromEntries(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { 'reconcile-machine.dev/content': contentDigest, 'reconcile-machine.dev/targets': sorted };
}

/** The target digests an artifact's config blob carries, or undefined when another tool made it. */
export function targetDigestsOf(config: unknown): Readonly<Record<ObjectId, string>> | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  const digests = (config as Partial<ArtifactConfig>)['reconcile-machine.dev/targets'];
  if (typeof digests !== 'object' || digests === null) return undefined;
  return Object.fromEntries(Object.entries(digests).filter(([, digest]) => typeof digest === 'string'));
}

export interface PushFile {
  readonly path: RelativePath;
  readonly mode: number;
  /** Hex sha256 of the content as it was resolved. */
  readonly digest: string;
  read(): Uint8Array;
}

/**
 * Reads every file once, and only what the resolution saw: a file saved since is reported instead, so that nothing is pushed that was
 * not decided about.
 */
export function readResolved(
  files: readonly PushFile[],
):
  | { readonly contents: readonly { path: RelativePath; mode: number; read: () => Uint8Array }[] }
  | { readonly moved: readonly RelativePath[] } {
  const contents: { path: RelativePath; mode: number; read: () => Uint8Array }[] = [];
  const moved: RelativePath[] = [];
  for (const { path, mode, digest, read } of files) {
    const bytes = readOrUndefined(read);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== digest) moved.push(path);
    else contents.push({ path, mode, read: () => bytes });
  }
  return moved.length > 0 ? { moved } : { contents };
}

function readOrUndefined(read: () => Uint8Array): Uint8Array | undefined {
  try {
    return read();
  } catch {
    // Deleted or unreadable since: the next resolution says which.
    return undefined;
  }
}
