import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { type Encoding, PLAIN, refusalEncoding } from './encoding.ts';
import { PlainRefusal } from './page-not-found.ts';
import { StatusError } from './status-error.ts';

/** The real server packs answers from this size on, and only a little: a client nearby would wait longer for the packing than for the bytes. */
const GZIP_BYTES_MIN = 128 * 1024;
const WARNING_CHARACTERS_MAX = 4_096;

/** The way back to one client. */
export class Answer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  encoding: Encoding = PLAIN;
  readonly #warnings: string[] = [];

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
  }

  /** Becomes a `Warning` header: kubectl prints it. */
  readonly warn = (text: string): void => {
    const line = `299 - ${JSON.stringify(text.slice(0, WARNING_CHARACTERS_MAX))}`;
    if (!this.#warnings.includes(line)) this.#warnings.push(line);
  };

  /** Sends JSON that is a text already; a line break ends it, as in the real server. */
  json(code: number, json: string, contentType = 'application/json'): void {
    if (json.length >= GZIP_BYTES_MIN && this.#takesGzip()) this.#packed(code, json, contentType);
    else this.#send(code, `${json}\n`, contentType);
  }

  /** Sends a document as the client asked for it: JSON, indented, or YAML. */
  async document(code: number, document: unknown): Promise<void> {
    const { format, pretty } = this.encoding;
    if (format === 'yaml') this.#send(code, await yamlOf(document), 'application/yaml');
    else this.json(code, pretty ? JSON.stringify(document, null, 2) : JSON.stringify(document));
  }

  text(code: number, text: string): void {
    this.response.setHeader('X-Content-Type-Options', 'nosniff');
    this.#send(code, text, 'text/plain; charset=utf-8');
  }

  /** The headers that every answer has, for those who write the body themselves. */
  headers(contentType: string): Record<string, string | string[]> {
    const id = this.request.headers['audit-id'];
    return {
      'Audit-Id': typeof id === 'string' && id !== '' ? id : randomUUID(),
      'Cache-Control': 'no-cache, private',
      ...(contentType === '' ? {} : { 'Content-Type': contentType }),
      ...(this.#warnings.length === 0 ? {} : { Warning: this.#warnings }),
    };
  }

  async refuse(error: unknown): Promise<void> {
    const { response, request } = this;
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (error instanceof PlainRefusal) {
      this.text(error.code, error.message);
      return;
    }
    const status =
      error instanceof StatusError
        ? error
        : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if (status.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(status.retryAfterSeconds));
    if (status.code === 403) response.setHeader('X-Content-Type-Options', 'nosniff');
    // What is left of a body is not read: the connection cannot be used again.
    if (!request.complete && status.code === 413) response.setHeader('Connection', 'close');
    this.encoding = refusalEncoding(request.headers.accept);
    await this.document(status.code, status.body());
  }

  #takesGzip(): boolean {
    const accepted = this.request.headers['accept-encoding'];
    return typeof accepted === 'string' && accepted.includes('gzip');
  }

  #packed(code: number, json: string, contentType: string): void {
    gzip(`${json}\n`, { level: 1 }, (error, packed) => {
      if (error !== null) {
        this.#send(code, `${json}\n`, contentType);
        return;
      }
      this.response.setHeader('Content-Encoding', 'gzip');
      this.response.setHeader('Vary', 'Accept-Encoding');
      this.#send(code, packed, contentType);
    });
  }

  #send(code: number, body: string | Buffer, contentType: string): void {
    const headers = this.headers(contentType);
    headers['Content-Length'] = String(Buffer.byteLength(body));
    this.response.writeHead(code, headers).end(body);
  }
}

/** Imported when somebody asks for it: hardly anybody does. */
async function yamlOf(document: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(document, {
    sortMapEntries: true,
    indentSeq: false,
    schema: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
}
