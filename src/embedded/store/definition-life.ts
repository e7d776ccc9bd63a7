import type { KubeObject } from '../../domain/kube-object.ts';
import { qualifiedName } from '../api/status-error.ts';
import { asObject, asString } from '../json-value.ts';
import { DEFINITION_FINALIZER, withFinalizers } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { finalizersOf } from './object-version.ts';
import type { ApiResource } from './resource-registry.ts';

/** Takes the objects of a CustomResourceDefinition away with it: the definition goes when the last of them has gone. */
export function emptyDefinitions(store: ObjectStore): void {
  const terminating = new Set<string>();
  store.subscribe(({ type, resource, object }) => {
    const { name, deletionTimestamp } = object.metadata;
    if (resource.kind === 'CustomResourceDefinition') {
      if (type === 'DELETED') {
        terminating.delete(name);
        store.resources.undefine(object);
      } else if (deletionTimestamp !== undefined && !terminating.has(name)) {
        terminating.add(name);
        const defined = resourceDefinedBy(store, object);
        for (const { metadata } of defined === undefined ? [] : store.list(defined)) {
          if (defined !== undefined) store.remove(defined, metadata.namespace ?? '', metadata.name);
        }
        letGo(store, resource, name, defined);
      }
      return;
    }
    if (type !== 'DELETED' || terminating.size === 0 || !terminating.has(qualifiedName(resource))) return;
    const definitions = store.resources.byGroupKind('apiextensions.k8s.io', 'CustomResourceDefinition');
    if (definitions !== undefined) letGo(store, definitions, qualifiedName(resource), resource);
  });
}

function letGo(store: ObjectStore, definitions: ApiResource, name: string, defined: ApiResource | undefined): void {
  const definition = store.read(definitions, '', name);
  if (definition === undefined || (defined !== undefined && store.list(defined).length > 0)) return;
  const finalizers = finalizersOf(definition).filter((finalizer) => finalizer !== DEFINITION_FINALIZER);
  store.update(definitions, withFinalizers(definition, finalizers), { fieldManager: 'kube-apiserver' });
}

function resourceDefinedBy(store: ObjectStore, definition: KubeObject): ApiResource | undefined {
  const spec = asObject(definition.spec);
  const group = asString(spec.group) ?? '';
  const plural = asString(asObject(spec.names).plural) ?? '';
  return store.resources.all().find((resource) => resource.group === group && resource.plural === plural);
}
