import { type Definitions, type ObjectId, parseObjectId } from './target.ts';

/** A target that waits for one that nobody has seen. */
export interface MissingDependency {
  readonly target: ObjectId;
  readonly dependency: ObjectId;
}

/**
 * What the targets of `selected` depend on and is not among the definitions: not there (yet), or not to be read. With a `namespace` only that
 * one was looked at, so nothing is known of others.
 */
export function missingDependencies(
  { targets }: Pick<Definitions, 'targets'>,
  selected: readonly ObjectId[],
  namespace: string | undefined,
): readonly MissingDependency[] {
  const known = new Set(targets.map(({ id }) => id));
  const wanted = new Set(selected);
  const isSeen = (id: ObjectId): boolean => namespace === undefined || parseObjectId(id).namespace === namespace;
  return targets
    .filter(({ id, suspended }) => wanted.has(id) && !suspended)
    .flatMap(({ id, dependsOn }) =>
      dependsOn
        .filter((dependency) => !known.has(dependency) && isSeen(dependency))
        .map((dependency) => ({ target: id, dependency })),
    );
}
