import http from 'node:http';
import https from 'node:https';
import { REDIRECT_LIMIT_CODE } from '../domain/http-failure.ts';
import type { RegistryAnswer } from './registry-failure.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpConnections {
  /** Follows redirects, a few. Rejects with the error of node:http, ETIMEDOUT after a silence, or REDIRECT_LIMIT_CODE. */
  send(request: HttpRequest): Promise<RegistryAnswer>;
  close(): void;
}

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const REDIRECTS_MAX = 5;
const CONNECTIONS_MAX = 8;
const IDLE_CONNECTION_MS = 50_000;

/** HTTP/1.1 with connections kept alive. @param silenceMsMax a request without any progress for this long has failed */
export function createHttpConnections(silenceMsMax: number): HttpConnections {
  const options = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_CONNECTION_MS };
  const agents = { http: new http.Agent(options), https: new https.Agent(options) };

  function sendOnce({ method, url, headers, body, signal }: HttpRequest): Promise<RegistryAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RegistryAnswer>();
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method,
      agent: secure ? agents.https : agents.http,
      headers: {
        ...headers,
        ...(method === 'POST' || method === 'PUT' ? { 'content-length': body?.byteLength ?? 0 } : {}),
      },
      ...(signal !== undefined && { signal }),
    });
    request.setTimeout(silenceMsMax, () => {
      request.destroy(Object.assign(new Error(`no progress for ${silenceMsMax} ms`), { code: 'ETIMEDOUT' }));
    });
    request.on('error', (error) => reject(Object.assign(error, { reusedSocket: request.reusedSocket })));
    request.on('response', (response) => {
      readBody(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        reject,
      );
    });
    request.end(body);
    return promise;
  }

  async function sendAlive(request: HttpRequest): Promise<RegistryAnswer> {
    try {
      return await sendOnce(request);
    } catch (error) {
      // The registry closed an idle connection just as we took it up. Content is addressed by digest: sending again changes nothing.
      if (!closedWhileIdle(error)) throw error;
      return sendOnce(request);
    }
  }

  return {
    send: async (first) => {
      let request = first;
      for (let redirects = 0; ; redirects += 1) {
        const answer = await sendAlive(request);
        const { location } = answer.headers;
        if (!isRedirect(answer.status) || location === undefined) return answer;
        if (redirects === REDIRECTS_MAX) {
          const error = new Error(`more than ${REDIRECTS_MAX} redirects, the last one to ${location}`);
          throw Object.assign(error, { code: REDIRECT_LIMIT_CODE });
        }
        request = redirected(request, location);
      }
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** Where `location` points. A proxy that ends TLS may announce http:// for its own address: it is not followed out of TLS. */
export function resolveLocation(location: string, from: URL): URL {
  const url = new URL(location, from);
  if (from.protocol === 'https:' && url.protocol === 'http:' && url.hostname === from.hostname) {
    url.protocol = 'https:';
    url.port = from.port;
  }
  return url;
}

/** Credentials are for the host they were meant for: storage elsewhere gets none. */
function redirected(request: HttpRequest, location: string): HttpRequest {
  const url = resolveLocation(location, request.url);
  if (url.origin === request.url.origin) return { ...request, url };
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(([name]) => name !== 'authorization'),
  );
  return { ...request, url, headers };
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

async function readBody(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX)
      throw new Error(`expected an answer of at most ${ANSWER_BYTES_MAX} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function closedWhileIdle(error: unknown): boolean {
  if (!(error instanceof Error) || !('reusedSocket' in error) || !('code' in error)) return false;
  return error.reusedSocket === true && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
