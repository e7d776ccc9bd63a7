import type { ObjectId, TargetDefinition } from '../domain/target.ts';

/** Targets by their ids, and who depends on each. */
export interface Neighbours {
  readonly byId: ReadonlyMap<ObjectId, TargetDefinition>;
  readonly dependents: ReadonlyMap<ObjectId, readonly ObjectId[]>;
}

export function neighboursOf(targets: readonly TargetDefinition[]): Neighbours {
  return { byId: new Map(targets.map((target) => [target.id, target])), dependents: dependentsOf(targets) };
}

function dependentsOf(targets: readonly TargetDefinition[]): Map<ObjectId, ObjectId[]> {
  const dependents = new Map<ObjectId, ObjectId[]>();
  for (const { id, dependsOn } of targets) {
    for (const dependency of dependsOn) dependents.set(dependency, [...(dependents.get(dependency) ?? []), id]);
  }
  return dependents;
}
