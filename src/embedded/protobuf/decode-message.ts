import { isJsonObject } from '../json-value.ts';
import { type MessageField, messageFields } from './message-fields.ts';
import { bytesOf, integerOf, MalformedProtobufError, type WireField, wireFields } from './wire.ts';

/** The JSON of one message. What is zero and would not be in the JSON either is left out. */
export function decodeMessage(message: string, bytes: Buffer): unknown {
  const fields = messageFields(message);
  if (fields === undefined) throw new MalformedProtobufError(`the message ${message} is not known`);
  const json: Record<string, unknown> = {};
  for (const wire of wireFields(bytes)) {
    const field = fields.get(wire.number);
    // A field of a newer version.
    if (field === undefined) continue;
    if (field.many === '%') addEntry(json, field, bytesOf(wire));
    else if (field.many === '*') json[field.jsonName] = [...listOf(json[field.jsonName]), ...decodeItems(field, wire)];
    else addValue(json, field, decodeValue(field, wire));
  }
  return json;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function addValue(json: Record<string, unknown>, field: MessageField, value: unknown): void {
  if (value === undefined) return;
  if (field.inlined) Object.assign(json, value);
  else if (field.keepsZero || (value !== '' && value !== 0 && value !== false)) json[field.jsonName] = value;
}

/** A repeated number may be packed into one field. */
function decodeItems(field: MessageField, wire: WireField): readonly unknown[] {
  if (field.type !== 'i' || typeof wire.value === 'bigint') return [decodeValue(field, wire)];
  throw new MalformedProtobufError('proto: packed lists are not used by Kubernetes');
}

/** A map is a list of messages with a key (1) and a value (2). */
function addEntry(json: Record<string, unknown>, field: MessageField, bytes: Buffer): void {
  const known = json[field.jsonName];
  const map: Record<string, unknown> = isJsonObject(known) ? known : {};
  let key = '';
  let value: unknown = field.type === 's' || field.type === 'y' ? '' : field.type === '@' ? {} : undefined;
  for (const part of wireFields(bytes)) {
    if (part.number === 1) key = bytesOf(part).toString();
    if (part.number === 2) value = decodeValue(field, part);
  }
  // A key named __proto__ is data like any other.
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  json[field.jsonName] = map;
}

function decodeValue(field: MessageField, wire: WireField): unknown {
  switch (field.type) {
    case 's':
      return bytesOf(wire).toString();
    case 'b':
      return integerOf(wire) !== 0;
    case 'i':
      return integerOf(wire);
    case 'd':
      return bytesOf(wire).readDoubleLE();
    case 'y':
      return bytesOf(wire).toString('base64');
    case 't':
      return decodeTime(bytesOf(wire), 0);
    case 'm':
      return decodeTime(bytesOf(wire), 6);
    case 'q':
      return firstText(bytesOf(wire)) || '0';
    case 'x':
      return decodeIntOrString(bytesOf(wire));
    case 'l':
      return [...wireFields(bytesOf(wire))].map((item) => bytesOf(item).toString());
    case 'r':
      return decodeJson(bytesOf(wire));
    case '|':
      return decodeAlternative(field.message, bytesOf(wire));
    default:
      return decodeMessage(field.message, bytesOf(wire));
  }
}

/** The string in field 1, as messages around one string have it. */
function firstText(bytes: Buffer): string {
  for (const field of wireFields(bytes)) if (field.number === 1) return bytesOf(field).toString();
  return '';
}

/** Seconds (1) and nanoseconds (2) as RFC 3339; undefined for the zero time, which is sent as nothing. */
function decodeTime(bytes: Buffer, digits: 0 | 6): string | undefined {
  let [seconds, nanos] = [0, 0];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) seconds = integerOf(field);
    if (field.number === 2) nanos = integerOf(field);
  }
  if (seconds === 0 && nanos === 0) return undefined;
  const wholeSeconds = new Date(seconds * 1_000).toISOString().slice(0, -'.000Z'.length);
  const micros = String(Math.trunc(nanos / 1_000)).padStart(6, '0');
  return digits === 0 ? `${wholeSeconds}Z` : `${wholeSeconds}.${micros}Z`;
}

/** Type (1: 0 integer, 1 string), integer (2), string (3). */
function decodeIntOrString(bytes: Buffer): number | string {
  let [isText, number, text] = [false, 0, ''];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) isText = integerOf(field) === 1;
    if (field.number === 2) number = integerOf(field);
    if (field.number === 3) text = bytesOf(field).toString();
  }
  return isText ? text : number;
}

/** JSON text in field 1, as RawExtension, FieldsV1 and the defaults of a CustomResourceDefinition have it. */
function decodeJson(bytes: Buffer): unknown {
  const text = firstText(bytes);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedProtobufError('expected JSON in a raw field', { cause: error });
  }
}

/** Of a boolean or schema, a schema or list …: what is given last is what is meant. */
function decodeAlternative(message: string, bytes: Buffer): unknown {
  const given = Object.values(decodeMessage(message, bytes) as object);
  return given.at(-1);
}
