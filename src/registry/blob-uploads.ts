import { FailureError } from '../domain/failure.ts';
import type { Blob } from './artifact-manifest.ts';
import { resolveLocation } from './http.ts';
import { Lately } from './lately.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { invalidAnswer, type RegistryTask } from './registry-failure.ts';
import type { RepositoryRequests } from './repository-requests.ts';

/**
 * The blobs of one repository, as far as this process brought them or saw them. Each is brought once at a time: docker-registry 2.8 refuses
 * one of two uploads of the same blob that meet, or the manifest that names it.
 */
export interface BlobUploads {
  /** True for a blob that is known to be there, without asking. */
  isKnown(digest: string): boolean;
  /** Asks the registry ahead of a push, and remembers for a moment what it lacks. True where the blob has to be brought. */
  look(task: RegistryTask, digest: string): Promise<boolean>;
  /** Asks the registry, unless it is known to be there, on its way, or to have been missing just now. True where it has to be brought. */
  isMissing(task: RegistryTask, digest: string, signal: AbortSignal | undefined): Promise<boolean>;
  /** Resolves once the registry has it, with the bytes that were sent for this caller. */
  bring(task: RegistryTask, blob: Blob, signal: AbortSignal | undefined): Promise<number>;
  /** Has the registry expect uploads, so that the next ones begin with their bytes. Never rejects: what is wrong, the upload will say. */
  prepare(task: RegistryTask, uploads?: number): Promise<void>;
  /** The registry turned out not to have them: it was emptied, or collected its garbage. */
  forget(digests: readonly string[]): void;
}

/** How long a registry is trusted to remember an upload that it was told of. One that it forgot is begun again. */
const PREPARED_MS = 300_000;
/** Where it did not take it, it is not asked again for so long. */
const REFUSED_MS = 5_000;
const DONE: readonly number[] = [201, 204];
/** What registries and their storages answer for an upload they do not know any more. */
const FORGOTTEN: readonly number[] = [400, 403, 404, 410, 416];

function isNotFound(error: unknown): boolean {
  return error instanceof FailureError && error.failure.statusCode === 404;
}

interface Prepared {
  /** Undefined where the registry did not take it. */
  readonly location: Promise<URL | undefined>;
  /** Ms since the epoch. */
  until: number;
}

export function createBlobUploads(requests: RepositoryRequests): BlobUploads {
  const known = new Set<string>();
  const uploads = new OneAtATime<number>();
  const missing = new Lately<true>(requests.now);
  let prepared: readonly Prepared[] = [];

  /** Where the bytes of an upload go; undefined where the registry wants none. */
  async function begin(task: RegistryTask, signal?: AbortSignal): Promise<URL | undefined> {
    const begun = await requests.expect(task, { method: 'POST', url: 'blobs/uploads/', signal }, 202, 201);
    if (begun.status === 201) return undefined;
    const { location } = begun.headers;
    if (location === undefined) throw invalidAnswer(task, 'expected a Location for the upload, found none');
    return resolveLocation(location, requests.base);
  }

  function expectUpload(task: RegistryTask): Prepared {
    const location = begin(task).catch(() => {
      preparing.until = requests.now() + REFUSED_MS;
      return undefined;
    });
    const preparing: Prepared = { location, until: requests.now() + PREPARED_MS };
    return preparing;
  }

  async function prepare(task: RegistryTask, count = 1): Promise<void> {
    const now = requests.now();
    prepared = prepared.filter(({ until }) => now < until);
    while (prepared.length < count) prepared = [...prepared, expectUpload(task)];
    await Promise.all(prepared.map(({ location }) => location));
  }

  /** Each is good for one upload. */
  async function takePrepared(): Promise<URL | undefined> {
    const [taken, ...rest] = prepared;
    // Before anything is awaited: nobody else may take the same.
    prepared = rest;
    if (taken === undefined || requests.now() >= taken.until) return undefined;
    const location = await taken.location;
    if (location === undefined) prepared = [...prepared, taken];
    return location;
  }

  async function upload(
    task: RegistryTask,
    { bytes, descriptor }: Blob,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const put = async (location: URL, expected: readonly number[]): Promise<number> => {
      const url = new URL(location);
      url.searchParams.set('digest', descriptor.digest);
      const headers = { 'content-type': 'application/octet-stream' };
      return (await requests.expect(task, { method: 'PUT', url, headers, body: bytes, signal }, ...expected)).status;
    };
    const ready = await takePrepared();
    if (ready !== undefined && DONE.includes(await put(ready, [...DONE, ...FORGOTTEN]))) return bytes.byteLength;
    const location = await begin(task, signal);
    // The registry knew the blob after all.
    if (location === undefined) return 0;
    try {
      await put(location, DONE);
    } catch (error) {
      // Taken already: the connection broke before its answer, and what was sent again came too late.
      if (!isNotFound(error) || (await isMissing(task, descriptor.digest, signal))) throw error;
    }
    return bytes.byteLength;
  }

  async function isMissing(task: RegistryTask, digest: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { status } = await requests.expect(task, { method: 'HEAD', url: `blobs/${digest}`, signal }, 200, 404);
    if (status === 200) known.add(digest);
    return status === 404;
  }

  return {
    isKnown: (digest) => known.has(digest),
    async isMissing(task, digest, signal) {
      if (known.has(digest)) return false;
      return uploads.has(digest) || missing.of(digest) === true || isMissing(task, digest, signal);
    },
    async look(task, digest) {
      if (known.has(digest) || !(await isMissing(task, digest, undefined))) return false;
      missing.note(digest, true);
      return true;
    },
    async bring(task, blob, signal) {
      const { digest } = blob.descriptor;
      // Brought by another push since it was missed.
      if (known.has(digest)) return 0;
      const { result, mine } = await uploads.run(digest, signal, () => upload(task, blob, signal));
      known.add(digest);
      missing.forget(digest);
      return mine ? result : 0;
    },
    prepare,
    forget: (digests) => {
      for (const digest of digests) known.delete(digest);
    },
  };
}
