import type { ServerResponse } from 'node:http';
import type { EmbeddedClock } from '../clock.ts';
import type { ObjectStore, StoreEvent } from '../store/object-store.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { watchLine } from './object-json.ts';
import { type Selector, selectorOf } from './selectors.ts';
import { badRequest, expired, invalid, type StatusError } from './status-error.ts';

const BOOKMARK_EVERY_MS = 60_000;
const TIMEOUT_SECONDS_DEFAULT = 1_800;

/** A running watch, as the server sees it. */
export interface WatchStream {
  /** Ends the response the way a server does that restarts: without a word. */
  drop(): void;
  /** Sends an ERROR event with a Status, then ends. */
  fail(error: StatusError): void;
  /** Sends a bookmark now, if the client asked for bookmarks. */
  bookmark(): void;
}

/**
 * Answers a watch: the events after `resourceVersion` as JSON lines, then each new one. Throws 410 before the first byte when
 * that revision is forgotten. Without a resourceVersion (or with "0") the present objects come first, as ADDED.
 */
export function startWatch(
  store: ObjectStore,
  clock: EmbeddedClock,
  path: ResourcePath,
  query: URLSearchParams,
  response: ServerResponse,
  onEnd: (stream: WatchStream) => void,
): WatchStream {
  const { resource, namespace, name } = path;
  const apiVersion = apiVersionOf(resource, path.version);
  const bySelector = selectorOf(query);
  const selects: Selector = (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (bySelector === undefined || bySelector(object));
  const resourceVersion = query.get('resourceVersion') ?? '';
  const initialEvents = query.get('sendInitialEvents') === 'true';
  if (initialEvents && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalid('ListOptions.meta.k8s.io', '', 'resourceVersionMatch', why);
  }
  const fromNow = initialEvents || resourceVersion === '' || resourceVersion === '0';
  const revision = fromNow ? store.revision : Number(resourceVersion);
  if (!Number.isInteger(revision))
    throw badRequest(`Invalid value: "${resourceVersion}": strconv.ParseUint: invalid syntax`);
  if (revision > store.revision) throw expired(`Too large resource version: ${revision}, current: ${store.revision}`);
  const missed = store.eventsSince(revision);

  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';

  function send(event: StoreEvent): void {
    const { object, previous } = event;
    if (event.resource.plural !== resource.plural || event.resource.group !== resource.group) return;
    const now = event.type !== 'DELETED' && selects(object);
    const before = previous !== undefined && selects(previous);
    if (now) response.write(watchLine(before ? 'MODIFIED' : 'ADDED', object, apiVersion, event));
    else if (before) response.write(watchLine('DELETED', object, apiVersion, event));
  }
  function sendBookmark(annotations?: Readonly<Record<string, string>>): void {
    const metadata = {
      resourceVersion: String(store.revision),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: resource.kind, apiVersion, metadata } })}\n`);
  }
  if (fromNow) {
    for (const object of store.list(resource, namespace)) {
      if (selects(object)) response.write(watchLine('ADDED', object, apiVersion));
    }
    if (initialEvents) sendBookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  for (const event of missed) send(event);
  const unsubscribe = store.subscribe(send);

  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? TIMEOUT_SECONDS_DEFAULT) || TIMEOUT_SECONDS_DEFAULT;
  const cancelTimeout = clock.schedule(() => {
    if (wantsBookmarks) sendBookmark();
    end();
  }, timeoutSeconds * 1_000);
  let cancelBookmark = scheduleBookmark();
  function scheduleBookmark(): () => void {
    if (!wantsBookmarks) return () => {};
    return clock.schedule(() => {
      sendBookmark();
      cancelBookmark = scheduleBookmark();
    }, BOOKMARK_EVERY_MS);
  }

  let ended = false;
  function detach(): void {
    if (ended) return;
    ended = true;
    unsubscribe();
    cancelTimeout();
    cancelBookmark();
    onEnd(stream);
  }
  function end(): void {
    detach();
    response.end();
  }
  const stream: WatchStream = {
    drop() {
      detach();
      response.destroy();
    },
    fail(error) {
      response.write(`${JSON.stringify({ type: 'ERROR', object: error.body() })}\n`);
      end();
    },
    bookmark() {
      if (wantsBookmarks) sendBookmark();
    },
  };
  response.on('close', detach);
  return stream;
}
