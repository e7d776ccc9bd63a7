import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ResourcePath } from '../../src/embedded/api/api-path.ts';
import { StatusError } from '../../src/embedded/api/status-error.ts';
import { startWatch, type WatchStream } from '../../src/embedded/api/watch-stream.ts';
import { type StoreFixture, storeFixture } from './store-fixture.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface WatchServer extends StoreFixture {
  readonly url: string;
  readonly streams: Set<WatchStream>;
}

/** Serves watches of one kind: `?…` is the query of the watch. */
async function serve(kind = 'ConfigMap', namespace = 'default'): Promise<WatchServer> {
  const fixture = storeFixture();
  const streams = new Set<WatchStream>();
  const server: Server = createServer((request, response) => {
    const resource = fixture.resource(kind);
    const version = resource.versions[0] ?? 'v1';
    const path: ResourcePath = {
      kind: 'resource',
      resource,
      version,
      namespace,
      name: undefined,
      subresource: undefined,
    };
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    try {
      streams.add(startWatch(fixture.store, fixture.clock, path, query, response, (ended) => streams.delete(ended)));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      response.writeHead(error.code).end(JSON.stringify(error.body()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { ...fixture, streams, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly code?: number;
    readonly message?: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
}

class Watch {
  readonly response: IncomingMessage;
  readonly #events: AsyncIterator<string>;

  private constructor(response: IncomingMessage) {
    this.response = response;
    this.#events = lines(response);
  }

  static open(url: string, query: string): Promise<Watch> {
    return new Promise((resolve, reject) => {
      const request = get(`${url}/?${query}`, { agent: false }, (response) => resolve(new Watch(response)));
      request.on('error', reject);
      closing.push(() => request.destroy());
    });
  }

  /** Undefined at the end of the stream. */
  async next(): Promise<WatchEvent | undefined> {
    const { done, value } = await this.#events.next();
    return done === true ? undefined : (JSON.parse(value) as WatchEvent);
  }

  async seen(count: number): Promise<readonly string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const event = await this.next();
      if (event === undefined) break;
      seen.push(`${event.type} ${event.object.metadata.name ?? '-'}`);
    }
    return seen;
  }
}

async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  let buffered = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const parts = (buffered + chunk).split('\n');
      buffered = parts.pop() ?? '';
      yield* parts;
    }
  } catch {
    // A connection that is cut is an end like any other.
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('expected the condition to come true within a minute');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a watch begins', () => {
  test.each(['', 'resourceVersion=0'])('with what is there, when asked with "%s"', async (query) => {
    const at = await serve();
    at.make('ConfigMap', 'a');
    at.make('ConfigMap', 'b');
    const watch = await Watch.open(at.url, query);
    expect(await watch.seen(2)).toEqual(['ADDED a', 'ADDED b']);
    at.make('ConfigMap', 'c');
    expect(await watch.seen(1)).toEqual(['ADDED c']);
  });

  test('after a resourceVersion, and misses nothing', async () => {
    const at = await serve();
    const { resourceVersion } = at.make('ConfigMap', 'a').metadata;
    at.make('Secret', 'other');
    at.make('ConfigMap', 'b');
    at.change('ConfigMap', 'a', {}, { data: { x: '1' } });
    at.store.remove(at.resource('ConfigMap'), 'default', 'b');
    const watch = await Watch.open(at.url, `resourceVersion=${resourceVersion}`);
    expect(await watch.seen(3)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
  });

  test('now, when it wants no initial events', async () => {
    const at = await serve();
    at.make('ConfigMap', 'a');
    const watch = await Watch.open(at.url, 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan');
    at.make('ConfigMap', 'b');
    expect(await watch.seen(1)).toEqual(['ADDED b']);
  });

  test('at a revision yet to come in silence', async () => {
    const at = await serve();
    const watch = await Watch.open(at.url, `resourceVersion=${at.store.revision + 1}&allowWatchBookmarks=true`);
    for (const stream of at.streams) stream.bookmark();
    at.make('ConfigMap', 'a');
    at.make('ConfigMap', 'b');
    expect(await watch.seen(1)).toEqual(['ADDED b']);
  });

  test.each(['', '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'])(
    'with a bookmark after the initial events for those who take bookmarks%s',
    async (query) => {
      const at = await serve();
      at.make('ConfigMap', 'a');
      at.make('Secret', 'newer');
      const watch = await Watch.open(at.url, `allowWatchBookmarks=true${query}`);
      expect(await watch.seen(1)).toEqual(['ADDED a']);
      expect(await watch.next()).toMatchObject({
        type: 'BOOKMARK',
        object: {
          kind: 'ConfigMap',
          metadata: {
            resourceVersion: String(at.store.revision),
            annotations: { 'k8s.io/initial-events-end': 'true' },
          },
        },
      });
    },
  );
});

describe('a watch with a selector', () => {
  test('is told of what enters and leaves it', async () => {
    const at = await serve();
    const { resourceVersion } = at.make('ConfigMap', 'a', { labels: { x: '1' } }).metadata;
    const left = at.change('ConfigMap', 'a', { labels: { x: '2' } });
    at.change('ConfigMap', 'a', { labels: { x: '1' } });
    at.make('ConfigMap', 'other');
    at.store.remove(at.resource('ConfigMap'), 'default', 'a');
    const live = await Watch.open(at.url, 'labelSelector=x%3D1');
    const watch = await Watch.open(at.url, `resourceVersion=${resourceVersion}&labelSelector=x%3D1`);
    expect(await watch.next()).toMatchObject({
      type: 'DELETED',
      object: { metadata: { labels: { x: '1' }, resourceVersion: left.metadata.resourceVersion } },
    });
    expect(await watch.seen(2)).toEqual(['ADDED a', 'DELETED a']);
    at.make('ConfigMap', 'b', { labels: { x: '1' } });
    at.change('ConfigMap', 'b', { labels: { x: '2' } });
    expect(await live.seen(2)).toEqual(['ADDED b', 'DELETED b']);
  });

  test('of one name sees that object alone', async () => {
    const at = await serve();
    const watch = await Watch.open(at.url, 'fieldSelector=metadata.name%3Db');
    at.make('ConfigMap', 'a');
    at.make('ConfigMap', 'b');
    expect(await watch.seen(1)).toEqual(['ADDED b']);
  });
});

describe('a watch ends', () => {
  test('with ERROR 410 in the stream when its revision is forgotten', async () => {
    const at = await serve();
    const { resourceVersion } = at.make('ConfigMap', 'a').metadata;
    at.store.compact();
    const watch = await Watch.open(at.url, `resourceVersion=${resourceVersion}`);
    expect(watch.response.statusCode).toBe(200);
    expect(await watch.next()).toEqual({
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `too old resource version: ${resourceVersion} (${at.store.revision})`,
        reason: 'Expired',
        code: 410,
      },
    });
    expect(await watch.next()).toBeUndefined();
    const again = await Watch.open(at.url, `resourceVersion=${at.store.revision}`);
    at.make('ConfigMap', 'b');
    expect(await again.seen(1)).toEqual(['ADDED b']);
  });

  test('with ERROR 504 when it wants initial events of a revision yet to come', async () => {
    const at = await serve();
    const watch = await Watch.open(
      at.url,
      'resourceVersion=9999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    );
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { code: 504, message: `Timeout: Too large resource version: 9999999, current: ${at.store.revision}` },
    });
    expect(await watch.next()).toBeUndefined();
  });

  test('after timeoutSeconds, and tells two seconds before how far it is', async () => {
    const at = await serve();
    const watch = await Watch.open(at.url, 'resourceVersion=1&timeoutSeconds=100&allowWatchBookmarks=true');
    await until(() => at.streams.size === 1);
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(at.store.revision) } } };
    at.clock.advance(60_000);
    expect(await watch.next()).toMatchObject(bookmark);
    at.clock.advance(38_000);
    expect(await watch.next()).toMatchObject(bookmark);
    at.clock.advance(2_000);
    expect(await watch.next()).toBeUndefined();
    expect(at.streams.size).toBe(0);
  });

  test('by itself within an hour', async () => {
    const at = await serve();
    const watch = await Watch.open(at.url, '');
    await until(() => at.streams.size === 1);
    at.clock.advance(1_799_000);
    expect(at.streams.size).toBe(1);
    at.clock.advance(1_801_000);
    expect(await watch.next()).toBeUndefined();
  });

  test('with the definition of what it watches', async () => {
    const at = await serve('Widget');
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const spec = {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    };
    at.make('CustomResourceDefinition', 'widgets.example.com', {}, { spec });
    at.make('Widget', 'w');
    const watch = await Watch.open(at.url, '');
    expect(await watch.seen(1)).toEqual(['ADDED w']);
    at.store.remove(at.resource('CustomResourceDefinition'), '', 'widgets.example.com');
    expect(await watch.seen(1)).toEqual(['DELETED w']);
    expect(await watch.next()).toBeUndefined();
  });
});

describe('a client that does not read', () => {
  test('costs no memory, and reads on where it was', async () => {
    const at = await serve();
    const blob = 'x'.repeat(100_000);
    const watch = await Watch.open(at.url, '');
    for (let index = 0; index < 200; index += 1)
      at.make('ConfigMap', `c${String(index).padStart(3, '0')}`, {}, { data: { blob } });
    await until(() => at.streams.size === 1);
    const names = Array.from({ length: 200 }, (_, index) => `ADDED c${String(index).padStart(3, '0')}`);
    expect(await watch.seen(200)).toEqual(names);
    at.make('ConfigMap', 'last');
    expect(await watch.seen(1)).toEqual(['ADDED last']);
  });

  test('is dropped when what it has yet to see is forgotten', async () => {
    const at = await serve();
    const blob = 'x'.repeat(500_000);
    const watch = await Watch.open(at.url, '');
    await until(() => at.streams.size === 1);
    for (let index = 0; index < 100; index += 1) at.make('ConfigMap', `c${index}`, {}, { data: { blob } });
    at.store.compact();
    expect((await watch.seen(100)).length).toBeLessThan(100);
    expect(at.streams.size).toBe(0);
  });
});

const FORBIDDEN_WATCH = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
const NEEDS_MATCH = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
const NO_CONTINUE = 'Forbidden: resourceVersionMatch is forbidden when continue is provided';

describe('what is wrong with a watch request is told in the words of the real server', () => {
  test.each([
    ['resourceVersion=x', 500, 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'],
    [
      'resourceVersion=-1',
      500,
      'resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
    ],
    ['timeoutSeconds=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['labelSelector=a+in+b', 400, "unable to parse requirement: found 'b' expected: '('"],
    ['sendInitialEvents=true', 422, `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${NEEDS_MATCH}`],
    ['sendInitialEvents=false', 422, `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${NEEDS_MATCH}`],
    [
      'sendInitialEvents=true&resourceVersionMatch=Exact',
      422,
      `ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: ${NEEDS_MATCH}, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
    ],
    [
      'resourceVersionMatch=NotOlderThan&resourceVersion=1',
      422,
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${FORBIDDEN_WATCH}`,
    ],
    ['continue=abc', 422, `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${NO_CONTINUE}`],
  ])('%s', async (query, code, message) => {
    const at = await serve();
    const watch = await Watch.open(at.url, query);
    expect(watch.response.statusCode).toBe(code);
    let text = '';
    for await (const chunk of watch.response.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    expect(JSON.parse(text)).toMatchObject({ code, message });
    expect(at.streams.size).toBe(0);
  });
});
