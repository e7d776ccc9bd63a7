import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EmbeddedClock, realClock } from '../clock.ts';
import { FaultPlan } from '../fault-plan.ts';
import { listen, readBody } from '../http-server.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import { RequestCounter } from '../request-counter.ts';
import { OciError } from './oci-error.ts';

export interface RegistryOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Basic authentication, for pulls too. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Refuses every write with 403 DENIED. */
  readonly readOnly?: boolean;
  readonly clock?: EmbeddedClock;
}

/** One request as counters and faults see it. `reference` is a digest, a tag, an upload's id or empty. */
export interface RegistryRequest {
  readonly method: string;
  readonly kind: 'base' | 'blob' | 'upload' | 'manifest' | 'tags' | 'unknown';
  readonly repository: string;
  readonly reference: string;
}

/** An OCI registry (distribution v2) in this process and in memory. */
export interface EmbeddedRegistry {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `127.0.0.1:<port>`, as it stands in an `oci://` URL. */
  readonly host: string;
  /** Counted under `<METHOD> <kind>`, e.g. `PUT manifest`. */
  readonly requests: RequestCounter<RegistryRequest>;
  readonly faults: FaultPlan<RegistryRequest>;
  /** The manifest digest a tag points at. */
  resolveTag(repository: string, tag: string): string | undefined;
  stop(): Promise<void>;
}

interface Manifest {
  readonly mediaType: string;
  readonly body: Buffer;
}

interface Repository {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
}

const BLOB_BYTES_MAX = 512 * 1024 * 1024;
const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const registry = new Registry(options);
  const server = await listen(registry.handle, options.port);
  return {
    url: server.url,
    host: server.host,
    requests: registry.requests,
    faults: registry.faults,
    resolveTag: (repository, tag) => registry.resolveTag(repository, tag),
    stop: server.stop,
  };
}

class Registry {
  readonly requests = new RequestCounter<RegistryRequest>(({ method, kind }) => `${method} ${kind}`);
  readonly faults = new FaultPlan<RegistryRequest>();
  readonly #options: RegistryOptions;
  readonly #repositories = new Map<string, Repository>();
  readonly #uploads = new Map<string, { readonly repository: string; readonly chunks: Buffer[]; bytes: number }>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  resolveTag(repository: string, tag: string): string | undefined {
    return this.#repositories.get(repository)?.tags.get(tag);
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const refusal = error instanceof OciError ? error : new OciError(500, 'UNKNOWN', String(error));
      const headers = { 'Content-Type': 'application/json', ...refusal.headers };
      response.writeHead(refusal.status, headers).end(request.method === 'HEAD' ? undefined : refusal.json());
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const described = describe(request.method ?? 'GET', url.pathname);
    this.requests.add(described);
    response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
    const fault = this.faults.take(described);
    if (fault?.latencyMs !== undefined) await this.#delay(fault.latencyMs);
    if (fault?.dropConnection === true) {
      request.socket.destroy();
      return;
    }
    if (fault?.status !== undefined) throw OciError.ofStatus(fault.status, fault.retryAfterSeconds);
    this.#authenticate(request);
    const { kind, method } = described;
    if (this.#options.readOnly === true && method !== 'GET' && method !== 'HEAD') {
      throw new OciError(403, 'DENIED', 'requested access to the resource is denied: the registry is read-only');
    }
    switch (kind) {
      case 'base':
        return send(response, 200, Buffer.from('{}'), { 'Content-Type': 'application/json' }, method);
      case 'blob':
        return this.#answerBlob(request, response, described);
      case 'upload':
        return this.#answerUpload(request, response, described, url.searchParams);
      case 'manifest':
        return this.#answerManifest(request, response, described);
      case 'tags':
        return this.#answerTags(response, described, url.searchParams);
      case 'unknown':
        throw new OciError(404, 'UNSUPPORTED', `no such endpoint: ${method} ${url.pathname}`);
    }
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => (this.#options.clock ?? realClock).schedule(resolve, ms));
  }

  #authenticate(request: IncomingMessage): void {
    const { credentials } = this.#options;
    if (credentials === undefined) return;
    const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (request.headers.authorization === expected) return;
    throw new OciError(401, 'UNAUTHORIZED', 'authentication required', {
      'WWW-Authenticate': 'Basic realm="embedded"',
    });
  }

  #repository(name: string): Repository {
    if (!REPOSITORY.test(name)) throw new OciError(400, 'NAME_INVALID', `invalid repository name: "${name}"`);
    const known = this.#repositories.get(name);
    if (known !== undefined) return known;
    const made: Repository = { blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.#repositories.set(name, made);
    return made;
  }

  #answerBlob(
    request: IncomingMessage,
    response: ServerResponse,
    { method, repository, reference }: RegistryRequest,
  ): void {
    const { blobs } = this.#repository(repository);
    const blob = blobs.get(reference);
    if (blob === undefined) throw new OciError(404, 'BLOB_UNKNOWN', `blob unknown to registry: ${reference}`);
    if (method === 'DELETE') {
      blobs.delete(reference);
      response.writeHead(202).end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') throw OciError.unsupported(method);
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Docker-Content-Digest': reference,
      ETag: `"${reference}"`,
      'Accept-Ranges': 'bytes',
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (range === null || method === 'HEAD') {
      send(response, 200, blob, headers, method);
      return;
    }
    const first = Number(range[1]);
    const last = range[2] === '' ? blob.length - 1 : Math.min(Number(range[2]), blob.length - 1);
    if (first > last) throw new OciError(416, 'RANGE_INVALID', `the blob has ${blob.length} bytes`);
    const contentRange = { 'Content-Range': `bytes ${first}-${last}/${blob.length}` };
    send(response, 206, blob.subarray(first, last + 1), { ...headers, ...contentRange }, method);
  }

  async #answerUpload(
    request: IncomingMessage,
    response: ServerResponse,
    { method, repository, reference }: RegistryRequest,
    query: URLSearchParams,
  ): Promise<void> {
    const { blobs } = this.#repository(repository);
    if (method === 'POST') {
      const mount = query.get('mount');
      const from = query.get('from');
      const mounted = mount === null || from === null ? undefined : this.#repositories.get(from)?.blobs.get(mount);
      if (mount !== null && mounted !== undefined) {
        blobs.set(mount, mounted);
        return created(response, repository, 'blobs', mount);
      }
      const id = randomUUID();
      const body = await readBody(request, BLOB_BYTES_MAX);
      const digest = query.get('digest');
      if (digest !== null) {
        blobs.set(checked(digest, body), body);
        return created(response, repository, 'blobs', digest);
      }
      this.#uploads.set(id, { repository, chunks: [], bytes: 0 });
      return accepted(response, repository, id, 0);
    }
    const upload = this.#uploads.get(reference);
    if (upload === undefined || upload.repository !== repository) {
      throw new OciError(404, 'BLOB_UPLOAD_UNKNOWN', `blob upload unknown to registry: ${reference}`);
    }
    switch (method) {
      case 'GET':
        response.writeHead(204, uploadHeaders(repository, reference, upload.bytes)).end();
        return;
      case 'DELETE':
        this.#uploads.delete(reference);
        response.writeHead(204).end();
        return;
      case 'PATCH':
      case 'PUT': {
        const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '');
        if (range !== null && Number(range[1]) !== upload.bytes) {
          const headers = uploadHeaders(repository, reference, upload.bytes);
          throw new OciError(
            416,
            'RANGE_INVALID',
            `expected the chunk from byte ${upload.bytes}, found ${range[1]}`,
            headers,
          );
        }
        const chunk = await readBody(request, BLOB_BYTES_MAX);
        upload.chunks.push(chunk);
        upload.bytes += chunk.length;
        if (method === 'PATCH') return accepted(response, repository, reference, upload.bytes);
        this.#uploads.delete(reference);
        const blob = Buffer.concat(upload.chunks);
        const digest = checked(query.get('digest') ?? '', blob);
        blobs.set(digest, blob);
        return created(response, repository, 'blobs', digest);
      }
      default:
        throw OciError.unsupported(method);
    }
  }

  async #answerManifest(
    request: IncomingMessage,
    response: ServerResponse,
    { method, repository, reference }: RegistryRequest,
  ): Promise<void> {
    const { blobs, manifests, tags } = this.#repository(repository);
    if (method === 'PUT') {
      const body = await readBody(request, MANIFEST_BYTES_MAX);
      const digest = DIGEST.test(reference) ? checked(reference, body) : digestOf(body);
      const mediaType = request.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
      for (const blob of blobsOf(body)) {
        if (!blobs.has(blob)) throw new OciError(404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${blob}`);
      }
      manifests.set(digest, { mediaType, body });
      if (digest !== reference) tags.set(reference, digest);
      return created(response, repository, 'manifests', digest);
    }
    const digest = DIGEST.test(reference) ? reference : tags.get(reference);
    const manifest = digest === undefined ? undefined : manifests.get(digest);
    if (digest === undefined || manifest === undefined) {
      throw new OciError(404, 'MANIFEST_UNKNOWN', `manifest unknown: ${repository}:${reference}`);
    }
    if (method === 'DELETE') {
      if (digest === reference) {
        manifests.delete(digest);
        for (const [tag, target] of tags) if (target === digest) tags.delete(tag);
      } else tags.delete(reference);
      response.writeHead(202).end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') throw OciError.unsupported(method);
    const headers = { 'Content-Type': manifest.mediaType, 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
    send(response, 200, manifest.body, headers, method);
  }

  #answerTags(response: ServerResponse, { method, repository }: RegistryRequest, query: URLSearchParams): void {
    const known = this.#repositories.get(repository);
    if (known === undefined)
      throw new OciError(404, 'NAME_UNKNOWN', `repository name not known to registry: ${repository}`);
    const last = query.get('last') ?? '';
    const limit = Number(query.get('n') ?? 0);
    const rest = [...known.tags.keys()].sort().filter((tag) => tag > last);
    const tags = limit > 0 ? rest.slice(0, limit) : rest;
    const more = tags.length < rest.length;
    const link = `</v2/${repository}/tags/list?last=${tags.at(-1)}&n=${limit}>; rel="next"`;
    const headers = { 'Content-Type': 'application/json', ...(more ? { Link: link } : {}) };
    send(response, 200, Buffer.from(JSON.stringify({ name: repository, tags })), headers, method);
  }
}

function describe(method: string, path: string): RegistryRequest {
  if (path === '/v2/' || path === '/v2') return { method, kind: 'base', repository: '', reference: '' };
  const forms = [
    ['upload', /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/],
    ['blob', /^\/v2\/(.+)\/blobs\/([^/]+)$/],
    ['manifest', /^\/v2\/(.+)\/manifests\/([^/]+)$/],
    ['tags', /^\/v2\/(.+)\/tags\/(list)$/],
  ] as const;
  for (const [kind, form] of forms) {
    const parsed = form.exec(path);
    if (parsed !== null) return { method, kind, repository: parsed[1] ?? '', reference: parsed[2] ?? '' };
  }
  return { method, kind: 'unknown', repository: '', reference: '' };
}

function digestOf(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

function checked(digest: string, body: Buffer): string {
  const actual = digestOf(body);
  if (digest === actual) return digest;
  throw new OciError(
    400,
    'DIGEST_INVALID',
    `provided digest did not match uploaded content: expected "${digest}", found ${actual}`,
  );
}

function blobsOf(manifest: Buffer): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest.toString());
  } catch (error) {
    throw new OciError(400, 'MANIFEST_INVALID', `manifest invalid: ${String(error)}`);
  }
  const { config, layers } = asObject(parsed);
  const digests = [config, ...asArray(layers)].map((descriptor) => asString(asObject(descriptor).digest));
  return digests.filter((digest) => digest !== undefined);
}

function uploadHeaders(repository: string, id: string, bytes: number): Record<string, string> {
  const location = `/v2/${repository}/blobs/uploads/${id}`;
  return { Location: location, 'Docker-Upload-UUID': id, Range: `0-${Math.max(0, bytes - 1)}`, 'Content-Length': '0' };
}

function accepted(response: ServerResponse, repository: string, id: string, bytes: number): void {
  response.writeHead(202, uploadHeaders(repository, id, bytes)).end();
}

function created(response: ServerResponse, repository: string, kind: 'blobs' | 'manifests', digest: string): void {
  const location = `/v2/${repository}/${kind}/${digest}`;
  response.writeHead(201, { Location: location, 'Docker-Content-Digest': digest, 'Content-Length': '0' }).end();
}

function send(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  method: string,
): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(method === 'HEAD' ? undefined : body);
}
