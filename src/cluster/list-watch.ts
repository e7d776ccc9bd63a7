import type { AnyMachineSnapshot } from 'xstate';
import type { Failure } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ListWatchEvent, listWatchMachine } from '../machines/list-watch.ts';
import { type ActionData, pureInitialTransition, pureTransition } from '../machines/pure-transition.ts';
import { failureOf, failureOfStatusObject } from './api-failure.ts';
import type { ClusterClient } from './client.ts';
import type { Clock } from './clock.ts';
import { type ApiResource, collectionPath } from './resource.ts';
import { createObjectStore, type Indexes, idOf, type ObjectReader, withoutManagedFields } from './store.ts';
import type { WatchEvent } from './watch-stream.ts';

export type ListWatchNotice =
  | { readonly type: 'added' | 'updated' | 'deleted'; readonly object: KubeObject }
  /** The first list is in; `added` came for each of its objects. */
  | { readonly type: 'synced' }
  /** Once for each kind of failure, until `recovered`. What was seen before stays, and grows old. */
  | { readonly type: 'degraded'; readonly failure: Failure }
  | { readonly type: 'recovered' };

export interface ListWatchOptions {
  readonly client: Pick<ClusterClient, 'list' | 'watch' | 'server'>;
  readonly resource: ApiResource;
  readonly namespace?: string | undefined;
  readonly clock: Clock;
  /** Called in order, never from within itself; must not throw. */
  readonly onEvent: (notice: ListWatchNotice) => void;
  readonly indexes?: Indexes;
  /** In [0, 1); spreads backoffs and watch lengths. */
  readonly random?: () => number;
}

export interface ListWatch {
  /** Nothing is sent or called any more once it returns. */
  stop(): void;
  /** The server is there: whoever waits to try again need not wait any longer. */
  hurry(): void;
  readonly synced: Promise<void>;
  /** All objects as last seen, without managedFields. */
  readonly objects: ObjectReader;
}

/** Why a call ends early. One for all: an exception of its own for each, with its stack, costs more than the call. */
const NOT_NEEDED = new DOMException('the answer is not needed any more', 'AbortError');

/** Keeps a live copy of one resource's objects: carries out what the list-watch machine asks for, and tells it what came of it. */
export function listWatch(options: ListWatchOptions): ListWatch {
  const { client, resource, namespace, clock, onEvent } = options;
  const random = options.random ?? Math.random;
  const path = collectionPath(resource, namespace);
  const { reader, writer } = createObjectStore(options.indexes);
  const synced = Promise.withResolvers<void>();
  const timers = new Map<string, () => void>();
  const inbox: ListWatchEvent[] = [];
  let call = new AbortController();
  let listed: KubeObject[] = [];
  let committedOnce = false;
  const [first, firstActions] = pureInitialTransition(listWatchMachine, { random: random() });
  let snapshot: AnyMachineSnapshot = first;

  function dispatch(event: ListWatchEvent): void {
    // An effect may end at once and dispatch in turn: one event is finished before the next begins.
    if (inbox.push(event) > 1) return;
    for (let next = inbox[0]; next !== undefined; next = inbox[0]) {
      if (snapshot.status === 'active') {
        const [after, actions] = pureTransition(listWatchMachine, snapshot, next);
        snapshot = after;
        actions.forEach(perform);
      }
      inbox.shift();
    }
  }

  const performers: Readonly<Record<string, (params: ActionParameters) => void>> = {
    'xstate.raise': startTimer,
    'xstate.cancel': ({ sendId }) => cancelTimer(sendId),
    listPage: ({ continueToken, limit }) => listPage(continueToken, limit),
    commitList,
    openWatch: ({ resourceVersion, timeoutSeconds }) => openWatch(resourceVersion, timeoutSeconds),
    closeWatch: () => call.abort(NOT_NEEDED),
    reportDegraded: ({ failure }) => {
      if (failure !== undefined) onEvent({ type: 'degraded', failure });
    },
    reportRecovered: () => onEvent({ type: 'recovered' }),
  };

  function perform(action: ActionData): void {
    performers[action.type]?.((action.params ?? {}) as ActionParameters);
  }

  function startTimer({ id, delay, event }: ActionParameters): void {
    cancelTimer(id);
    const stop = clock.schedule(() => {
      timers.delete(id);
      dispatch(event);
    }, delay);
    timers.set(id, stop);
  }

  function cancelTimer(id: string): void {
    timers.get(id)?.();
    timers.delete(id);
  }

  function newCall(): AbortController {
    call.abort(NOT_NEEDED);
    call = new AbortController();
    return call;
  }

  function listPage(continueToken: string | undefined, limit: number): void {
    if (continueToken === undefined) listed = [];
    const { signal } = newCall();
    client.list(resource, { namespace, limit, continueToken, signal }).then(
      (page) => {
        if (signal.aborted) return;
        for (const item of page.items) listed.push(withoutManagedFields(item));
        const { resourceVersion } = page;
        dispatch({ type: 'PageListed', resourceVersion, continueToken: page.continueToken, random: random() });
      },
      (error) => {
        if (!signal.aborted) dispatch({ type: 'ListFailed', failure: failureOf(error), random: random() });
      },
    );
  }

  function commitList(): void {
    const present = new Set(listed.map(idOf));
    for (const object of reader.list()) {
      if (!present.has(idOf(object))) removeObject(object);
    }
    listed.forEach(putObject);
    listed = [];
    if (committedOnce) return;
    committedOnce = true;
    onEvent({ type: 'synced' });
    synced.resolve();
  }

  function openWatch(resourceVersion: string, timeoutSeconds: number): void {
    const { signal } = newCall();
    let openedAt: number | undefined;
    let eventCount = 0;
    const opened = () => ({ eventCount, durationMs: clock.now() - (openedAt ?? clock.now()) });
    client
      .watch({
        path,
        query: { resourceVersion, timeoutSeconds, allowWatchBookmarks: true },
        signal,
        onOpen: () => {
          openedAt = clock.now();
          if (!signal.aborted) dispatch({ type: 'WatchOpened' });
        },
        onEvent: (event) => {
          if (signal.aborted) return;
          eventCount += 1;
          takeWatchEvent(event);
        },
      })
      .then(
        () => {
          if (!signal.aborted) dispatch({ type: 'WatchEnded', ...opened(), random: random() });
        },
        (error) => {
          if (signal.aborted) return;
          const brokenOff = openedAt === undefined ? {} : { brokenOff: opened() };
          dispatch({ type: 'WatchFailed', failure: failureOf(error), ...brokenOff, random: random() });
        },
      );
  }

  function takeWatchEvent({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      const request = { server: client.server, method: 'GET', path, query: { watch: true } };
      const { failure } = failureOfStatusObject(request, object, clock.now());
      dispatch({ type: 'WatchFailed', failure, random: random() });
      return;
    }
    if (type === 'DELETED') removeObject(withoutManagedFields(object));
    else if (type !== 'BOOKMARK') putObject(withoutManagedFields(object));
    const resourceVersion = object.metadata?.resourceVersion;
    if (resourceVersion !== undefined) dispatch({ type: 'WatchAdvanced', resourceVersion });
  }

  function putObject(object: KubeObject): void {
    const before = reader.get(idOf(object));
    // The same name with a new uid is another object: its predecessor's end must not get lost.
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) removeObject(before);
    else if (before !== undefined && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    const replaced = writer.put(object);
    onEvent({ type: replaced === undefined ? 'added' : 'updated', object });
  }

  function removeObject(object: KubeObject): void {
    if (writer.remove(idOf(object)) !== undefined) onEvent({ type: 'deleted', object });
  }

  firstActions.forEach(perform);
  return {
    stop: () => {
      dispatch({ type: 'Stopped' });
      for (const id of [...timers.keys()]) cancelTimer(id);
      call.abort(NOT_NEEDED);
    },
    hurry: () => dispatch({ type: 'ServerReturned' }),
    synced: synced.promise,
    objects: reader,
  };
}

/** The parameters of all actions of the machine, by name; each action sets those it declares. */
interface ActionParameters {
  readonly id: string;
  readonly sendId: string;
  readonly delay: number;
  readonly event: ListWatchEvent;
  readonly continueToken: string | undefined;
  readonly limit: number;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly failure: Failure | undefined;
}
