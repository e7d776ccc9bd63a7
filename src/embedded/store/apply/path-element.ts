/**
 * One step of a field path as it is written in `fieldsV1`: `f:<name>`, `k:{…}` (an item of a list by its keys), `v:<value>`
 * (an item of a set), `i:<index>`.
 */

const KINDS = 'fkvi';

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** The item of a list that has these keys, sorted by name. */
export function keyElement(keys: readonly (readonly [name: string, value: unknown])[]): string {
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** The item of a set. */
export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

/** The element as conflicts show it: `.name`, `[name="x"]`, `[="x"]`, `[0]`. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(keysOf(rest))
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}

/** The order in which the real server writes the elements of a set. */
export function compareElements(a: string, b: string): number {
  if (a === b) return 0;
  const kind = KINDS.indexOf(a[0] ?? '') - KINDS.indexOf(b[0] ?? '');
  if (kind !== 0) return kind;
  const [restOfA, restOfB] = [a.slice(2), b.slice(2)];
  if (a.startsWith('f')) return restOfA < restOfB ? -1 : 1;
  if (!a.startsWith('k')) return compareScalars(scalarOf(restOfA), scalarOf(restOfB));
  const [left, right] = [Object.entries(keysOf(restOfA)), Object.entries(keysOf(restOfB))];
  for (const [index, [name, value]] of left.entries()) {
    const [otherName, otherValue] = right[index] ?? ['', undefined];
    if (name !== otherName) return name < otherName ? -1 : 1;
    const order = compareScalars(value, otherValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Numbers by size, before strings, before booleans. */
function compareScalars(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return rankOf(a) - rankOf(b);
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function rankOf(value: unknown): number {
  return ['number', 'string', 'boolean'].indexOf(typeof value) + 1 || 4;
}

function keysOf(json: string): Readonly<Record<string, unknown>> {
  const value = scalarOf(json);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Clients may send entries with anything in them: what is no JSON counts as text. */
function scalarOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
