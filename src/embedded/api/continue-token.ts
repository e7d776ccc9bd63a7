import { badRequest, type StatusError } from './status-error.ts';

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision of the first page; -1: whatever is there now. */
  readonly revision: number;
  /** The first key that may come: `<namespace>/<name>`, or the name alone within one namespace. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

/** The first possible key after `key`. */
export function keyAfter(key: string): string {
  return `${key}\u0000`;
}

/** The same encoding as the real server's, so what is learnt about one holds for the other. */
export function formatToken({ revision, start }: ContinueToken): string {
  const key = revision < 0 ? start : `/${start}`;
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: key })).toString('base64url');
}

/** Throws 400 for what is not a token. */
export function parseToken(text: string): ContinueToken {
  const strange = [...text].findIndex((character) => !/[\w-]/.test(character));
  if (strange >= 0) throw invalidToken(`illegal base64 data at input byte ${strange}`);
  const json = Buffer.from(text, 'base64url').toString('latin1');
  const { v, rv, start } = parsed(json);
  if (v !== undefined && typeof v !== 'string') {
    const found = typeof v === 'object' ? 'object' : typeof v === 'boolean' ? 'bool' : 'number';
    throw invalidToken(`json: cannot unmarshal ${found} into Go struct field continueToken.v of type string`);
  }
  if (v !== VERSION) throw invalidToken(`server does not recognize this encoded version ${v ?? ''}`);
  if (typeof rv !== 'number' || rv === 0) {
    throw invalidToken(`incorrect encoded start resourceVersion (version ${VERSION})`);
  }
  if (typeof start !== 'string' || start === '') throw invalidToken(`encoded start key empty (version ${VERSION})`);
  const key = start.startsWith('/') ? start.slice(1) : start;
  if (key.split('/').some((segment) => segment === '..' || segment === '.')) throw invalidToken(start);
  return { revision: rv, start: key };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const first = json.trimStart()[0];
    if (first === undefined) throw invalidToken('unexpected end of JSON input');
    const code = first.charCodeAt(0);
    const shown = code < 0x20 || (code > 0x7e && code < 0xa0) ? `\\u${code.toString(16).padStart(4, '0')}` : first;
    throw invalidToken(`invalid character '${shown}' looking for beginning of value`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw invalidToken(`json: cannot unmarshal ${found} into Go value of type storage.continueToken`);
}

function invalidToken(why: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
