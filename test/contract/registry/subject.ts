import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** One registry under test: the embedded one or Debian's docker-registry. */
export interface RegistrySubject {
  readonly name: 'embedded' | 'docker-registry';
  /** `127.0.0.1:<port>` of a registry that lets everybody in. */
  readonly host: string;
  /** … of one that wants the user `dev` with the password `secret`. */
  readonly lockedHost: string;
  /** … of one that takes no writes. */
  readonly readOnlyHost: string;
  stop(): Promise<void>;
}

/** One request on a connection of its own; `path` may be a Location that the registry gave, with or without its host. */
export function ask(host: string, method: string, path: string, { headers, body }: AskOptions = {}): Promise<Answer> {
  const url = new URL(path, `http://${host}`);
  return new Promise((resolve, reject) => {
    let answer: (() => Answer) | undefined;
    // docker-registry sends a body beyond its Content-Length with some refusals; what came before it counts.
    const fail = (error: Error): void => (answer === undefined ? reject(error) : resolve(answer()));
    const asked = httpRequest(url, { method, agent: false, headers: { ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      answer = () => ({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => answer !== undefined && resolve(answer()));
      response.on('error', fail);
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A repository name that no other test has. */
export function newRepository(): string {
  return `team/${randomBytes(6).toString('hex')}`;
}

/** The errors of a refusal, `CODE` each. */
export function errorCodes({ body }: Answer): readonly string[] {
  const { errors } = JSON.parse(body.toString()) as { readonly errors: readonly { readonly code: string }[] };
  return errors.map(({ code }) => code);
}

/** Uploads in one request after the session's start. Returns the digest. */
export async function pushBlob(host: string, repository: string, content: Buffer | string): Promise<string> {
  const digest = digestOf(content);
  const session = await ask(host, 'POST', `/v2/${repository}/blobs/uploads/`);
  const location = new URL(session.headers.location ?? '', `http://${host}`);
  location.searchParams.set('digest', digest);
  const done = await ask(host, 'PUT', location.pathname + location.search, {
    body: content,
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  if (done.status !== 201) throw new Error(`expected 201, found ${done.status}: ${done.body}`);
  return digest;
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** A manifest of one layer; its config and layer are pushed first. */
export async function manifestOf(host: string, repository: string, layer: string): Promise<string> {
  const config = '{}';
  const mediaType = 'application/vnd.cncf.flux.config.v1+json';
  const layerType = 'application/vnd.cncf.flux.content.v1.tar+gzip';
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType, digest: await pushBlob(host, repository, config), size: config.length },
    layers: [{ mediaType: layerType, digest: await pushBlob(host, repository, layer), size: Buffer.byteLength(layer) }],
  });
}

export function putManifest(host: string, repository: string, reference: string, manifest: string): Promise<Answer> {
  return ask(host, 'PUT', `/v2/${repository}/manifests/${reference}`, {
    body: manifest,
    headers: { 'Content-Type': MANIFEST_TYPE },
  });
}
