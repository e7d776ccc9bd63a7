import type { IncomingMessage } from 'node:http';
import { BodyTooLargeError, readBody } from '../http-server.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { goJsonError } from './go-json-error.ts';
import { badRequest, StatusError } from './status-error.ts';

const BODY_BYTES_MAX = 3 * 1024 * 1024;
const SUMMARY_BYTES_MAX = 30;

/** The body as it was sent. 413 beyond 3 MiB. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  try {
    return await readBody(request, BODY_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    const message = `Request entity too large: limit is ${BODY_BYTES_MAX}`;
    throw new StatusError(413, 'RequestEntityTooLarge', message);
  }
}

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

/** What the Content-Type says of the body; JSON when it says nothing. 415 for anything else. */
export function bodyFormat(request: IncomingMessage): BodyFormat {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || contentType === 'application/json') return 'json';
  switch (contentType.split(';')[0]?.trim().toLowerCase()) {
    case 'application/json':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    case 'application/vnd.kubernetes.protobuf':
      return 'protobuf';
    default: {
      const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
      const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
      throw new StatusError(415, 'UnsupportedMediaType', message);
    }
  }
}

/** Why a body is no object, in the words of Go. */
export class UnreadableBody extends Error {}

/** The object that a body holds; undefined for `null`. Throws UnreadableBody. */
export async function decodeBody(body: Buffer, format: BodyFormat): Promise<JsonObject | undefined> {
  if (format === 'protobuf') return await fromProtobuf(body);
  const value = format === 'yaml' ? await fromYaml(body) : fromJson(body.toString());
  if (isJsonObject(value)) return value;
  if (value === null || value === undefined) return undefined;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const target = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
  throw new UnreadableBody(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go value of type ${target}`,
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = goJsonError(text) ?? String(error);
    throw new UnreadableBody(`couldn't get version/kind; json parse error: ${why}`);
  }
}

/** Imported when the first such body arrives: hardly any client sends YAML. */
async function fromYaml(body: Buffer): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(body.toString(), { version: '1.1' });
  const [first] = document.errors;
  if (first === undefined) return document.toJS();
  const messages = document.errors.map(({ message }) => message).join('\n');
  const why = messages.includes('Flow sequence')
    ? "did not find expected ',' or ']'"
    : messages.includes('Flow map')
      ? "did not find expected ',' or '}'"
      : (first.message.split(' at line')[0] ?? '');
  throw new UnreadableBody(`yaml: line ${first.linePos?.[0].line ?? 1}: ${why}`);
}

/** Imported when the first such body arrives: its tables are large, and only Go clients send it. */
async function fromProtobuf(body: Buffer): Promise<JsonObject> {
  const isProtobuf = body.subarray(0, 4).equals(Buffer.from('k8s\0'));
  if (!isProtobuf) {
    throw new UnreadableBody('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const { decodeProtobuf } = await import('../protobuf/decode.ts');
  const decoded = decodeProtobuf(body);
  if (decoded !== undefined) return decoded;
  const message = 'the protobuf body holds a kind that this server cannot decode: send JSON';
  throw new StatusError(415, 'UnsupportedMediaType', message);
}

/** The body of a create or an update, where it is expected to hold a `kind`. */
export async function objectBody(body: Buffer, format: BodyFormat, kind: string): Promise<JsonObject | undefined> {
  try {
    return await decodeBody(body, format);
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    throw badRequest(unrecognized(kind, error.message, body));
  }
}

export function unrecognized(kind: string, why: string, body: Buffer): string {
  return `the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`;
}

function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, SUMMARY_BYTES_MAX);
  const shown = start[0] === '{'.charCodeAt(0) ? start.toString() : start.toString('hex');
  return body.length > SUMMARY_BYTES_MAX ? `${shown} ...` : shown;
}
