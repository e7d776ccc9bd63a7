import type { EmbeddedClock } from '../clock.ts';
import { emptyDefinitions } from './definition-life.ts';
import { emptyNamespaces } from './namespace-life.ts';
import { ObjectStore } from './object-store.ts';
import { collectGarbage } from './owner-cascade.ts';
import { ResourceRegistry } from './resource-registry.ts';
import { releaseVolumes } from './volume-protection.ts';

export interface ClusterStoreOptions {
  /** Whether what the controller manager of a whole cluster does (garbage collection, the emptying of namespaces) is done here. Default true. */
  readonly controllers?: boolean;
}

/** An empty store with what follows from a write: the API server's own part of it, and what controllers do. */
export function clusterStore(clock: EmbeddedClock, { controllers = true }: ClusterStoreOptions = {}): ObjectStore {
  const store = new ObjectStore(new ResourceRegistry(), clock);
  emptyDefinitions(store);
  if (!controllers) return store;
  collectGarbage(store);
  emptyNamespaces(store);
  releaseVolumes(store);
  return store;
}
