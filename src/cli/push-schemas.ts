import type { KubeObject } from '../domain/kube-object.ts';
import type { ManifestPlace } from '../domain/manifest-place.ts';
import { isKubeObjectShape } from '../domain/object-fields.ts';
import type { RelativePath } from '../domain/paths.ts';
import { StatusError } from '../embedded/api/status-error.ts';
import { realClock } from '../embedded/clock.ts';
import { acceptDefinitions } from '../embedded/schema/definition-conditions.ts';
import { clusterObjects, ensureNamespace } from '../embedded/store/cluster-objects.ts';
import { clusterStore } from '../embedded/store/cluster-store.ts';
import { ObjectAccess } from '../embedded/store/object-access.ts';
import type { ObjectStore } from '../embedded/store/object-store.ts';
import type { PushProblem } from './push-problem.ts';
import type { PushValidation } from './push-validation.ts';

/** What the schemas find, and how many objects there was a schema for. */
export interface SchemaCheck {
  readonly problems: readonly PushProblem[];
  readonly checked: number;
  /** Variables that are filled in later, or encrypted: nobody can tell yet. */
  readonly skipped: number;
}

/** Where an object is written that the build of `from` makes; see ManifestPlaces. */
export type PlaceOf = (object: KubeObject, message: string, from: RelativePath) => ManifestPlace | undefined;

/**
 * Has each object admitted as an API server would, by the schemas of Kubernetes itself and of the CustomResourceDefinitions among the objects and in
 * `definitions` (those of a cluster). Kinds that nobody defines are passed over; nothing is sent anywhere.
 */
export function schemaProblems(
  objects: PushValidation['objects'],
  definitions: readonly KubeObject[],
  placeOf: PlaceOf = () => undefined,
): SchemaCheck {
  const store = clusterStore(realClock, { controllers: false });
  acceptDefinitions(store, realClock);
  const access = new ObjectAccess(store);
  const isDefinition = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';
  const inRepository = objects.filter(({ object }) => isDefinition(object)).map(({ object }) => object);
  for (const definition of [...definitions, ...inRepository]) defineIn(access, definition);

  const problems = new Map<string, PushProblem>();
  let checked = 0;
  let skipped = 0;
  for (const { from, object } of objects) {
    const resource = store.resources.ofObject(object);
    if (resource === undefined) continue;
    if (isUnfinished(object)) {
      skipped += 1;
      continue;
    }
    checked += 1;
    const message = refusal(access, store, object);
    // The same object may be built for several targets.
    if (message !== undefined) problems.set(message, problemAt(placeOf(object, message, from), from, message));
  }
  return { problems: [...problems.values()], checked, skipped };
}

/** Without a place the build is named that makes the object. */
function problemAt(place: ReturnType<PlaceOf>, from: RelativePath, message: string): PushProblem {
  return place === undefined ? { path: from, message: `${from}: ${message}` } : { ...place, message };
}

function defineIn(access: ObjectAccess, definition: KubeObject): void {
  const { status: _, metadata, ...rest } = definition;
  const { name, labels, annotations } = metadata;
  try {
    clusterObjects(access).apply({
      ...rest,
      metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
    } as KubeObject);
  } catch (error) {
    // A definition that is wrong itself is reported when it is checked; there is no schema of it then.
    if (!(error instanceof StatusError)) throw error;
  }
}

function refusal(access: ObjectAccess, store: ObjectStore, object: KubeObject): string | undefined {
  const resource = store.resources.ofObject(object);
  if (resource === undefined || !isKubeObjectShape(object)) return undefined;
  const namespace = resource.namespaced ? (object.metadata.namespace ?? 'default') : '';
  if (namespace !== '') ensureNamespace(store, namespace);
  try {
    access.patch(resource, namespace, object.metadata.name, 'apply', structuredClone(object), {
      fieldManager: 'push',
      force: true,
      dryRun: true,
      fieldValidation: 'Strict',
      apiVersion: object.apiVersion,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { kind, metadata } = object;
    return `${kind} ${namespace === '' ? '' : `${namespace}/`}${metadata.name}: ${error.message}`;
  }
}

/** `${VAR}` is filled in by postBuild, and what SOPS has encrypted is decrypted, before anything is applied. */
function isUnfinished(object: KubeObject): boolean {
  return 'sops' in object || /\$\{[A-Za-z_]|ENC\[AES256_GCM,/.test(JSON.stringify(object));
}
