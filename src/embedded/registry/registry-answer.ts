import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RegistryRequest } from './registry-route.ts';

/** One request on its way to an answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: RegistryRequest;
  readonly query: URLSearchParams;
}

export function send(
  { response, route }: Exchange,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response
    .writeHead(status, { ...headers, 'Content-Length': body.length })
    .end(route.method === 'HEAD' ? undefined : body);
}

export function sendJson(exchange: Exchange, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  send(exchange, 200, text, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

/** True, and 304 sent, when the client has these bytes already. */
export function sentNotModified({ request, response }: Exchange, digest: string): boolean {
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
  if (!known.includes(`"${digest}"`) && !known.includes(digest)) return false;
  response.writeHead(304, { ETag: `"${digest}"` }).end();
  return true;
}

/** As the real registry gives it: absolute, under the name that the client used. */
export function locationOf({ request }: Exchange, path: string): string {
  const encrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  return `${encrypted ? 'https' : 'http'}://${request.headers.host ?? '127.0.0.1'}${path}`;
}

export function created(exchange: Exchange, kind: 'blobs' | 'manifests', digest: string): void {
  const location = locationOf(exchange, `/v2/${exchange.route.repository}/${kind}/${digest}`);
  const headers = { Location: location, 'Docker-Content-Digest': digest, 'Content-Length': '0' };
  exchange.response.writeHead(201, headers).end();
}
