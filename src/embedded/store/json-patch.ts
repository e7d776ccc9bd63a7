import { badRequest, StatusError } from '../api/status-error.ts';
import { isJsonObject, sameJson } from '../json-value.ts';

function failed(why: string): StatusError {
  return new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`);
}

/** RFC 6902. Throws 400 for a malformed patch, 422 for one that does not fit or whose test fails. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be an array of operations');
  let result: unknown = structuredClone(target);
  for (const operation of patch) {
    if (!isJsonObject(operation) || typeof operation.op !== 'string' || typeof operation.path !== 'string') {
      throw badRequest('each operation of a JSON patch needs "op" and "path"');
    }
    result = applyOperation(result, operation.op, operation.path, operation.from, operation.value);
  }
  return result;
}

function applyOperation(document: unknown, op: string, path: string, from: unknown, value: unknown): unknown {
  switch (op) {
    case 'add':
      return write(document, pointer(path), value, 'add');
    case 'replace':
      read(document, pointer(path));
      return write(document, pointer(path), value, 'replace');
    case 'remove':
      return remove(document, pointer(path));
    case 'test':
      if (!sameJson(read(document, pointer(path)), value)) throw failed(`testing value ${path} failed`);
      return document;
    case 'copy':
    case 'move': {
      if (typeof from !== 'string') throw badRequest(`the JSON patch operation ${op} needs "from"`);
      const taken = structuredClone(read(document, pointer(from)));
      const rest = op === 'move' ? remove(document, pointer(from)) : document;
      return write(rest, pointer(path), taken, 'add');
    }
    default:
      throw badRequest(`unknown JSON patch operation "${op}"`);
  }
}

function pointer(path: string): readonly string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw badRequest(`a JSON pointer starts with "/", found "${path}"`);
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  let current = document;
  for (const segment of path) {
    if (Array.isArray(current)) current = current[indexOf(current, segment, current.length - 1)];
    else if (isJsonObject(current) && Object.hasOwn(current, segment)) current = current[segment];
    else throw failed(`the path /${path.join('/')} does not exist`);
  }
  return current;
}

function indexOf(list: readonly unknown[], segment: string, last: number): number {
  if (segment === '-') return list.length;
  const index = /^(0|[1-9]\d*)$/.test(segment) ? Number(segment) : Number.NaN;
  if (!(index <= last)) throw failed(`index "${segment}" is out of a list of ${list.length}`);
  return index;
}

function write(document: unknown, path: readonly string[], value: unknown, how: 'add' | 'replace'): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    if (how === 'add') parent.splice(indexOf(parent, last, parent.length), 0, value);
    else parent[indexOf(parent, last, parent.length - 1)] = value;
  } else if (isMutable(parent)) parent[last] = value;
  else throw failed(`the path /${path.join('/')} does not exist`);
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  read(document, path);
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(indexOf(parent, last, parent.length - 1), 1);
  else if (isMutable(parent)) delete parent[last];
  return document;
}

/** The document is our own clone, so writing into it is safe. */
function isMutable(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value);
}
