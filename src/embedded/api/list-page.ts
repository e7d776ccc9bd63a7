import type { KubeObject } from '../../domain/kube-object.ts';
import { type FieldError, forbiddenField, unsupportedValue } from '../schema/field-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { type ContinueToken, formatToken, keyAfter, parseToken } from './continue-token.ts';
import { integerOf, invalidOptions, revisionFault, tooLargeRevision } from './query-values.ts';
import { selectorFor } from './selectors.ts';
import { badRequest, expired, StatusError } from './status-error.ts';

export interface ListPage {
  readonly objects: readonly KubeObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/**
 * What a list request asks for. All pages of a list show the state at the revision of its first page. Throws 400, 410, 422
 * or 504 as the real server does.
 */
export function listPage(store: ObjectStore, path: ResourcePath, query: URLSearchParams): ListPage {
  const { resource, namespace } = path;
  const given = integerOf(query, 'limit');
  integerOf(query, 'timeoutSeconds');
  requireListOptions(query);
  const selects = selectorFor(store, path, query);
  const { revision, isPast, start } = startOf(store, query, given);
  const rest = isPast ? listAt(store, path, revision, start) : store.list(resource, namespace, start);
  // A list from the watch cache comes whole.
  const limit = query.get('resourceVersion') === '0' && !query.get('continue') ? 0 : given;
  const keyOf = keyWithin(resource, namespace);
  const selected = selects === undefined ? rest : rest.filter(selects);
  const objects = limit > 0 ? selected.slice(0, limit) : selected;
  const last = objects.at(-1);
  const more = last !== undefined && objects.length < selected.length;
  return {
    objects,
    metadata: {
      resourceVersion: String(revision),
      ...(!isBuiltInGroup(resource.group) ? { continue: '' } : {}),
      ...(more ? { continue: formatToken({ revision, start: keyAfter(keyOf(last)) }) } : {}),
      ...(more && selects === undefined ? { remainingItemCount: selected.length - objects.length } : {}),
    },
  };
}

interface Start {
  readonly revision: number;
  /** Whether the state at `revision` is asked for, or any that is at least as new. */
  readonly isPast: boolean;
  readonly start: string | undefined;
}

function startOf(store: ObjectStore, query: URLSearchParams, limit: number): Start {
  const given = query.get('resourceVersion') ?? '';
  const token = query.get('continue');
  if (token) {
    if (given !== '' && given !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const { revision, start } = parseToken(token);
    if (revision > store.revision) throw tooLargeRevision(revision, store.revision);
    return revision < 0 ? { revision: store.revision, isPast: false, start } : { revision, isPast: true, start };
  }
  if (given === '' || given === '0') return { revision: store.revision, isPast: false, start: undefined };
  const fault = revisionFault(given);
  if (fault !== undefined) throw badRequest(`invalid resource version: ${fault}`);
  const asked = Number(given);
  if (asked > store.revision) throw tooLargeRevision(asked, store.revision);
  const match = query.get('resourceVersionMatch');
  // A limit without a match has always meant this very revision.
  const isPast = match === 'Exact' || (!match && limit > 0);
  return { revision: isPast ? asked : store.revision, isPast, start: undefined };
}

function listAt(
  store: ObjectStore,
  { resource, namespace }: ResourcePath,
  revision: number,
  start: string | undefined,
): readonly KubeObject[] {
  const found = store.listAt(resource, namespace, revision, start);
  if (found !== undefined) return found;
  if (start === undefined) throw expired('The resourceVersion for the provided list is too old.');
  throw new ExpiredPageError({ revision: -1, start });
}

const EXPIRED_PAGE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** 410 with a token that goes on from the same place, in the objects of today. */
class ExpiredPageError extends StatusError {
  readonly #token: ContinueToken;

  constructor(token: ContinueToken) {
    super(410, 'Expired', EXPIRED_PAGE);
    this.#token = token;
  }

  override body(): ReturnType<StatusError['body']> {
    return { ...super.body(), metadata: { continue: formatToken(this.#token) } };
  }
}

function requireListOptions(query: URLSearchParams): void {
  const errors: FieldError[] = [];
  const field = 'resourceVersionMatch';
  const match = query.get(field);
  const version = query.get('resourceVersion') ?? '';
  if (match) {
    if (version === '') errors.push(forbiddenField(field, `${field} is forbidden unless resourceVersion is provided`));
    if (query.get('continue')) errors.push(forbiddenField(field, `${field} is forbidden when continue is provided`));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(unsupportedValue(field, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && version === '0') {
      errors.push(forbiddenField(field, `${field} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (query.has('sendInitialEvents')) {
    errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalidOptions('ListOptions', errors);
}

function keyWithin(resource: ApiResource, namespace: string): (object: KubeObject) => string {
  if (!resource.namespaced || namespace !== '') return ({ metadata }) => metadata.name;
  return ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`;
}
