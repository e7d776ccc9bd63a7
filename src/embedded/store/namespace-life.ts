import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asArray, isJsonObject, sameJson } from '../json-value.ts';
import { namespaceFinalizers } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';

/**
 * Stands for the namespace controller: empties a namespace that is being deleted, and lets it go when nothing is left in it.
 * Objects with finalizers hold it up, and its conditions say so.
 */
export function emptyNamespaces(store: ObjectStore): void {
  const terminating = new Set<string>();
  store.subscribe(({ type, resource, object }) => {
    if (resource.kind === 'Namespace' && resource.group === '') {
      const { name, deletionTimestamp } = object.metadata;
      if (type === 'DELETED') terminating.delete(name);
      else if (deletionTimestamp !== undefined && !terminating.has(name)) {
        terminating.add(name);
        for (const content of contentsOf(store, name)) {
          store.remove(content.resource, name, content.object.metadata.name, { propagationPolicy: 'Background' });
        }
        letGo(store, resource, name);
      }
      return;
    }
    const { namespace } = object.metadata;
    if (type !== 'DELETED' || namespace === undefined || !terminating.has(namespace)) return;
    const namespaces = store.resources.byGroupKind('', 'Namespace');
    if (namespaces !== undefined) letGo(store, namespaces, namespace);
  });
}

interface Content {
  readonly resource: ApiResource;
  readonly object: KubeObject;
}

function contentsOf(store: ObjectStore, namespace: string): readonly Content[] {
  return store.resources
    .all()
    .filter(({ namespaced }) => namespaced)
    .flatMap((resource) => store.list(resource, namespace).map((object) => ({ resource, object })));
}

function letGo(store: ObjectStore, namespaces: ApiResource, name: string): void {
  const namespace = store.read(namespaces, '', name);
  if (namespace === undefined) return;
  const left = contentsOf(store, name);
  if (left.length === 0) {
    const finalizers = namespaceFinalizers(namespace).filter((finalizer) => finalizer !== 'kubernetes');
    const spec = { ...namespace.spec, finalizers };
    store.update(namespaces, { ...namespace, spec }, { subresource: 'finalize', fieldManager: CONTROLLER });
    return;
  }
  const conditions = conditionsOf(namespace, left, rfc3339(store.clock.now()));
  const status = { ...namespace.status, conditions };
  store.update(namespaces, { ...namespace, status }, { subresource: 'status', fieldManager: CONTROLLER });
}

const CONTROLLER = 'kube-controller-manager';

function conditionsOf(namespace: KubeObject, left: readonly Content[], now: string): readonly unknown[] {
  const before = new Map(
    asArray(namespace.status?.conditions)
      .filter(isJsonObject)
      .map((each) => [each.type, each]),
  );
  const counted = (names: readonly string[]): readonly string[] =>
    [...Map.groupBy(names, (name) => name)].map(([name, all]) => `${name} ${all.length}`).sort();
  const resources = counted(left.map(({ resource }) => `${resource.plural}.${resource.group} has`));
  const finalizers = counted(left.flatMap(({ object }) => finalizersOf(object)).map((finalizer) => `${finalizer} in`));
  const condition = (type: string, status: string, reason: string, message: string): unknown => {
    const next = { type, status, reason, message };
    const { lastTransitionTime, ...last } = before.get(type) ?? {};
    return { ...next, lastTransitionTime: sameJson(last, next) ? lastTransitionTime : now };
  };
  const list = (items: readonly string[]): string => items.map((item) => `${item} resource instances`).join(', ');
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition(
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      `Some resources are remaining: ${list(resources)}`,
    ),
    finalizers.length === 0
      ? condition(
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        )
      : condition(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${list(finalizers)}`,
        ),
  ];
}
