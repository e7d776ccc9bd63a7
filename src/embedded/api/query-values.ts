import { type FieldError, invalidObject } from '../schema/field-error.ts';
import { badRequest, StatusError } from './status-error.ts';

/** A whole number of a query parameter; 0 when it is missing. Throws 400 in the words of Go's strconv. */
export function integerOf(query: URLSearchParams, parameter: string): number {
  const text = query.get(parameter);
  if (text === null) return 0;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (!Number.isSafeInteger(Number(text))) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(text);
}

/** Undefined when the parameter is missing; anything but `false` and `0` is true. */
export function booleanOf(query: URLSearchParams, parameter: string): boolean | undefined {
  const text = query.get(parameter);
  return text === null ? undefined : text.toLowerCase() !== 'false' && text !== '0';
}

/** What is wrong with a resourceVersion, as the real server puts it; undefined when it is a revision. */
export function revisionFault(text: string): string | undefined {
  if (/^\d{1,20}$/.test(text)) return undefined;
  const quoted = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

/** 422 about ListOptions or DeleteOptions. */
export function invalidOptions(kind: 'ListOptions' | 'DeleteOptions', errors: readonly FieldError[]): StatusError {
  return invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

/** 504: the server has not come to that revision yet. The real one waits 3 s for it first. */
export function tooLargeRevision(asked: number, current: number): StatusError {
  const message = 'Too large resource version';
  const details = { causes: [{ reason: 'ResourceVersionTooLarge', message }], retryAfterSeconds: 1 };
  return new StatusError(504, 'Timeout', `Timeout: ${message}: ${asked}, current: ${current}`, details, 1);
}
