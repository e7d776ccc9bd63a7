import type { KubeObject } from '../../domain/kube-object.ts';
import type { EmbeddedClock } from '../clock.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import type { ArtifactStorage, FluxStage } from './flux-context.ts';
import { persistStatus } from './persist-status.ts';

type Awaitable<T> = T | Promise<T>;

/** The objects of a cluster as the stand-in for source-controller needs them: those of this process, or of a server over HTTP. */
export interface SourceObjects {
  list(kind: string): Awaitable<readonly KubeObject[]>;
  get(kind: string, namespace: string, name: string): Awaitable<KubeObject | undefined>;
  /** Writes what differs between the two statuses, conditions first. Nothing when the object is gone or another one by now. */
  writeStatus(before: KubeObject, after: KubeObject): Awaitable<void>;
  /** Returns the object with the finalizers. */
  setFinalizers(object: KubeObject, finalizers: readonly string[]): Awaitable<KubeObject>;
}

/** What the stand-in for source-controller works with. */
export interface SourceContext {
  readonly objects: SourceObjects;
  readonly clock: EmbeddedClock;
  readonly storage: ArtifactStorage;
  stage(stage: FluxStage, object: KubeObject): Promise<void>;
  countRun(object: KubeObject): void;
}

/** The objects of a store in this process. */
export function storedObjects(access: ObjectAccess): SourceObjects {
  const { store } = access;
  return {
    list(kind) {
      const resource = store.resources.ofKind(kind);
      return resource === undefined ? [] : store.list(resource);
    },
    get(kind, namespace, name) {
      const resource = store.resources.ofKind(kind);
      return resource === undefined ? undefined : store.read(resource, namespace, name);
    },
    writeStatus: (before, after) => persistStatus(access, before, after),
    setFinalizers(object, finalizers) {
      const resource = store.resources.ofObject(object);
      if (resource === undefined) return object;
      const live = store.get(resource, object.metadata.namespace ?? '', object.metadata.name);
      return store.update(resource, { ...live, metadata: { ...live.metadata, finalizers } });
    },
  };
}
