import { randomUUID } from 'node:crypto';
import { readBody } from '../http-server.ts';
import { OciError } from './oci-error.ts';
import { created, type Exchange, locationOf } from './registry-answer.ts';
import { checkedDigest, isDigest, type Repositories } from './repositories.ts';

const BLOB_BYTES_MAX = 512 * 1024 * 1024;

interface Upload {
  readonly repository: string;
  readonly chunks: Buffer[];
  bytes: number;
}

/** Upload sessions: begun by POST, fed by PATCH, ended by PUT with the digest. */
export class Uploads {
  readonly #repositories: Repositories;
  readonly #byId = new Map<string, Upload>();

  constructor(repositories: Repositories) {
    this.#repositories = repositories;
  }

  async answer(exchange: Exchange): Promise<void> {
    const { route, query, response } = exchange;
    const { method, repository, reference: id } = route;
    if (method === 'POST') return this.#begin(exchange);
    const upload = this.#byId.get(id);
    if (id === '' || upload === undefined) throw OciError.of(404, 'BLOB_UPLOAD_UNKNOWN', id === '' ? undefined : {});
    if (upload.repository !== repository) throw OciError.of(404, 'BLOB_UPLOAD_INVALID');
    switch (method) {
      case 'GET':
      case 'HEAD':
        response.writeHead(204, sessionHeaders(exchange, id, upload.bytes)).end();
        return;
      case 'DELETE':
        this.#byId.delete(id);
        response.writeHead(204, { 'Docker-Upload-UUID': id }).end();
        return;
      case 'PATCH':
        await receive(exchange, id, upload);
        return accepted(exchange, id, upload.bytes);
      default: {
        const digest = digestIn(query);
        await receive(exchange, id, upload);
        // The session ends here, whether the content is right or not.
        this.#byId.delete(id);
        const blob = Buffer.concat(upload.chunks);
        this.#repositories.of(repository).blobs.set(checkedDigest(digest, blob), blob);
        return created(exchange, 'blobs', digest);
      }
    }
  }

  async #begin(exchange: Exchange): Promise<void> {
    const { route, query, request } = exchange;
    const mount = query.get('mount') ?? '';
    const mounted = this.#repositories.find(query.get('from') ?? '')?.blobs.get(mount);
    if (mounted !== undefined) {
      this.#repositories.of(route.repository).blobs.set(mount, mounted);
      return created(exchange, 'blobs', mount);
    }
    const body = await readBody(request, BLOB_BYTES_MAX);
    if (query.has('digest')) {
      const digest = checkedDigest(digestIn(query), body);
      this.#repositories.of(route.repository).blobs.set(digest, body);
      return created(exchange, 'blobs', digest);
    }
    const id = randomUUID();
    this.#byId.set(id, { repository: route.repository, chunks: [], bytes: 0 });
    return accepted(exchange, id, 0);
  }
}

function digestIn(query: URLSearchParams): string {
  const digest = query.get('digest') ?? '';
  if (digest === '') throw OciError.of(400, 'DIGEST_INVALID', 'digest missing');
  if (!isDigest(digest)) throw OciError.of(400, 'DIGEST_INVALID', 'digest parsing failed');
  return digest;
}

/** Adds the body to the upload. A chunk that says where it belongs must follow the one before. */
async function receive(exchange: Exchange, id: string, upload: Upload): Promise<void> {
  const { request } = exchange;
  const range = /^(?:bytes )?(\d+)-(\d+)/.exec(request.headers['content-range'] ?? '');
  if (range !== null && Number(range[1]) !== upload.bytes) {
    throw OciError.of(416, 'RANGE_INVALID', undefined, sessionHeaders(exchange, id, upload.bytes));
  }
  const chunk = await readBody(request, BLOB_BYTES_MAX);
  upload.chunks.push(chunk);
  upload.bytes += chunk.length;
}

function sessionHeaders(exchange: Exchange, id: string, bytes: number): Record<string, string> {
  // The state is the client's to give back; this registry keeps its own.
  const location = locationOf(exchange, `/v2/${exchange.route.repository}/blobs/uploads/${id}?_state=${bytes}`);
  return { Location: location, 'Docker-Upload-UUID': id, Range: `0-${Math.max(0, bytes - 1)}` };
}

function accepted(exchange: Exchange, id: string, bytes: number): void {
  exchange.response.writeHead(202, { ...sessionHeaders(exchange, id, bytes), 'Content-Length': '0' }).end();
}
