import { EventInvalidError } from './log-errors.ts';

/** `value` as JSON text, and as what that text reads back as: an `undefined` field is dropped, everything else survives or is refused. */
export interface PlainJson<T> {
  readonly text: string;
  readonly value: T;
}

/** Throws EventInvalidError, naming the field by `label`, for what JSON cannot hold (functions, bigints, NaN, dates, maps, cycles). */
export function toPlainJson<T>(value: T, label: string): PlainJson<T> {
  const exact = checkPlain(value, label, []);
  return { text: JSON.stringify(value), value: exact ? value : (readBack(value) as T) };
}

/** The text alone: what it reads back as is not made. Throws as `toPlainJson` does. */
export function plainJsonText(value: unknown, label: string): string {
  checkPlain(value, label, []);
  return JSON.stringify(value);
}

/** Of checked plain JSON, what its text reads back as: several times as fast as to parse that. */
function readBack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  if (Array.isArray(value)) return value.map(readBack);
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) copy[name] = readBack(field);
  return copy;
}

/** True where the value reads back exactly as it is. */
function checkPlain(value: unknown, label: string, ancestors: object[]): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      if (!Number.isFinite(value)) throw refusal(label, String(value));
      return !Object.is(value, -0);
    case 'object':
      return value === null || checkObject(value, label, ancestors);
    default:
      throw refusal(label, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  }
}

function checkObject(value: object, label: string, ancestors: object[]): boolean {
  if (ancestors.includes(value)) throw refusal(label, 'a reference to an object around it');
  ancestors.push(value);
  let exact = true;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      exact = checkPlain(value[index], `${label}[${index}]`, ancestors) && exact;
    }
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw refusal(label, `a ${value.constructor.name}`);
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) exact = false;
      else exact = checkPlain(field, `${label}.${name}`, ancestors) && exact;
    }
    // JSON.parse makes `__proto__` an own field, a spread into a literal would too: but no event needs one.
    if (Object.hasOwn(value, '__proto__')) throw refusal(`${label}.__proto__`, 'a field of that name');
    if (prototype === null) exact = false;
  }
  ancestors.pop();
  return exact;
}

function refusal(label: string, found: string): EventInvalidError {
  return new EventInvalidError(`${label}: expected plain JSON, found ${found}`);
}
