import type { KubeObject } from '../../domain/kube-object.ts';
import { StatusError } from '../api/status-error.ts';
import type { EmbeddedClock } from '../clock.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { ArtifactFiles } from './archive.ts';
import type { SourceArtifact } from './flux-object.ts';
import { persistStatus } from './persist-status.ts';
import { type StatusChange, withStatusChange } from './status-change.ts';

/** The steps of a reconcile that a test may slow down or break. */
export type FluxStage = 'source' | 'build' | 'apply' | 'health';

/** Where artifacts lie and from where they are served. */
export interface ArtifactStorage {
  /** Stores the files and returns `status.artifact` for them; the same content gives the same digest and URL. */
  store(kind: string, object: KubeObject, revision: string, files: ArtifactFiles): SourceArtifact;
  /** Serves the artifacts of a source no more. */
  forget(kind: string, object: KubeObject): void;
  /**
   * The files behind `status.artifact.url`: from memory where this storage made them, else over HTTP. Throws in Flux's words where
   * they are missing (ArtifactNotFoundError) or do not have the digest.
   */
  fetch(url: string, digest: string): Promise<ArtifactFiles>;
}

/** What every stand-in controller works with. */
export interface FluxContext {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  readonly storage: ArtifactStorage;
  /** Waits as long as the test's latency says; throws what the test makes it fail with. */
  stage(stage: FluxStage, object: KubeObject): Promise<void>;
  /** Counts one run of `object`. */
  countRun(object: KubeObject): void;
}

export function resourceOf(context: FluxContext, kind: string): ApiResource {
  const found = context.access.store.resources.ofKind(kind);
  if (found === undefined) throw new StatusError(404, 'NotFound', `no matches for kind "${kind}"`);
  return found;
}

export function readObject(
  context: FluxContext,
  kind: string,
  namespace: string,
  name: string,
): KubeObject | undefined {
  const resource = context.access.store.resources.ofKind(kind);
  return resource === undefined ? undefined : context.access.store.read(resource, namespace, name);
}

/**
 * Writes the status of `object` as it was read at the start of the run (see `withStatusChange`). Returns that version with the new
 * status.
 */
export function writeStatus(context: FluxContext, object: KubeObject, change: StatusChange): KubeObject {
  const after = withStatusChange(object, change, context.clock.now());
  persistStatus(context.access, object, after);
  return after;
}

/** The key of a queue: `<namespace>/<name>`. */
export function queueKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function parseQueueKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
