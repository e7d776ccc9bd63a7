import { StatusError } from '../api/status-error.ts';
import type { ApiResource } from '../store/resource-registry.ts';

/** One thing that is wrong with one field: a cause of a 422 answer. */
export interface FieldError {
  readonly reason: string;
  readonly field: string;
  /** Without the field's name. */
  readonly message: string;
}

export function invalidValue(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}: ${why}` };
}

export function wrongType(field: string, value: unknown, why: string): FieldError {
  return { ...invalidValue(field, value, why), reason: 'FieldValueTypeInvalid' };
}

export function requiredValue(field: string, why = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value${why === '' ? '' : `: ${why}`}` };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly unknown[]): FieldError {
  const list = supported.map(shown).join(', ');
  const message = `Unsupported value: ${shown(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', field, message };
}

export function duplicateValue(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` };
}

export function missingValue(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` };
}

export function forbiddenField(field: string, why: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function tooLong(field: string, lengthMax: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${lengthMax} bytes` };
}

export function tooMany(field: string, count: number, countMax: number): FieldError {
  return {
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${count}: must have at most ${countMax} items`,
  };
}

/** Go escapes what could be taken for HTML in JSON inside strings it prints with %q not: plain JSON is what it prints. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** 422 for an object with these errors. */
export function invalidObject(
  resource: Pick<ApiResource, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const qualified = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualified} ${JSON.stringify(name)} is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.kind,
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}
