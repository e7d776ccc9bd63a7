import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray } from '../json-value.ts';
import { type FluxContext, queueKey, readObject } from './flux-context.ts';
import { conditionOf, referenceOf } from './flux-object.ts';

/** Why `object` has to wait, in Flux's words; undefined when all of its `dependsOn` are ready at its source's revision. */
export function dependencyProblem(context: FluxContext, object: KubeObject, revision: string): string | undefined {
  const source = referenceOf(object.spec?.sourceRef, object);
  for (const entry of asArray(object.spec?.dependsOn)) {
    const { namespace, name } = referenceOf(entry, object);
    const dependency = readObject(context, 'Kustomization', namespace, name);
    const shown = `'${namespace}/${name}'`;
    if (dependency === undefined) {
      return `dependency ${shown} not found: kustomizations.kustomize.toolkit.fluxcd.io "${name}" not found`;
    }
    const isObserved = dependency.status?.observedGeneration === dependency.metadata.generation;
    if (!isObserved || conditionOf(dependency, 'Ready')?.status !== 'True') return `dependency ${shown} is not ready`;
    const theirs = referenceOf(dependency.spec?.sourceRef, dependency);
    const isSameSource =
      theirs.kind === source.kind && theirs.namespace === source.namespace && theirs.name === source.name;
    if (isSameSource && dependency.status?.lastAppliedRevision !== revision) {
      return `dependency ${shown} revision is not up to date`;
    }
  }
  return undefined;
}

/**
 * Keys of `objects`, dependencies before their dependents; a dependency that is not among them is taken along, as the real controller
 * does. With a cycle nothing: it enqueues nothing then.
 */
export function inDependencyOrder(objects: readonly KubeObject[]): readonly string[] {
  const byKey = new Map(objects.map((object) => [queueKey(object), object]));
  const state = new Map<string, 'open' | 'done'>();
  const ordered: string[] = [];
  const visit = (key: string): boolean => {
    if (state.has(key)) return state.get(key) === 'done';
    state.set(key, 'open');
    const object = byKey.get(key);
    for (const entry of asArray(object?.spec?.dependsOn)) {
      if (object === undefined) break;
      const { namespace, name } = referenceOf(entry, object);
      if (!visit(`${namespace}/${name}`)) return false;
    }
    state.set(key, 'done');
    ordered.push(key);
    return true;
  };
  for (const key of byKey.keys()) if (!visit(key)) return [];
  return ordered;
}
