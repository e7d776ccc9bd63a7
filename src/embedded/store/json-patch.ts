import { StatusError } from '../api/status-error.ts';
import { isJsonObject, type JsonObject, sameJson } from '../json-value.ts';

/** What a failed operation is told as, whatever failed: the real server keeps the reason to itself. */
function failed(): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new StatusError(422, 'Invalid', message, {});
}

/**
 * RFC 6902, with the liberties that the real server takes: `replace` of a field that is not there adds it, a missing value is null,
 * a negative index counts from the end, and what stands before the first `/` of a path is ignored. `target` is not changed.
 * Throws 422 for a patch that does not fit or whose test fails.
 */
export function jsonPatch(target: unknown, operations: readonly unknown[]): unknown {
  let result = target;
  for (const operation of operations) {
    if (!isJsonObject(operation)) throw failed();
    result = applyOperation(result, operation);
  }
  return result;
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const { op, value = null } = operation;
  const path = () => stringOf(operation.path);
  const from = () => pointer(stringOf(operation.from));
  switch (op) {
    case 'add':
      return changedAt(document, pointer(path()), (parent, key) => added(parent, key, value));
    case 'replace':
      if (path() === '') return replacedDocument(value);
      return changedAt(document, pointer(path()), (parent, key) => replaced(parent, key, value));
    case 'remove':
      return changedAt(document, pointer(path()), removed);
    case 'test': {
      const found = path() === '' ? document : valueAt(document, pointer(path()));
      if (!sameJson(found ?? null, value) || operation.value === undefined) throw failed();
      return document;
    }
    case 'copy': {
      const copied = valueAt(document, from()) ?? null;
      return changedAt(document, pointer(path()), (parent, key) => added(parent, key, copied));
    }
    case 'move': {
      const moved = valueAt(document, from()) ?? null;
      const rest = changedAt(document, from(), removed);
      return changedAt(rest, pointer(path()), (parent, key) => added(parent, key, moved));
    }
    default:
      throw failed();
  }
}

function stringOf(value: unknown): string {
  if (typeof value !== 'string') throw failed();
  return value;
}

function pointer(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  if (segments.length === 0) throw failed();
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function replacedDocument(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) throw failed();
  return value;
}

type Container = JsonObject | readonly unknown[];

function containerOf(value: unknown): Container {
  if (Array.isArray(value) || isJsonObject(value)) return value;
  throw failed();
}

/** The document with the container at `path` but its last segment changed; all others are shared. */
function changedAt(
  document: unknown,
  path: readonly string[],
  change: (parent: Container, key: string) => Container,
): unknown {
  const [key = '', ...rest] = path;
  const container = containerOf(document);
  if (rest.length === 0) return change(container, key);
  return replaced(container, key, changedAt(child(container, key), rest, change));
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce((value: unknown, key) => child(containerOf(value), key), document);
}

function child(container: Container, key: string): unknown {
  if (isJsonObject(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  return container[indexOf(key, container.length, container.length - 1)];
}

function added(container: Container, key: string, value: unknown): Container {
  if (isJsonObject(container)) return { ...container, [key]: value };
  if (key === '-') return [...container, value];
  return container.toSpliced(indexOf(key, container.length + 1, container.length), 0, value);
}

function replaced(container: Container, key: string, value: unknown): Container {
  if (isJsonObject(container)) return { ...container, [key]: value };
  return container.with(indexOf(key, container.length, container.length - 1), value);
}

function removed(container: Container, key: string): Container {
  if (!isJsonObject(container)) {
    return container.toSpliced(indexOf(key, container.length, container.length - 1), 1);
  }
  if (!Object.hasOwn(container, key)) throw failed();
  const { [key]: _removed, ...rest } = container;
  return rest;
}

function indexOf(text: string, size: number, last: number): number {
  const given = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  const index = given < 0 ? given + size : given;
  if (!(index >= 0 && index <= last)) throw failed();
  return index;
}
