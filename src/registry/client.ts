import { FailureError } from '../domain/failure.ts';
import { DEFAULT_LIMITS, type Limits } from '../domain/limits.ts';
import { createArchive, digestOf } from './archive.ts';
import {
  type Blob,
  blobOf,
  CONFIG_MEDIA_TYPE,
  canonicalJson,
  LAYER_MEDIA_TYPE,
  MANIFEST_MEDIA_TYPE,
  manifestOf,
  type OciManifest,
} from './artifact-manifest.ts';
import { credentialsFor, type RegistryCredentials } from './credentials.ts';
import { createHttpConnections, type HttpRequest, resolveLocation } from './http.ts';
import { parseReference, type RegistryReference, registryOrigin, repositoryUrl } from './reference.ts';
import { type Access, createRegistryAuth } from './registry-auth.ts';
import {
  failureOfAnswer,
  failureOfConnection,
  invalidAnswer,
  type RegistryAnswer,
  type RegistryTask,
} from './registry-failure.ts';
import type { ArchiveFile } from './tar.ts';

export interface RegistryClientOptions {
  /** `oci://host[:port]/repository`, or taken apart. */
  readonly reference: string | RegistryReference;
  /** Plain HTTP, as spec.insecure of the source says. A loopback address is spoken to so in any case. */
  readonly insecure?: boolean | undefined;
  /** Default: the Docker config, read when the registry asks. `'anonymous'`: none. */
  readonly credentials?: RegistryCredentials | 'anonymous' | undefined;
  readonly limits?: Pick<Limits, 'requestTimeoutMs'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface Artifact {
  readonly files: readonly ArchiveFile[];
  readonly tag: string;
  /** The config blob, as JSON. Flux does not read it. */
  readonly config: unknown;
  /** A value that changes with each push, such as a date, would make Flux reconcile everything each time. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface PushedArtifact {
  /** Of the manifest: `sha256:…`. */
  readonly digest: string;
  /** As source-controller will call it: `<tag>@sha256:…`. */
  readonly revision: string;
  /** The tag pointed at this very manifest before: nothing was sent. */
  readonly unchanged: boolean;
  /** Blobs and manifest together. */
  readonly bytesSent: number;
}

/** Every method rejects with FailureError (dependency `registry`) and retries nothing: a machine owns the retries. */
export interface RegistryClient {
  readonly reference: RegistryReference;
  /** Undefined where there is no such tag, digest or repository. */
  getManifest(tagOrDigest: string): Promise<{ readonly digest: string; readonly manifest: OciManifest } | undefined>;
  /** Sends what the registry does not have yet: layer, config, then the manifest under its tag. */
  pushArtifact(artifact: Artifact): Promise<PushedArtifact>;
  /** The config blob of an artifact, parsed. Undefined where there is no such artifact. */
  readConfig(tagOrDigest: string): Promise<{ readonly digest: string; readonly config: unknown } | undefined>;
  close(): void;
}

type Request = Omit<HttpRequest, 'url'> & { readonly url: URL | string };

/** Throws FailureError (`invalid`) for a broken reference. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const reference = typeof options.reference === 'string' ? parseReference(options.reference) : options.reference;
  const { registry, repository } = reference;
  const url = repositoryUrl(reference);
  const base = new URL(`${registryOrigin(registry, options.insecure === true)}/v2/${repository}/`);
  const http = createHttpConnections((options.limits ?? DEFAULT_LIMITS).requestTimeoutMs);
  const now = options.now ?? Date.now;
  const auth = createRegistryAuth({ http, task: { task: 'log in to', url, registry }, repository, credentials, now });

  async function credentials(): Promise<RegistryCredentials | undefined> {
    if (options.credentials === 'anonymous') return undefined;
    return options.credentials ?? credentialsFor(registry);
  }

  async function send(task: RegistryTask, request: Request): Promise<RegistryAnswer> {
    const access: Access = task.task === 'push to' ? 'pull,push' : 'pull';
    const target = new URL(request.url, base);
    const withAuth = (authorization: string | undefined): HttpRequest => ({
      ...request,
      url: target,
      // An upload may be sent to a storage of its own, which is given no credentials.
      headers: { ...request.headers, ...(authorization && target.origin === base.origin && { authorization }) },
    });
    try {
      const known = await auth.header(access);
      const answer = await http.send(withAuth(known));
      if (answer.status !== 401) return answer;
      const authorization = await auth.answer(answer, access, known);
      return authorization === undefined ? answer : await http.send(withAuth(authorization));
    } catch (error) {
      throw failureOfConnection(task, error);
    }
  }

  async function expectStatus(
    task: RegistryTask,
    request: Request,
    ...expected: readonly number[]
  ): Promise<RegistryAnswer> {
    const answer = await send(task, request);
    if (expected.includes(answer.status)) return answer;
    throw failureOfAnswer(task, answer, now());
  }

  async function getManifest(tagOrDigest: string): Promise<{ digest: string; manifest: OciManifest } | undefined> {
    const task: RegistryTask = { task: 'read', url, registry };
    const request: Request = {
      method: 'GET',
      url: `manifests/${tagOrDigest}`,
      headers: { accept: MANIFEST_MEDIA_TYPE },
    };
    const { status, body } = await expectStatus(task, request, 200, 404);
    if (status === 404) return undefined;
    const digest = digestOf(body);
    if (tagOrDigest.startsWith('sha256:') && digest !== tagOrDigest) {
      throw invalidAnswer(task, `expected the manifest ${tagOrDigest}, found ${digest}`);
    }
    const manifest = parseJson(body) as Partial<OciManifest> | undefined;
    if (typeof manifest?.config?.digest !== 'string' || !Array.isArray(manifest.layers)) {
      throw invalidAnswer(task, `expected ${tagOrDigest} to be an OCI image manifest, found another document`);
    }
    return { digest, manifest: manifest as OciManifest };
  }

  async function uploadMissing(task: RegistryTask, blob: Blob, signal: AbortSignal | undefined): Promise<number> {
    const { digest } = blob.descriptor;
    const upload = await expectStatus(task, { method: 'POST', url: 'blobs/uploads/', signal }, 202, 201);
    // 201: the registry knew the blob after all.
    if (upload.status === 201) return 0;
    const { location } = upload.headers;
    if (location === undefined) throw invalidAnswer(task, 'expected a Location for the upload, found none');
    const target = resolveLocation(location, base);
    target.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    await expectStatus(task, { method: 'PUT', url: target, headers, body: blob.bytes, signal }, 201, 204);
    return blob.bytes.byteLength;
  }

  async function pushArtifact({ files, tag, config, annotations, signal }: Artifact): Promise<PushedArtifact> {
    const task: RegistryTask = { task: 'push to', url, registry };
    const layer = blobOf(LAYER_MEDIA_TYPE, (await archiveOf(files)).bytes);
    const configBlob = blobOf(CONFIG_MEDIA_TYPE, canonicalJson(config));
    const manifest = manifestOf(configBlob.descriptor, layer.descriptor, annotations);
    const { digest } = manifest.descriptor;
    const blobs = layer.descriptor.digest === configBlob.descriptor.digest ? [layer] : [layer, configBlob];
    const [tagged, ...present] = await Promise.all([
      expectStatus(
        task,
        { method: 'HEAD', url: `manifests/${tag}`, headers: { accept: MANIFEST_MEDIA_TYPE }, signal },
        200,
        404,
      ),
      ...blobs.map((blob) =>
        expectStatus(task, { method: 'HEAD', url: `blobs/${blob.descriptor.digest}`, signal }, 200, 404),
      ),
    ]);
    const revision = `${tag}@${digest}`;
    const taggedDigest =
      tagged.status === 200 ? (tagged.headers['docker-content-digest'] ?? (await getManifest(tag))?.digest) : undefined;
    if (taggedDigest === digest) return { digest, revision, unchanged: true, bytesSent: 0 };
    const sent = await Promise.all(
      blobs.filter((_, index) => present[index]?.status === 404).map((blob) => uploadMissing(task, blob, signal)),
    );
    const headers = { 'content-type': MANIFEST_MEDIA_TYPE };
    const put = await expectStatus(
      task,
      { method: 'PUT', url: `manifests/${tag}`, headers, body: manifest.bytes, signal },
      201,
      200,
    );
    const stored = put.headers['docker-content-digest'];
    if (stored !== undefined && stored !== digest) {
      throw invalidAnswer(task, `expected it to store the manifest ${digest}, found that it stored ${String(stored)}`);
    }
    return {
      digest,
      revision,
      unchanged: false,
      bytesSent: sent.reduce((sum, bytes) => sum + bytes, manifest.bytes.byteLength),
    };
  }

  return {
    reference,
    getManifest,
    pushArtifact,
    readConfig: async (tagOrDigest) => {
      const found = await getManifest(tagOrDigest);
      if (found === undefined) return undefined;
      const task: RegistryTask = { task: 'read', url, registry };
      const { status, body } = await expectStatus(
        task,
        { method: 'GET', url: `blobs/${found.manifest.config.digest}` },
        200,
        404,
      );
      if (status === 404) return undefined;
      return { digest: found.digest, config: parseJson(body) };
    },
    close: () => http.close(),
  };
}

/** A file that vanished or cannot be read is the disk's failure, not the registry's. */
async function archiveOf(files: readonly ArchiveFile[]): Promise<{ readonly bytes: Buffer }> {
  try {
    return await createArchive(files);
  } catch (cause) {
    if (cause instanceof FailureError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FailureError({ kind: 'disk', message: `the artifact cannot be put together: ${message}` }, { cause });
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
