import { type ClosureArtifact, closureAnnotations } from '../domain/closure-artifact.ts';
import { type Failure, FailureError } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import { type Artifact, createRegistryClient, type PushedArtifact, type RegistryClient } from '../registry/client.ts';
import type { RegistryCredentials } from '../registry/credentials.ts';
import { failureOf } from './call.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { ResolvedContents, type ResolvedFile } from './push-artifact.ts';

/** The config blob of a closure artifact: Flux's own, so that nothing but the files and the annotation decides the digest. */
const CONFIG = {};

export interface ClosurePush {
  readonly artifact: ClosureArtifact;
  /** `oci://host/repository` */
  readonly url: string;
  readonly tag: string;
  /** Plain HTTP, as spec.insecure of the source says. */
  readonly insecure: boolean;
}

export type ClosurePushOutcome = { readonly pushed: PushedArtifact } | { readonly failure: Failure };

/**
 * Pushes one closure artifact under a tag, or without one by its digest alone: blobs that the registry has are not sent, and an unchanged
 * closure sends nothing. Any number may be under way over one client. Rejects with FailureError; `disk` where a file is no longer what the
 * closure was computed on. `contents` keeps what was read from one push to the next.
 */
export async function pushClosureArtifact(
  client: RegistryClient,
  artifact: ClosureArtifact,
  options: {
    readonly tag?: string;
    readonly contents?: ResolvedContents;
    readonly signal?: AbortSignal;
    readonly mayBeNamed?: Promise<void> | undefined;
  },
): Promise<PushedArtifact> {
  const read = (options.contents ?? new ResolvedContents()).read(artifact.files);
  if ('unreadable' in read) {
    const { message, hint } = read.unreadable;
    throw new FailureError({ kind: 'disk', message, hint }, { cause: read.unreadable });
  }
  if ('moved' in read) {
    const message = `${read.moved.join(', ')} changed while the artifact was put together`;
    throw new FailureError({ kind: 'disk', message, hint: 'run it again' });
  }
  const { tag, signal, mayBeNamed } = options;
  return client.pushArtifact({ ...closureParts(artifact, read.contents), tag, signal, mayBeNamed });
}

/** What a closure artifact is made of, with the contents of its files. */
export function closureParts(
  { content }: ClosureArtifact,
  files: readonly ResolvedFile[],
): Pick<Artifact, 'files' | 'config' | 'annotations'> {
  return { files, config: CONFIG, annotations: closureAnnotations(content) };
}

const PUSHES_AT_A_TIME = 8;

/**
 * Pushes many, a few at a time and over one set of connections a repository. Each has its own outcome, in the order of `pushes`. Never
 * rejects.
 */
export async function pushClosureArtifacts(
  pushes: readonly ClosurePush[],
  options: {
    readonly credentials?: RegistryCredentials | 'anonymous';
    readonly limits?: Pick<Limits, 'requestTimeoutMs'>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<readonly ClosurePushOutcome[]> {
  const clients = new Map<string, RegistryClient>();

  function clientOf({ url, insecure }: ClosurePush): RegistryClient {
    const key = `${insecure} ${url}`;
    const { credentials, limits } = options;
    const client =
      clients.get(key) ??
      createRegistryClient({ reference: url, insecure, credentials, ...(limits === undefined ? {} : { limits }) });
    clients.set(key, client);
    return client;
  }

  async function outcomeOf(push: ClosurePush): Promise<ClosurePushOutcome> {
    const { artifact, tag } = push;
    const { signal } = options;
    try {
      signal?.throwIfAborted();
      const pushed = await pushClosureArtifact(clientOf(push), artifact, { tag, ...(signal && { signal }) });
      return { pushed };
    } catch (error) {
      return { failure: failureOf(error, 'registry') };
    }
  }

  try {
    return await mapConcurrently(pushes, PUSHES_AT_A_TIME, outcomeOf);
  } finally {
    for (const client of clients.values()) client.close();
  }
}
