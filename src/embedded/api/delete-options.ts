import { isJsonObject, type JsonObject } from '../json-value.ts';
import { type FieldError, invalidValue, unsupportedValue } from '../schema/field-error.ts';
import type { DeleteOptions, PropagationPolicy } from '../store/write-options.ts';
import { booleanOf, integerOf, invalidOptions } from './query-values.ts';
import { badRequest } from './status-error.ts';

/** What a DELETE asks for: its body where it has one, else its query. Throws 400 or 422 as the real server does. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const given = body === undefined ? fromQuery(query) : fromBody(body);
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun = [], preconditions = {} } = given;
  requireValid(propagationPolicy, orphanDependents, dryRun);
  const policy =
    propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  return {
    ...(typeof preconditions.uid === 'string' ? { uid: preconditions.uid } : {}),
    ...(typeof preconditions.resourceVersion === 'string' ? { resourceVersion: preconditions.resourceVersion } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(isPolicy(policy) ? { propagationPolicy: policy } : {}),
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
  };
}

interface GivenOptions {
  readonly gracePeriodSeconds?: number;
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly dryRun?: readonly unknown[];
  readonly preconditions?: JsonObject;
}

function fromQuery(query: URLSearchParams): GivenOptions {
  const orphanDependents = booleanOf(query, 'orphanDependents');
  const propagationPolicy = query.get('propagationPolicy');
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  return {
    ...(query.has('gracePeriodSeconds') ? { gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds') } : {}),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === null ? {} : { propagationPolicy }),
    dryRun,
  };
}

function fromBody(body: unknown): GivenOptions {
  if (!isJsonObject(body)) {
    const found = Array.isArray(body) ? 'array' : typeof body;
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const { kind, apiVersion, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun, preconditions } = body;
  if (kind !== undefined && kind !== '' && kind !== 'DeleteOptions') {
    const version = JSON.stringify(apiVersion ?? '');
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${version} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  return {
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(typeof orphanDependents === 'boolean' ? { orphanDependents } : {}),
    ...(typeof propagationPolicy === 'string' ? { propagationPolicy } : {}),
    ...(Array.isArray(dryRun) ? { dryRun } : {}),
    ...(isJsonObject(preconditions) ? { preconditions } : {}),
  };
}

function isPolicy(value: string | undefined): value is PropagationPolicy {
  return value === 'Foreground' || value === 'Background' || value === 'Orphan';
}

function requireValid(policy: string | undefined, orphan: boolean | undefined, dryRun: readonly unknown[]): void {
  const errors: FieldError[] = [];
  if (policy !== undefined && orphan !== undefined) {
    errors.push(
      invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (policy !== undefined && !isPolicy(policy)) {
    errors.push(unsupportedValue('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (dryRun.some((value) => value !== 'All')) errors.push(unsupportedValue('dryRun', dryRun, ['All']));
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors);
}
