import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { Endpoint } from './endpoint.ts';
import type { ApiObject } from './subject.ts';

export interface RequestOptions {
  /** Sent as it is when text or bytes, else as JSON. */
  readonly body?: unknown;
  /** Default `application/json` where there is a body; the empty string sends none. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default the administrator; `anonymous` sends no token. */
  readonly user?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; an empty object where it is something else. */
  readonly object: ApiObject;
}

export async function exchange(
  endpoint: Endpoint,
  method: string,
  path: string,
  options: RequestOptions,
): Promise<Answer> {
  const response = await respond(endpoint, method, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const plain = response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  return answerOf(response, plain.toString('utf8'));
}

export function answerOf(response: IncomingMessage, text: string): Answer {
  const isJson = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
  const object = (isJson ? JSON.parse(text) : {}) as ApiObject;
  return { status: response.statusCode ?? 0, headers: response.headers, text, object };
}

/** Sends the request and gives the response with its body unread. */
export async function respond(
  endpoint: Endpoint,
  method: string,
  path: string,
  { body, contentType, headers = {}, user }: RequestOptions,
): Promise<IncomingMessage> {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const type = contentType ?? (payload === undefined ? '' : 'application/json');
  const token = endpoint.tokenOf(user);
  const sent = {
    method,
    agent: endpoint.agent,
    // The bytes as the test wrote them: a URL object would tidy the path up.
    path,
    host: endpoint.host,
    port: endpoint.port,
    headers: {
      Accept: 'application/json',
      ...(type === '' ? {} : { 'Content-Type': type }),
      ...(payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
  };
  const request = endpoint.secure ? httpsRequest({ ...sent, ca: endpoint.certificateAuthority }) : httpRequest(sent);
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  // A server may answer before it has read a body that is too large, and close: the answer counts.
  request.end(payload);
  const [response] = await answered;
  request.on('error', () => undefined);
  return response;
}
