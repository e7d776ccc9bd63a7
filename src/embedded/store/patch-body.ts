import { goJsonError } from '../api/go-json-error.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import { isJsonObject } from '../json-value.ts';
import type { WriteOptions } from './write-options.ts';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const JSON_PATCH_OPERATIONS_MAX = 10_000;

type Validation = Pick<WriteOptions, 'fieldValidation' | 'warn'>;
type YamlReader = (text: string, options: Validation) => unknown;

/** The body of a PATCH request as it came: it is only looked at when the object is known to exist. */
export class PatchBody {
  readonly text: string;
  readonly readYaml: YamlReader | undefined;

  /** `readYaml`: for server-side apply, whose bodies may be YAML. */
  constructor(text: string, readYaml?: YamlReader) {
    this.text = text;
    this.readYaml = readYaml;
  }

  /** The body of a patch of that type. YAML is imported when the first apply arrives: many a server never sees one. */
  static async of(type: PatchType, text: string): Promise<PatchBody> {
    return type === 'apply'
      ? new PatchBody(text, (await import('./applied-yaml.ts')).appliedYaml)
      : new PatchBody(text);
  }
}

/** What a patch says, read from its body where it is one. Throws 400 for a body of another form than its type has. */
export function patchOf(type: PatchType, patch: unknown, options: Validation): unknown {
  const value = patch instanceof PatchBody ? parsed(type, patch, options) : patch;
  const prefix = options.fieldValidation === 'Ignore' || type === 'strategic' ? '' : 'error decoding patch: ';
  switch (type) {
    case 'json': {
      const operations = operationsOf(value, prefix);
      if (options.fieldValidation === 'Warn') for (const why of unknownFields(operations)) options.warn?.(why);
      return operations;
    }
    case 'apply':
      return configurationOf(value);
    case 'merge':
    case 'strategic':
      if (isJsonObject(value)) return value;
      if (value === null) return type === 'merge' ? refuseMergePatch() : {};
      throw badRequest(
        `${prefix}json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`,
      );
  }
}

function refuseMergePatch(): never {
  throw badRequest('Invalid JSON Patch');
}

function operationsOf(value: unknown, prefix: string): readonly unknown[] {
  const type = prefix === '' ? 'jsonpatch.Patch' : '[]handlers.jsonPatchOp';
  if (value === null) return [];
  if (!Array.isArray(value))
    throw badRequest(`${prefix}json: cannot unmarshal ${goKind(value)} into Go value of type ${type}`);
  for (const operation of value) {
    if (operation === null) continue;
    if (!isJsonObject(operation)) {
      const item = prefix === '' ? 'jsonpatch.Operation' : 'handlers.jsonPatchOp';
      throw badRequest(`${prefix}json: cannot unmarshal ${goKind(operation)} into Go value of type ${item}`);
    }
    for (const field of ['op', 'path', 'from']) {
      const given = operation[field];
      if (prefix === '' || given === undefined || given === null || typeof given === 'string') continue;
      throw badRequest(
        `${prefix}json: cannot unmarshal ${goKind(given)} into Go struct field jsonPatchOp.${field} of type string`,
      );
    }
  }
  if (value.length > JSON_PATCH_OPERATIONS_MAX) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS_MAX}, got ${value.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', message);
  }
  return value;
}

const OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** What a strict reader of a JSON patch finds too much in it. */
export function unknownFields(operations: readonly unknown[]): readonly string[] {
  return operations.flatMap((operation, index) =>
    isJsonObject(operation)
      ? Object.keys(operation)
          .filter((field) => !OPERATION_FIELDS.has(field))
          .map((field) => `json patch unknown field "[${index}].${field}"`)
      : [],
  );
}

function configurationOf(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (isJsonObject(value)) return value;
  throw badRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`,
  );
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function parsed(type: PatchType, { text, readYaml }: PatchBody, options: Validation): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (type === 'apply' && readYaml !== undefined) return readYaml(text, options);
    if (type === 'merge' && options.fieldValidation === 'Ignore') return refuseMergePatch();
    const prefix = type === 'strategic' || options.fieldValidation === 'Ignore' ? '' : 'error decoding patch: ';
    throw badRequest(`${prefix}${goJsonError(text)}`);
  }
}
