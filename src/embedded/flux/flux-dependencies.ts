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

/** Dependencies before their dependents; with a cycle nothing, as the real controller enqueues nothing then. */
export function inDependencyOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const byKey = new Map(objects.map((object) => [queueKey(object), object]));
  const state = new Map<string, 'open' | 'done'>();
  const ordered: KubeObject[] = [];
  const visit = (key: string): boolean => {
    const object = byKey.get(key);
    if (object === undefined || state.get(key) === 'done') return true;
    if (state.get(key) === 'open') return false;
    state.set(key, 'open');
    for (const entry of asArray(object.spec?.dependsOn)) {
      const { namespace, name } = referenceOf(entry, object);
      if (!visit(`${namespace}/${name}`)) return false;
    }
    state.set(key, 'done');
    ordered.push(object);
    return true;
  };
  for (const key of byKey.keys()) if (!visit(key)) return [];
  return ordered;
}
