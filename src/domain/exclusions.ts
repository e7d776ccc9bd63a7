import type { KubeObject } from './kube-object.ts';
import type { ObjectId } from './target.ts';

/** On a Kustomization: it is applied as always, and nobody waits for it. */
export const RECONCILE_EXCLUDE = 'reconcile-machine.dev/reconcile-exclude';
const KSAIL_RECONCILE_EXCLUDE = 'ksail.devantler.tech/reconcile-exclude';

export function isExcludedByAnnotation({ metadata: { annotations } }: KubeObject): boolean {
  return [RECONCILE_EXCLUDE, KSAIL_RECONCILE_EXCLUDE].some((name) => annotations?.[name] === 'true');
}

/** The names in all values of `--exclude a,b`, without the spaces around them. */
export function excludedNames(values: readonly string[]): readonly string[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Does a name as people type it (`apps`, `flux-system/apps`, `Kustomization/flux-system/apps`) mean this object? */
export function isNamed(id: ObjectId, name: string): boolean {
  return id === name || id.endsWith(`/${name}`);
}
