import {
  CoreV1Api as CoreApi,
  type CoreV1Api,
  KubeConfig,
  ListWatch,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { Feed } from './feed.ts';
import type { Change, State } from './truth.ts';

/** A client that runs until it is stopped, and starts again by itself whatever happens. */
export interface RunningClient {
  readonly name: string;
  readonly feed: Feed;
  /** How often it was started again after an error that it could not take. */
  readonly restarts: () => number;
  /** What is wrong beside the feed. */
  faults(final: State): readonly string[];
  stop(): Promise<void>;
}

const RESTART_MS = 20;

/** The watch of client-node with a look at what comes through. */
class WatchedWatch extends Watch {
  readonly #feed: Feed;
  constructor(config: KubeConfig, feed: Feed) {
    super(config);
    this.#feed = feed;
  }

  override watch(...[path, query, callback, done]: Parameters<Watch['watch']>): Promise<AbortController> {
    const look: typeof callback = (phase, object: V1ConfigMap, event) => {
      const change = changeOf(phase, object);
      if (change !== undefined) this.#feed.changed(change);
      callback(phase, object, event);
    };
    return super.watch(path, query, look, done);
  }
}

/** The informer of client-node. Errors that end it start it again. */
export function runInformer(kubeconfig: string, namespace: string): RunningClient {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const core: CoreV1Api = config.makeApiClient(CoreApi);
  const feed = new Feed();
  const cached = new Map<string, number>();
  let restarts = 0;
  let stopped = false;

  async function list() {
    const answer = await core.listNamespacedConfigMap({ namespace });
    feed.listed(Number(answer.metadata?.resourceVersion), new Map(answer.items.map(entryOf)));
    return answer;
  }

  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const informer = new ListWatch<V1ConfigMap>(path, new WatchedWatch(config, feed), list, false);
  for (const verb of ['add', 'update'] as const) informer.on(verb, (object) => cached.set(...entryOf(object)));
  informer.on('delete', (object) => cached.delete(entryOf(object)[0]));
  informer.on('error', () => {
    restarts++;
    if (!stopped) setTimeout(() => void informer.start(), RESTART_MS);
  });
  void informer.start();
  return {
    name: 'informer',
    feed,
    restarts: () => restarts,
    faults: (final) => [
      ...differences('its cache', new Map(informer.list().map(entryOf)), final),
      ...differences('what its handlers were told', cached, final),
    ],
    async stop() {
      stopped = true;
      await informer.stop();
    },
  };
}

function entryOf({ metadata }: V1ConfigMap): [name: string, revision: number] {
  return [metadata?.name ?? '', Number(metadata?.resourceVersion)];
}

/** Undefined for what is no change of an object: bookmarks and errors. */
export function changeOf(type: string, { metadata }: V1ConfigMap): Change | undefined {
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return undefined;
  return { type, name: metadata?.name ?? '', revision: Number(metadata?.resourceVersion) };
}

function differences(what: string, found: State, expected: State): readonly string[] {
  const names = [...new Set([...found.keys(), ...expected.keys()])];
  return names
    .filter((name) => found.get(name) !== expected.get(name))
    .map((name) => `${what} has ${name} at ${found.get(name)}, expected ${expected.get(name)}`);
}
