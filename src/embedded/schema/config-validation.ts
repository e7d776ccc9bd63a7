import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { type FieldError, forbiddenField, invalidValue, requiredValue, tooLong } from './field-error.ts';
import { configKey } from './name-formats.ts';

const DATA_BYTES_MAX = 1024 * 1024;
const IMMUTABLE = 'field is immutable when `immutable` is set';

export function configMapErrors(map: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const data = asObject(map.data);
  const binary = asObject(map.binaryData);
  const errors = [...frozenErrors(map, before, ['data', 'binaryData'])];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...keyErrors('data', key));
    if (Object.hasOwn(binary, key))
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(String(value));
  }
  for (const [key, value] of Object.entries(binary)) {
    errors.push(...keyErrors('binaryData', key));
    bytes += Buffer.byteLength(String(value), 'base64');
  }
  // The real server names no field here.
  return bytes > DATA_BYTES_MAX ? [...errors, tooLong('[]', DATA_BYTES_MAX)] : errors;
}

function keyErrors(field: string, key: string): readonly FieldError[] {
  return configKey(key).map((why) => invalidValue(`${field}[${key}]`, key, why));
}

function frozenErrors(
  object: KubeObject,
  before: KubeObject | undefined,
  fields: readonly string[],
): readonly FieldError[] {
  if (before?.immutable !== true) return [];
  const changed = fields.filter((field) => !sameJson(asObject(object[field]), asObject(before[field])));
  const thawed = object.immutable === true ? [] : ['immutable'];
  return [...thawed, ...changed].map((field) => forbiddenField(field, IMMUTABLE));
}

/** What the data of a Secret must hold, by type. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const ACCOUNT = 'kubernetes.io/service-account.name';

export function secretErrors(secret: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const data = asObject(secret.data);
  const errors: FieldError[] = [];
  if (before !== undefined && secret.type !== before.type) {
    errors.push(invalidValue('type', secret.type, 'field is immutable'));
  }
  errors.push(...frozenErrors(secret, before, ['data']));
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...keyErrors('data', key));
    bytes += Buffer.byteLength(String(value), 'base64');
  }
  if (bytes > DATA_BYTES_MAX) errors.push(tooLong('data', DATA_BYTES_MAX));
  return [...errors, ...typeErrors(secret, data)];
}

function typeErrors(secret: KubeObject, data: JsonObject): readonly FieldError[] {
  const type = asString(secret.type) ?? '';
  const isThere = (key: string): boolean => Object.hasOwn(data, key);
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return secret.metadata.annotations?.[ACCOUNT] ? [] : [requiredValue(`metadata.annotations[${ACCOUNT}]`)];
    case 'kubernetes.io/basic-auth':
      if (isThere('username') || isThere('password')) return [];
      return [requiredValue('data[username]'), requiredValue('data[password]')];
    case 'kubernetes.io/dockerconfigjson':
    case 'kubernetes.io/dockercfg': {
      const key = NEEDED[type]?.[0] ?? '';
      return isThere(key) ? jsonErrors(key, String(data[key])) : [requiredValue(`data[${key}]`)];
    }
    default:
      return (NEEDED[type] ?? []).filter((key) => !isThere(key)).map((key) => requiredValue(`data[${key}]`));
  }
}

function jsonErrors(key: string, encoded: string): readonly FieldError[] {
  const text = Buffer.from(encoded, 'base64').toString();
  try {
    JSON.parse(text);
    return [];
  } catch {
    const first = text.trimStart()[0];
    const why =
      first === undefined
        ? 'unexpected end of JSON input'
        : `invalid character '${first}' looking for beginning of value`;
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', why)];
  }
}
