import { isJsonObject, type JsonObject } from '../json-value.ts';
import { decodeMessage } from './decode-message.ts';
import { messageFields } from './message-fields.ts';
import { bytesOf, MalformedProtobufError, wireFields } from './wire.ts';

export { MalformedProtobufError };

/** What every body begins with. */
const MAGIC = Buffer.from('k8s\0');

/** Kinds of `meta.k8s.io` that clients send under the apiVersion of the request. */
const META_KINDS: ReadonlySet<string> = new Set([
  'DeleteOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
  'Status',
]);

// A table and these ~250 lines instead of protobufjs (2.9 MB installed): the wire format is the small part. What makes the
// JSON that the API uses (inlined structs, names, times, quantities, zero values) would have to be written all the same.

/**
 * The JSON of a body of type `application/vnd.kubernetes.protobuf`. Undefined for bytes that are no such body and for kinds that are not known;
 * throws MalformedProtobufError when the object in it cannot be read.
 */
export function decodeProtobuf(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const field of wireFields(body.subarray(MAGIC.length))) {
    if (field.number === 2) raw = bytesOf(field);
    if (field.number !== 1) continue;
    for (const part of wireFields(bytesOf(field))) {
      if (part.number === 1) apiVersion = bytesOf(part).toString();
      if (part.number === 2) kind = bytesOf(part).toString();
    }
  }
  const message = messageOf(apiVersion, kind);
  if (messageFields(message) === undefined) return undefined;
  const value = decodeMessage(message, raw);
  return isJsonObject(value) ? { kind, apiVersion, ...value } : undefined;
}

/** `apps/v1` `Deployment` → `apps.v1.Deployment`; `rbac.authorization.k8s.io/v1` `Role` → `rbac.v1.Role` */
function messageOf(apiVersion: string, kind: string): string {
  if (META_KINDS.has(kind)) return `meta.v1.${kind}`;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? 'core' : apiVersion.slice(0, slash).split('.')[0];
  return `${group}.${apiVersion.slice(slash + 1)}.${kind}`;
}
