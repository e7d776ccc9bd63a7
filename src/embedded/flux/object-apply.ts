import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject } from '../json-value.ts';
import { type ApiResource, splitApiVersion } from '../store/resource-registry.ts';
import type { FluxContext } from './flux-context.ts';

const OWNER = 'kustomize.toolkit.fluxcd.io';
const MANAGER = 'kustomize-controller';

export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>` */
  readonly id: string;
  /** The version. */
  readonly v: string;
}

/** Kinds that others need are applied first. */
const FIRST_KINDS = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'StorageClass',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
];

/** How objects of a kind that the cluster does not serve are taken: served from then on, or refused as a real server does. */
export type UnknownKinds = 'serve' | 'refuse';

/** Applies the objects as kustomize-controller does, on behalf of `owner`. Returns the inventory. Throws with Flux's words. */
export function applyObjects(
  context: FluxContext,
  owner: KubeObject,
  objects: readonly KubeObject[],
  unknownKinds: UnknownKinds,
): readonly InventoryEntry[] {
  const rank = (object: KubeObject): number => {
    const place = FIRST_KINDS.indexOf(object.kind);
    return place < 0 ? FIRST_KINDS.length : place;
  };
  const ordered = [...objects].sort((a, b) => rank(a) - rank(b));
  return ordered.map((object) => applyObject(context, owner, object, unknownKinds));
}

function applyObject(
  context: FluxContext,
  owner: KubeObject,
  object: KubeObject,
  unknownKinds: UnknownKinds,
): InventoryEntry {
  const { store } = context.access;
  const resource = store.resources.ofObject(object) ?? serveUnknown(context, object, unknownKinds);
  const { name, namespace = '' } = object.metadata;
  const subject = `${object.kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;
  if (resource.namespaced && namespace === '') {
    throw new Error(
      `${subject} namespace not specified, error: an empty namespace may not be set when a resource name is provided: set metadata.namespace, or spec.targetNamespace of Kustomization/${owner.metadata.namespace}/${owner.metadata.name}`,
    );
  }
  const place = resource.namespaced ? namespace : '';
  const live = store.read(resource, place, name);
  const entry = {
    id: `${place}_${name}_${resource.group}_${resource.kind}`,
    v: splitApiVersion(object.apiVersion).version,
  };
  if (isLeftAlone(live) || isLeftAlone(object) || isPresentEnough(object, live)) return entry;
  const { status: _status, ...fields } = object;
  const { namespace: _namespace, ...metadata } = object.metadata;
  const applied = withoutNulls({
    ...fields,
    metadata: {
      ...metadata,
      ...(resource.namespaced ? { namespace } : {}),
      labels: {
        ...metadata.labels,
        [`${OWNER}/name`]: owner.metadata.name,
        [`${OWNER}/namespace`]: owner.metadata.namespace ?? '',
      },
    },
  });
  try {
    context.access.patch(resource, place, name, 'apply', applied, { fieldManager: MANAGER });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${subject} dry-run failed: ${why}`, { cause: error });
  }
  return entry;
}

/** Deletes what is in `before` and not in `now`, where it is still ours and may be pruned. */
export function pruneObjects(
  context: FluxContext,
  owner: KubeObject,
  before: readonly InventoryEntry[],
  now: readonly InventoryEntry[],
): void {
  const { store } = context.access;
  const kept = new Set(now.map(({ id }) => id));
  for (const { id } of before) {
    if (kept.has(id)) continue;
    const found = findEntry(context, id);
    if (found === undefined) continue;
    const { resource, object } = found;
    const { labels, annotations } = object.metadata;
    const isOurs =
      labels?.[`${OWNER}/name`] === owner.metadata.name && labels?.[`${OWNER}/namespace`] === owner.metadata.namespace;
    const isProtected = [labels, annotations].some((map) => map?.[`${OWNER}/prune`]?.toLowerCase() === 'disabled');
    if (!isOurs || isProtected || isLeftAlone(object)) continue;
    store.remove(resource, object.metadata.namespace ?? '', object.metadata.name);
  }
}

/** The live object behind an inventory entry. */
export function findEntry(context: FluxContext, id: string): { resource: ApiResource; object: KubeObject } | undefined {
  const [namespace = '', name = '', group = '', kind = ''] = id.split('_');
  const resource = context.access.store.resources.byGroupKind(group, kind);
  const object = resource === undefined ? undefined : context.access.store.read(resource, namespace, name);
  return resource === undefined || object === undefined ? undefined : { resource, object };
}

export function inventoryOf(object: KubeObject): readonly InventoryEntry[] {
  const { entries } = asObject(object.status?.inventory);
  return asArray(entries).flatMap((entry) =>
    isJsonObject(entry) ? [{ id: String(entry.id), v: String(entry.v) }] : [],
  );
}

/** Annotated (or labelled) `reconcile: disabled`: neither updated nor pruned. */
function isLeftAlone(object: KubeObject | undefined): boolean {
  const { labels, annotations } = object?.metadata ?? {};
  const isMarked = (map: Readonly<Record<string, string>> | undefined): boolean =>
    map?.[`${OWNER}/reconcile`]?.toLowerCase() === 'disabled' || map?.[`${OWNER}/ssa`]?.toLowerCase() === 'ignore';
  return isMarked(labels) || isMarked(annotations);
}

function isPresentEnough(object: KubeObject, live: KubeObject | undefined): boolean {
  return live !== undefined && object.metadata.annotations?.[`${OWNER}/ssa`]?.toLowerCase() === 'ifnotpresent';
}

function serveUnknown(context: FluxContext, object: KubeObject, unknownKinds: UnknownKinds): ApiResource {
  const { resources } = context.access.store;
  const { group, version } = splitApiVersion(object.apiVersion);
  if (unknownKinds === 'refuse') {
    const subject = `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    throw new Error(
      `${subject} dry-run failed: no matches for kind "${object.kind}" in version "${object.apiVersion}"`,
    );
  }
  const known = resources.byGroupKind(group, object.kind);
  const plural = `${object.kind
    .toLowerCase()
    .replace(/y$/, 'ie')
    .replace(/([sx])$/, '$1e')}s`;
  const served: ApiResource = {
    group,
    versions: [...(known?.versions ?? []), version],
    plural: known?.plural ?? plural,
    singular: object.kind.toLowerCase(),
    kind: object.kind,
    namespaced: known?.namespaced ?? object.metadata.namespace !== undefined,
    shortNames: known?.shortNames ?? [],
    categories: known?.categories ?? [],
    hasStatus: known?.hasStatus ?? true,
    hasGeneration: known?.hasGeneration ?? true,
  };
  resources.add(served);
  return served;
}

/** An API server drops nulls; `creationTimestamp: null` is common in manifests. */
function withoutNulls<T>(value: T): T;
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNulls(field)]),
  );
}
