import type { KubeObject } from '../../domain/kube-object.ts';
import { StatusError } from '../api/status-error.ts';
import type { EmbeddedClock } from '../clock.ts';
import type { UnreportedHealth } from '../flux/health-check.ts';
import type { RemoteSources } from '../flux/source-controller.ts';
import type { UnknownKinds } from '../flux/unknown-kinds.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import { ARGO_GROUP } from './definitions/argo-definitions.ts';

/** The steps that a test may slow down or break: making manifests, comparing them with what is live, applying them. */
export type ArgoStage = 'manifests' | 'compare' | 'sync';

/** What tells whose an object is: an annotation (the default), a label, or both. */
export type TrackingMethod = 'annotation' | 'label' | 'annotation+label';

/** What the stand-in controllers work with. */
export interface ArgoContext {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  /** The control plane's: Applications there need no leave, and secrets of repositories lie there. */
  readonly namespace: string;
  readonly tracking: TrackingMethod;
  readonly unreportedHealth: UnreportedHealth;
  readonly unknownKinds: UnknownKinds;
  /** Whether `status.resources` tells the health of each. */
  readonly persistResourceHealth: boolean;
  readonly remoteSources: RemoteSources;
  /** Changes what is built before it is compared. */
  readonly rewrite: (object: KubeObject) => KubeObject;
  readonly signal: AbortSignal;
  /** Waits as long as the test's latency says; throws what the test makes it fail with. */
  stage(stage: ArgoStage, application: KubeObject): Promise<void>;
  /** Counts one comparison, or one sync. */
  count(what: 'refresh' | 'sync', application: KubeObject): void;
}

export const CONTROLLER = 'argocd-application-controller';

export function argoResource({ access }: Pick<ArgoContext, 'access'>, kind: string): ApiResource {
  const found = access.store.resources.byGroupKind(ARGO_GROUP, kind);
  if (found === undefined) throw new StatusError(404, 'NotFound', `no matches for kind "${kind}"`);
  return found;
}

export function readArgo(
  context: Pick<ArgoContext, 'access'>,
  kind: string,
  namespace: string,
  name: string,
): KubeObject | undefined {
  return context.access.store.read(argoResource(context, kind), namespace, name);
}

/** A merge patch, as the real controllers write; nothing where the object is gone. */
export function patchArgo(context: ArgoContext, object: KubeObject, patch: unknown): KubeObject | undefined {
  const resource = argoResource(context, object.kind);
  const { namespace = '', name, uid } = object.metadata;
  if (context.access.store.read(resource, namespace, name)?.metadata.uid !== uid) return undefined;
  return context.access.patch(resource, namespace, name, 'merge', patch, { fieldManager: CONTROLLER }).object;
}

/** `name`, or `<namespace>_<name>` outside of the control plane's namespace: how its objects name it. */
export function instanceName(context: Pick<ArgoContext, 'namespace'>, { metadata }: KubeObject): string {
  return metadata.namespace === context.namespace ? metadata.name : `${metadata.namespace ?? ''}_${metadata.name}`;
}
