import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { EmbeddedCluster } from '../../src/embedded/testing.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of an API is asserted, not used.
  readonly json: any;
}

export interface CallOptions {
  /** Default: the cluster's own; null for none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** One request, byte by byte as it is: without compression, redirects or retries. Rejects when the connection breaks. */
export function httpCall(
  at: EmbeddedCluster,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<HttpAnswer> {
  const { token = at.token, body, signal } = options;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...options.headers,
  };
  const start = at.url.startsWith('https:') ? httpsRequest : httpRequest;
  const trust = at.certificateAuthority === undefined ? {} : { ca: at.certificateAuthority };
  return new Promise((resolve, reject) => {
    const request = start(
      at.url + path,
      // A connection of its own: one that is kept alive may just have been cut.
      { method, headers, agent: false, ...trust, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            get json() {
              return JSON.parse(received);
            },
          });
        });
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}
