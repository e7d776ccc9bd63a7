import type { KubeObject } from '../../src/domain/kube-object.ts';
import { StatusError } from '../../src/embedded/api/status-error.ts';
import { type ClusterStoreOptions, clusterStore } from '../../src/embedded/store/cluster-store.ts';
import type { ObjectStore } from '../../src/embedded/store/object-store.ts';
import type { ApiResource } from '../../src/embedded/store/resource-registry.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface StoreFixture {
  readonly store: ObjectStore;
  readonly clock: VirtualClock;
  resource(kind: string): ApiResource;
  /** Creates an object of a kind in the namespace `default` unless its metadata says otherwise. */
  make(
    kind: string,
    name: string,
    metadata?: Readonly<Record<string, unknown>>,
    fields?: Partial<KubeObject>,
  ): KubeObject;
  find(kind: string, name: string, namespace?: string): KubeObject | undefined;
  /** A merge of top-level fields and of metadata fields; undefined removes. */
  change(
    kind: string,
    name: string,
    metadata: Readonly<Record<string, unknown>>,
    fields?: Partial<KubeObject>,
  ): KubeObject;
}

const CONTAINERS = [{ name: 'c', image: 'i' }];
const LABELS = { app: 'a' };
/** What these kinds cannot be without. */
const LEAST: Readonly<Record<string, Partial<KubeObject>>> = {
  Pod: { spec: { containers: CONTAINERS } },
  Deployment: {
    spec: {
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec: { containers: CONTAINERS } },
    },
  },
};

/** A store with the namespace `default`, on a clock that stands still. */
export function storeFixture(options: ClusterStoreOptions = {}): StoreFixture {
  const clock = new VirtualClock();
  const store = clusterStore(clock, options);
  const resource = (kind: string): ApiResource => {
    const found = store.resources.ofKind(kind);
    if (found === undefined) throw new Error(`expected a resource of kind ${kind}`);
    return found;
  };
  const apiVersionOf = ({ group, versions }: ApiResource): string => `${group === '' ? '' : `${group}/`}${versions[0]}`;
  const place = (kind: string, namespace = 'default'): string => (resource(kind).namespaced ? namespace : '');
  const make: StoreFixture['make'] = (kind, name, metadata = {}, fields = {}) => {
    const into = resource(kind).namespaced ? { namespace: 'default' } : {};
    const least = LEAST[kind]?.spec;
    const spec = least === undefined ? {} : { spec: { ...least, ...fields.spec } };
    const placed = { ...into, name, ...metadata };
    const object = { apiVersion: apiVersionOf(resource(kind)), kind, ...fields, ...spec, metadata: placed };
    return store.create(resource(kind), object);
  };
  make('Namespace', 'default', {}, { spec: { finalizers: ['kubernetes'] } });
  return {
    store,
    clock,
    resource,
    make,
    find: (kind, name, namespace) => store.read(resource(kind), place(kind, namespace), name),
    change(kind, name, metadata, fields = {}) {
      const before = store.get(resource(kind), place(kind), name);
      const merged = Object.entries({ ...before.metadata, ...metadata }).filter(([, value]) => value !== undefined);
      const next = { ...before, ...fields, metadata: { ...Object.fromEntries(merged), name } };
      return store.update(resource(kind), next);
    },
  };
}

/** What a call is refused with, as the body of the answer. */
export function refusal(call: () => unknown): ReturnType<StatusError['body']> {
  try {
    call();
  } catch (error) {
    if (error instanceof StatusError) return error.body();
    throw error;
  }
  throw new Error('expected a refusal, found none');
}
