import type { KubeObject } from '../../domain/kube-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { StoreEvent } from '../store/store-event.ts';
import type { ResourcePath } from './api-path.ts';
import { type EventLines, type WatchEncoding, watchLine } from './watch-encoding.ts';
import type { WatchRequest } from './watch-request.ts';

/** Where the lines go. */
export interface LineSink {
  /** False: enough for now, `resume` will be called. */
  write(lines: Buffer): boolean;
  /** The client reads too slowly: what it has yet to see is forgotten. */
  giveUp(): void;
}

const BATCH_BYTES = 64 * 1024;

/**
 * What one watch has sent and has yet to send. It holds no queue: a client that does not read falls behind, and reads on from
 * the history of the store when it does; so it costs no memory, and is given up when that history is gone.
 */
export class WatchFeed {
  readonly #store: ObjectStore;
  readonly #path: ResourcePath;
  readonly #request: WatchRequest;
  readonly #encoding: WatchEncoding;
  readonly #sink: LineSink;
  readonly #apiVersion: string;
  #initial: readonly KubeObject[];
  #initialSent = 0;
  #owesInitialBookmark: boolean;
  #revision: number;
  #isBehind = true;

  constructor(store: ObjectStore, path: ResourcePath, request: WatchRequest, encoding: WatchEncoding, sink: LineSink) {
    this.#store = store;
    this.#path = path;
    this.#request = request;
    this.#encoding = encoding;
    this.#sink = sink;
    this.#apiVersion = apiVersionOf(path.resource, path.version);
    this.#initial = request.initialEvents ? store.list(path.resource, path.namespace).filter(request.selects) : [];
    this.#owesInitialBookmark = request.initialEvents && request.bookmarks;
    this.#revision = request.revision;
  }

  /** Sends what there is, until the sink has enough. */
  resume(): void {
    this.#isBehind = true;
    if (!this.#sendInitial()) return;
    const missed = this.#store.eventsAfter(this.#path.resource, this.#revision);
    if (missed === undefined) {
      this.#sink.giveUp();
      return;
    }
    const batch = new Batch(this.#sink);
    for (const event of missed) {
      this.#revision = event.revision;
      const line = this.#lineOf(event);
      if (line !== undefined && !batch.add(line)) return;
    }
    if (batch.flush()) this.#isBehind = false;
  }

  /** A new event. While the client is behind, it waits in the store's history. */
  tell(event: StoreEvent, lines: EventLines): void {
    if (this.#isBehind || event.revision <= this.#revision) return;
    this.#revision = event.revision;
    const line = this.#lineOf(event, lines);
    if (line !== undefined && !this.#sink.write(line)) this.#isBehind = true;
  }

  /** Tells the client how far it is, if it wants to know and has seen everything. */
  bookmark(annotations?: Readonly<Record<string, string>>): void {
    const isAhead = this.#revision > this.#store.revision;
    if (!this.#request.bookmarks || isAhead || (this.#isBehind && annotations === undefined)) return;
    // An object of this revision need not be one of this resource.
    if (annotations === undefined) this.#revision = this.#store.revision;
    const metadata = {
      resourceVersion: String(annotations === undefined ? this.#store.revision : this.#revision),
      ...(annotations === undefined ? {} : { annotations }),
    };
    const object = { kind: this.#path.resource.kind, apiVersion: this.#apiVersion, metadata };
    if (!this.#sink.write(watchLine('BOOKMARK', JSON.stringify(object)))) this.#isBehind = true;
  }

  #sendInitial(): boolean {
    const batch = new Batch(this.#sink);
    while (this.#initialSent < this.#initial.length) {
      const object = this.#initial[this.#initialSent];
      this.#initialSent += 1;
      if (object === undefined) continue;
      const line = watchLine('ADDED', this.#encoding.object(object, this.#apiVersion));
      if (!batch.add(line)) return false;
    }
    if (!batch.flush()) return false;
    this.#initial = [];
    this.#initialSent = 0;
    if (this.#owesInitialBookmark) {
      this.#owesInitialBookmark = false;
      this.bookmark({ 'k8s.io/initial-events-end': 'true' });
    }
    return true;
  }

  /** An object that begins to match is ADDED to this watch, one that no longer does is DELETED, as it last matched. */
  #lineOf(event: StoreEvent, lines?: EventLines): Buffer | undefined {
    const { selects } = this.#request;
    const { object, previous } = event;
    const isIn = event.type !== 'DELETED' && selects(object);
    const wasIn = previous !== undefined && selects(previous);
    if (!isIn && !wasIn) return undefined;
    const type = isIn ? (wasIn ? 'MODIFIED' : 'ADDED') : 'DELETED';
    const shown = isIn || event.type === 'DELETED' ? object : lastMatching(event, previous ?? object);
    if (lines !== undefined) return lines.of(type, shown, this.#apiVersion, this.#encoding);
    return watchLine(type, this.#encoding.object(shown, this.#apiVersion));
  }
}

function lastMatching({ object }: StoreEvent, previous: KubeObject): KubeObject {
  const { resourceVersion } = object.metadata;
  return {
    ...previous,
    metadata: { ...previous.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
}

/** Joins lines to chunks: ten thousand objects are not ten thousand writes. */
class Batch {
  readonly #sink: LineSink;
  #lines: Buffer[] = [];
  #bytes = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  add(line: Buffer): boolean {
    this.#lines.push(line);
    this.#bytes += line.length;
    return this.#bytes < BATCH_BYTES || this.flush();
  }

  flush(): boolean {
    if (this.#lines.length === 0) return true;
    const chunk = this.#lines.length === 1 ? this.#lines[0] : Buffer.concat(this.#lines, this.#bytes);
    this.#lines = [];
    this.#bytes = 0;
    return chunk === undefined || this.#sink.write(chunk);
  }
}
