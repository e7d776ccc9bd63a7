import { type FieldError, forbiddenField, unsupportedValue } from '../schema/field-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ResourcePath } from './api-path.ts';
import { booleanOf, integerOf, invalidOptions, revisionFault, tooLargeRevision } from './query-values.ts';
import { type Selector, selectorFor } from './selectors.ts';
import { expired, StatusError } from './status-error.ts';

/** What a watch request asks for. */
export interface WatchRequest {
  readonly selects: Selector;
  /** Events up to this revision are not sent. */
  readonly revision: number;
  /** Whether the present objects come first, as ADDED. */
  readonly initialEvents: boolean;
  readonly bookmarks: boolean;
  /** Undefined: the server decides. */
  readonly timeoutSeconds: number | undefined;
  /** What the watch ends with at once, in the stream: its revision is forgotten, or still to come. */
  readonly refusal: StatusError | undefined;
}

/** Throws 400, 422 or 500 as the real server does. */
export function watchRequest(store: ObjectStore, path: ResourcePath, query: URLSearchParams): WatchRequest {
  const timeoutSeconds = integerOf(query, 'timeoutSeconds');
  integerOf(query, 'limit');
  const { initialEvents, isOldWay } = initialEventsOf(query);
  const bySelector = selectorFor(store, path, query);
  const { resource, namespace, name } = path;
  const selects: Selector = (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (bySelector === undefined || bySelector(object));
  const given = query.get('resourceVersion') ?? '';
  const fault = given === '' ? undefined : revisionFault(given);
  if (fault !== undefined) throw new StatusError(500, '', fault);
  const asked = Number(given);
  const isFuture = asked > store.revision;
  const fromNow = asked === 0 || (initialEvents && !isFuture);
  return {
    selects,
    revision: fromNow ? store.revision : asked,
    initialEvents: initialEvents || isOldWay,
    bookmarks: booleanOf(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: timeoutSeconds === 0 ? undefined : timeoutSeconds,
    refusal: refusalOf(),
  };

  function refusalOf(): StatusError | undefined {
    if (initialEvents) return isFuture ? tooLargeRevision(asked, store.revision) : undefined;
    const forgotten = store.forgottenRevision(resource);
    return fromNow || asked >= forgotten ? undefined : expired(`too old resource version: ${asked} (${forgotten})`);
  }
}

/** Without a revision, and without a word on initial events, a watch begins with them: so it was before one could ask. */
function initialEventsOf(query: URLSearchParams): { readonly initialEvents: boolean; readonly isOldWay: boolean } {
  const given = booleanOf(query, 'sendInitialEvents');
  const version = query.get('resourceVersion') ?? '';
  const asked = query.get('resourceVersionMatch') ?? '';
  const isOldWay = given === undefined && asked === '' && (version === '' || version === '0');
  const field = 'resourceVersionMatch';
  const match = isOldWay ? 'NotOlderThan' : asked;
  const errors: FieldError[] = [];
  if (given !== undefined && match !== 'NotOlderThan') {
    errors.push(forbiddenField(field, `sendInitialEvents requires setting ${field} to NotOlderThan`));
  }
  if (match !== '') {
    if (given === undefined && !isOldWay) {
      errors.push(forbiddenField(field, `${field} is forbidden for watch unless sendInitialEvents is provided`));
    }
    if (match !== 'NotOlderThan') errors.push(unsupportedValue(field, match, ['NotOlderThan']));
    if (query.get('continue')) errors.push(forbiddenField(field, `${field} is forbidden when continue is provided`));
  }
  if (errors.length > 0) throw invalidOptions('ListOptions', errors);
  return { initialEvents: given === true, isOldWay };
}
