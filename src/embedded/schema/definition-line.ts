import type { FieldSchema } from './field-schema.ts';

/**
 * One line of the table of Kubernetes' own kinds: `name|field code|field code…`. A `*` after the name: the struct is atomic. A code is
 * `[!][~|=]TYPE[ option]…`; `!` is required, `~` left out when zero, `=` always written. TYPE is `@definition`, `[TYPE` (list), `{TYPE` (map) or one
 * letter (see SCALARS). Options: `keys:a,b` and `set` (list type), `atomic` (map type), `patch:strategy`, `by:merge key`, `default:JSON`.
 */
export interface Definition {
  readonly name: string;
  readonly atomic: boolean;
  readonly fields: readonly (readonly [field: string, code: string])[];
}

export type Resolve = (definition: string) => FieldSchema;

const SCALARS: Readonly<Record<string, FieldSchema>> = {
  s: { type: 'string' },
  y: { type: 'string', format: 'byte' },
  t: { type: 'string', format: 'date-time' },
  m: { type: 'string', format: 'micro-time' },
  q: { format: 'quantity' },
  x: { intOrString: true },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  d: { type: 'number', format: 'double' },
  b: { type: 'boolean' },
  o: { type: 'object', preserveUnknownFields: true },
  j: { preserveUnknownFields: true },
};

export function definitionOf(line: string): Definition {
  const [head = '', ...fields] = line.split('|');
  const atomic = head.endsWith('*');
  return {
    name: atomic ? head.slice(0, -1) : head,
    atomic,
    fields: fields.map((field) => {
      const space = field.indexOf(' ');
      return [field.slice(0, space), field.slice(space + 1)];
    }),
  };
}

export function isRequired(code: string): boolean {
  return code.startsWith('!');
}

export function fieldSchema(code: string, resolve: Resolve): FieldSchema {
  const required = isRequired(code) ? 1 : 0;
  const mark = code[required];
  if (mark === '~') return { ...typeOf(code.slice(required + 1), resolve), zero: 'dropped' };
  if (mark === '=') return { ...typeOf(code.slice(required + 1), resolve), zero: 'kept' };
  return typeOf(code.slice(required), resolve);
}

function typeOf(code: string, resolve: Resolve): FieldSchema {
  const [type = '', ...options] = code.split(' ');
  const bare = bareType(type, resolve);
  return options.length === 0 ? bare : { ...bare, ...optionsOf(options) };
}

function bareType(type: string, resolve: Resolve): FieldSchema {
  switch (type[0]) {
    case '@':
      return resolve(type.slice(1));
    case '[':
      return { type: 'array', items: bareType(type.slice(1), resolve) };
    case '{':
      return { type: 'object', additionalProperties: bareType(type.slice(1), resolve) };
    default: {
      const scalar = SCALARS[type];
      if (scalar === undefined) throw new Error(`the table of Kubernetes' kinds has an unknown type: ${type}`);
      return scalar;
    }
  }
}

function optionsOf(options: readonly string[]): FieldSchema {
  const read: Record<string, unknown> = {};
  for (const option of options) {
    const colon = option.indexOf(':');
    const name = colon < 0 ? option : option.slice(0, colon);
    const value = option.slice(colon + 1);
    if (name === 'keys') Object.assign(read, { listType: 'map', listMapKeys: value.split(',') });
    else if (name === 'set') read.listType = 'set';
    else if (name === 'atomic') read.mapType = 'atomic';
    else if (name === 'patch') read.patchStrategy = value;
    else if (name === 'by') read.patchMergeKey = value;
    else if (name === 'default') read.default = JSON.parse(value);
  }
  return read;
}
