import type { KubeObject } from '../../domain/kube-object.ts';
import { hasDrifted } from '../flux/object-apply.ts';
import { serveKindOf } from '../flux/unknown-kinds.ts';
import type { JsonObject } from '../json-value.ts';
import { type ApiResource, splitApiVersion } from '../store/resource-registry.ts';
import { destinationNamespace, hasOption, SYNC_OPTIONS } from './application-spec.ts';
import { type ArgoContext, instanceName } from './argo-context.ts';
import { isHook, waveOf } from './hooks.ts';
import { type ManagedObjects, objectKey } from './managed-objects.ts';
import type { ApplicationCondition } from './project-permissions.ts';
import { type HealthStatus, isWorse, type ResourceHealth, resourceHealth } from './resource-health.ts';
import { ownerOf, withTracking } from './tracking.ts';

/** One object of an Application: wanted, live, or both. */
export interface ComparedObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined for a kind that the cluster does not serve. */
  readonly resource: ApiResource | undefined;
  /** As it would be applied, tracking included. */
  readonly target: KubeObject | undefined;
  readonly live: KubeObject | undefined;
  readonly isSynced: boolean;
  readonly health: ResourceHealth | undefined;
}

export interface Comparison {
  readonly objects: readonly ComparedObject[];
  /** Run by a sync, not compared. */
  readonly hooks: readonly ComparedObject[];
  readonly conditions: readonly ApplicationCondition[];
  readonly isSynced: boolean;
  readonly health: HealthStatus;
}

/** Applied by the Application, whatever its sync options say: fields that it does not name stay others'. */
export const FIELD_MANAGER = 'argocd-controller';

/** What of the wanted objects differs from what is live, and what is live that nobody wants any more. */
export function compare(
  context: ArgoContext,
  application: KubeObject,
  manifests: readonly KubeObject[],
  managed: ManagedObjects,
): Comparison {
  const instance = instanceName(context, application);
  const namespace = destinationNamespace(application);
  const conditions: ApplicationCondition[] = [];
  const wanted = new Map<string, ComparedObject>();
  for (const manifest of manifests) {
    const compared = comparedTarget(context, instance, namespace, manifest);
    const key = objectKey(compared);
    if (wanted.has(key)) {
      const message = `Resource ${key} appeared 2 times among application resources.`;
      conditions.push({ type: 'RepeatedResourceWarning', message });
    }
    conditions.push(...sharedWith(context, instance, compared));
    wanted.set(key, compared);
  }
  const surplus = managed.of(instance).flatMap(({ resource, object }) => {
    const place = placeOf(resource, object);
    return wanted.has(objectKey(place)) || isHook(object) ? [] : [{ ...place, ...liveOnly(context, resource, object) }];
  });
  const all = [...wanted.values()];
  const objects = [...all.filter(({ target }) => target === undefined || !isHook(target)), ...surplus];
  return {
    objects,
    hooks: all.filter(({ target }) => target !== undefined && isHook(target)),
    conditions,
    isSynced: objects.every(({ isSynced }) => isSynced),
    health: applicationHealth(objects),
  };
}

/** `status.resources[]`; `isKnown`: what is wanted could be made, else nothing can be said of an object. */
export function resourceStatus(
  { persistResourceHealth }: Pick<ArgoContext, 'persistResourceHealth'>,
  compared: ComparedObject,
  isKnown: boolean,
): JsonObject {
  const { group, version, kind, namespace, name, target, live, isSynced, health } = compared;
  const wave = target === undefined ? 0 : waveOf(target);
  return {
    ...(group === '' ? {} : { group }),
    ...(health === undefined || !persistResourceHealth ? {} : { health }),
    kind,
    name,
    ...(namespace === '' ? {} : { namespace }),
    ...(target === undefined && live !== undefined ? { requiresPruning: true } : {}),
    status: !isKnown ? 'Unknown' : isSynced ? 'Synced' : 'OutOfSync',
    ...(wave === 0 ? {} : { syncWave: wave }),
    version,
  };
}

function comparedTarget(
  context: ArgoContext,
  instance: string,
  destination: string,
  manifest: KubeObject,
): ComparedObject {
  const { group, version } = splitApiVersion(manifest.apiVersion);
  const known = context.access.store.resources.ofObject(manifest);
  const resource = known ?? (context.unknownKinds === 'serve' ? serveKindOf(context, manifest) : undefined);
  const given = manifest.metadata.namespace ?? '';
  const namespace = resource?.namespaced === false ? '' : given || destination;
  const tracked = withTracking(context, instance, manifest, given || destination);
  const { namespace: _, ...metadata } = tracked.metadata;
  const target: KubeObject = { ...tracked, metadata: namespace === '' ? metadata : { ...metadata, namespace } };
  const { name } = manifest.metadata;
  const live = resource === undefined ? undefined : context.access.store.read(resource, namespace, name);
  return {
    ...{ group, version, kind: manifest.kind, namespace, name, resource, target, live },
    isSynced: live !== undefined && resource !== undefined && !differs(context, resource, target, live),
    health: live === undefined ? { status: 'Missing' } : resourceHealth(live, context.unreportedHealth),
  };
}

function differs({ access }: ArgoContext, resource: ApiResource, target: KubeObject, live: KubeObject): boolean {
  const { name, namespace = '' } = target.metadata;
  const options = { fieldManager: FIELD_MANAGER, force: true, dryRun: true };
  try {
    return hasDrifted(live, access.patch(resource, namespace, name, 'apply', target, options).object);
  } catch {
    // What the API server would refuse is different: the sync says how.
    return true;
  }
}

function liveOnly(context: ArgoContext, resource: ApiResource, live: KubeObject) {
  const isKept = hasOption(live, 'argocd.argoproj.io/compare-options', 'IgnoreExtraneous');
  return {
    resource,
    live,
    target: undefined,
    isSynced: isKept,
    health: resourceHealth(live, context.unreportedHealth),
  };
}

function placeOf({ group, kind }: ApiResource, { apiVersion, metadata }: KubeObject) {
  const { version } = splitApiVersion(apiVersion);
  return { group, version, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function sharedWith(
  context: ArgoContext,
  instance: string,
  { kind, name, live }: ComparedObject,
): ApplicationCondition[] {
  const owner = live === undefined ? undefined : ownerOf(context, live);
  if (owner === undefined || owner === instance) return [];
  const message = `${kind}/${name} is part of applications ${instance} and ${owner}`;
  return [{ type: 'SharedResourceWarning', message }];
}

/** The worst of what is there; Missing only when nothing is. */
function applicationHealth(objects: readonly ComparedObject[]): HealthStatus {
  let worst: HealthStatus = 'Healthy';
  for (const { live, health } of objects) {
    if (live === undefined || health === undefined) continue;
    if (live.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true') continue;
    if (isWorse(worst, health.status)) worst = health.status;
  }
  const isAllMissing = objects.length > 0 && objects.every(({ live }) => live === undefined);
  return isAllMissing && isWorse(worst, 'Missing') ? 'Missing' : worst;
}

/** Never taken away by a sync, whatever asks for it. */
export function isKeptFromPruning(live: KubeObject | undefined): boolean {
  return hasOption(live, SYNC_OPTIONS, 'Prune=false');
}
