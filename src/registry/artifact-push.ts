import { FailureError } from '../domain/failure.ts';
import { type Archive, createArchive, digestOf } from './archive.ts';
import {
  type Blob,
  blobOf,
  CONFIG_MEDIA_TYPE,
  canonicalJson,
  LAYER_MEDIA_TYPE,
  MANIFEST_MEDIA_TYPE,
  manifestOf,
} from './artifact-manifest.ts';
import { createBlobUploads } from './blob-uploads.ts';
import { Lately } from './lately.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type ArtifactFile, RecentArchives } from './recent-archives.ts';
import { invalidAnswer } from './registry-failure.ts';
import type { RepositoryRequests } from './repository-requests.ts';

export interface Artifact {
  readonly files: readonly ArtifactFile[];
  /** Undefined: the manifest is pushed by its digest alone. */
  readonly tag?: string | undefined;
  /** The config blob, as JSON. Flux does not read it. */
  readonly config: unknown;
  /** A value that changes with each push, such as a date, would make Flux reconcile everything each time. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The manifest is not sent before this resolves; where it rejects, not at all. */
  readonly mayBeNamed?: Promise<void> | undefined;
}

export interface PushedArtifact {
  /** Of the manifest: `sha256:…`. */
  readonly digest: string;
  /** As source-controller will call it: `<tag>@sha256:…`, or without a tag `sha256:…`. */
  readonly revision: string;
  /** This very manifest was there before: nothing was sent. */
  readonly unchanged: boolean;
  /** Blobs and manifest together. */
  readonly bytesSent: number;
}

/** What a push will hold unless something changes until then; `config` undefined where it is not known yet. */
export type LikelyArtifact = Pick<Artifact, 'files' | 'tag' | 'annotations'> & { readonly config?: unknown };

/** Pushes artifacts to one repository. */
export interface ArtifactPush {
  /** Sends what the registry does not have yet: layer and config first, then the manifest. */
  push(artifact: Artifact): Promise<PushedArtifact>;
  /**
   * Connects, logs in, and has the registry expect an upload. With what is likely to be pushed, that is put together, and the registry is asked what it
   * lacks. Sends nothing of it. Never rejects: what is wrong, the push will say.
   */
  prepare(likely?: LikelyArtifact): Promise<void>;
}

export function artifactPush(requests: RepositoryRequests): ArtifactPush {
  const task = requests.taskOf('push to');
  const uploads = createBlobUploads(requests);
  const manifests = new OneAtATime<void>();
  const archives = new RecentArchives();
  /** Digest of the manifest at a tag or digest, `none` where there was none. */
  const manifestsAt = new Lately<string>(requests.now);
  const accept = { accept: MANIFEST_MEDIA_TYPE };

  async function pushArtifact(artifact: Artifact): Promise<PushedArtifact> {
    const { tag, signal, mayBeNamed } = artifact;
    const { blobs, manifest } = partsOf(artifact, await archiveOf(artifact.files, archives));
    const { digest } = manifest.descriptor;
    const revision = tag === undefined ? digest : `${tag}@${digest}`;
    const bytesSent = await send({ blobs, manifest, at: tag ?? digest, signal, mayBeNamed });
    return { digest, revision, unchanged: bytesSent === undefined, bytesSent: bytesSent ?? 0 };
  }

  /** The bytes that were sent; undefined where the manifest was there. */
  async function send(parts: Parts): Promise<number | undefined> {
    const { blobs, manifest, at, signal, mayBeNamed } = parts;
    const digests = blobs.map(({ descriptor }) => descriptor.digest);
    const isRemembered = digests.some((digest) => uploads.isKnown(digest));
    const [found, ...missing] = await Promise.all([
      isOtherAt(at, manifest.descriptor.digest) ? undefined : digestAt(at, signal),
      ...digests.map((digest) => uploads.isMissing(task, digest, signal)),
    ]);
    if (found === manifest.descriptor.digest) return undefined;
    const [sent] = await Promise.all([
      Promise.all(blobs.filter((_, index) => missing[index] === true).map((blob) => uploads.bring(task, blob, signal))),
      mayBeNamed,
    ]);
    try {
      await manifests.run(`${at} ${manifest.descriptor.digest}`, signal, () => putManifest(parts));
    } catch (error) {
      if (!isRemembered || !mayMissBlobs(error)) throw error;
      // The registry was emptied since, or collected its garbage: now it is asked what it has.
      uploads.forget(digests);
      return send(parts);
    }
    return sent.reduce((sum, bytes) => sum + bytes, manifest.bytes.byteLength);
  }

  /** Whether another manifest, or none, was there a moment ago. That the same one was is no reason to send nothing. */
  function isOtherAt(at: string, digest: string): boolean {
    const found = manifestsAt.of(at);
    return found !== undefined && found !== digest;
  }

  async function prepare(likely: LikelyArtifact | undefined): Promise<void> {
    try {
      const expected = uploads.prepare(task);
      if (likely !== undefined) await lookAhead(likely);
      await expected;
    } catch {
      // The push meets it too, and says so.
    }
  }

  async function lookAhead(likely: LikelyArtifact): Promise<void> {
    const archive = await archiveOf(likely.files, archives);
    const { blobs, manifest } = partsOf(likely, archive);
    const known = likely.config === undefined ? blobs.slice(0, 1) : blobs;
    const at = likely.tag ?? (likely.config === undefined ? undefined : manifest.descriptor.digest);
    const [missing] = await Promise.all([
      Promise.all(known.map(({ descriptor }) => uploads.look(task, descriptor.digest))),
      at === undefined ? undefined : digestAt(at, undefined).then((found) => manifestsAt.note(at, found ?? 'none')),
    ]);
    const unknown = blobs.length - known.length;
    await uploads.prepare(task, missing.filter((isMissing) => isMissing).length + unknown);
  }

  async function digestAt(at: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const head = { method: 'HEAD', url: `manifests/${at}`, headers: accept, signal } as const;
    const { status, headers } = await requests.expect(task, head, 200, 404);
    if (status === 404) return undefined;
    const told = headers['docker-content-digest'];
    if (told !== undefined) return String(told);
    return digestOf((await requests.expect(task, { ...head, method: 'GET' }, 200)).body);
  }

  async function putManifest({ at, manifest, signal }: Parts): Promise<void> {
    manifestsAt.forget(at);
    const headers = { 'content-type': MANIFEST_MEDIA_TYPE };
    const put = { method: 'PUT', url: `manifests/${at}`, headers, body: manifest.bytes, signal } as const;
    const stored = (await requests.expect(task, put, 201, 200)).headers['docker-content-digest'];
    const { digest } = manifest.descriptor;
    if (stored === undefined || stored === digest) return;
    throw invalidAnswer(task, `expected it to store the manifest ${digest}, found that it stored ${String(stored)}`);
  }

  return { push: pushArtifact, prepare };
}

/** What a push of the artifact would send, and the digest it would have. Rejects with FailureError (`disk`) where a file cannot be read. */
export async function artifactParts(
  artifact: Pick<Artifact, 'files' | 'config' | 'annotations'>,
): Promise<{ readonly blobs: readonly Blob[]; readonly manifest: Blob }> {
  return partsOf(artifact, await archiveOf(artifact.files));
}

/** The layer comes first. */
function partsOf(
  { config, annotations }: Pick<LikelyArtifact, 'config' | 'annotations'>,
  archive: Archive,
): { readonly blobs: readonly Blob[]; readonly manifest: Blob } {
  const { bytes, digest } = archive;
  const layer = { bytes, descriptor: { mediaType: LAYER_MEDIA_TYPE, digest, size: bytes.byteLength } };
  const configBlob = blobOf(CONFIG_MEDIA_TYPE, canonicalJson(config ?? {}));
  const manifest = manifestOf(configBlob.descriptor, layer.descriptor, annotations);
  const blobs = layer.descriptor.digest === configBlob.descriptor.digest ? [layer] : [layer, configBlob];
  return { blobs, manifest };
}

interface Parts {
  readonly blobs: readonly Blob[];
  readonly manifest: Blob;
  /** Tag or digest. */
  readonly at: string;
  readonly signal: AbortSignal | undefined;
  readonly mayBeNamed: Promise<void> | undefined;
}

function mayMissBlobs(error: unknown): boolean {
  return error instanceof FailureError && (error.failure.statusCode === 400 || error.failure.statusCode === 404);
}

/** A file that vanished or cannot be read is the disk's failure, not the registry's. */
async function archiveOf(files: readonly ArtifactFile[], recent?: RecentArchives): Promise<Archive> {
  try {
    return await (recent === undefined ? createArchive(files) : recent.of(files));
  } catch (cause) {
    if (cause instanceof FailureError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FailureError({ kind: 'disk', message: `the artifact cannot be put together: ${message}` }, { cause });
  }
}
