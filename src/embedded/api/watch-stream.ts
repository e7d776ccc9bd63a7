import type { ServerResponse } from 'node:http';
import type { EmbeddedClock } from '../clock.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ResourcePath } from './api-path.ts';
import type { StatusError } from './status-error.ts';
import { plainEncoding, type WatchEncoding, watchLine } from './watch-encoding.ts';
import { WatchFeed } from './watch-feed.ts';
import { watchHub } from './watch-hub.ts';
import { watchRequest } from './watch-request.ts';

const BOOKMARK_EVERY_MS = 60_000;
/** A last bookmark comes this long before the end, so that the next watch begins where this one ends. */
const BOOKMARK_BEFORE_END_MS = 2_000;
const TIMEOUT_MS_MIN = 1_800_000;

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
 * Answers a watch with JSON lines: the present objects where they are asked for, the events after `resourceVersion`, then each
 * new one. A revision that is forgotten is told in the stream, as ERROR 410. Throws before the first byte for a bad request.
 */
export function startWatch(
  store: ObjectStore,
  clock: EmbeddedClock,
  path: ResourcePath,
  query: URLSearchParams,
  response: ServerResponse,
  onEnd: (stream: WatchStream) => void,
  encoding: WatchEncoding = plainEncoding,
): WatchStream {
  const request = watchRequest(store, path, query);
  const feed = new WatchFeed(store, path, request, encoding, {
    write: (lines) => response.write(lines),
    giveUp: () => stream.drop(),
  });
  const cancel: (() => void)[] = [];
  let ended = false;
  function detach(): void {
    if (ended) return;
    ended = true;
    for (const stop of cancel) stop();
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
      response.write(watchLine('ERROR', JSON.stringify(error.body())));
      end();
    },
    bookmark: () => feed.bookmark(),
  };

  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'application/json');
  response.writeHead(200, { 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  response.on('close', detach);
  if (request.refusal !== undefined) {
    // The caller has to know the stream before it hears of its end.
    queueMicrotask(() => request.refusal !== undefined && stream.fail(request.refusal));
    return stream;
  }
  // Half an hour to an hour, so that clients do not all come back at once.
  const timeoutMs = Math.max(0, (request.timeoutSeconds ?? 0) * 1_000);
  const endsInMs = request.timeoutSeconds === undefined ? TIMEOUT_MS_MIN * (1 + Math.random()) : timeoutMs;
  cancel.push(clock.schedule(end, endsInMs));
  if (request.bookmarks) {
    cancel.push(repeat(clock, BOOKMARK_EVERY_MS, stream.bookmark));
    if (endsInMs > BOOKMARK_BEFORE_END_MS) {
      cancel.push(clock.schedule(stream.bookmark, endsInMs - BOOKMARK_BEFORE_END_MS));
    }
  }
  cancel.push(watchHub(store).join(path.resource, { tell: (event, lines) => feed.tell(event, lines), end }));
  response.on('drain', () => feed.resume());
  feed.resume();
  return stream;
}

function repeat(clock: EmbeddedClock, everyMs: number, action: () => void): () => void {
  let cancel = schedule();
  function schedule(): () => void {
    return clock.schedule(() => {
      cancel = schedule();
      action();
    }, everyMs);
  }
  return () => cancel();
}
