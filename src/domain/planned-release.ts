import { dependencyOrder } from './dependency-order.ts';
import { isExcludedByAnnotation } from './exclusions.ts';
import type { KubeObject } from './kube-object.ts';
import { asFields, asList, asText } from './object-fields.ts';
import type { PlannedReconcile } from './reconcile-plan.ts';
import { suspendedProblem } from './suspended-problem.ts';
import { type ObjectId, objectId } from './target.ts';

/** What is asked of HelmReleases, which are named one by one. */
export type PlannedReleases = readonly PlannedReconcile[];

/** In the place of a source's revision: a release counts in chart versions, and nobody asks for its chart. */
export const ANY_CHART = 'any';

/** What asking these HelmReleases is, each after those of them that it depends on. */
export function plannedReleases(releases: readonly KubeObject[]): PlannedReleases {
  const asked = new Set(releases.map(releaseId));
  const awaits = new Map(
    releases.map((release) => [releaseId(release), releaseDependencies(release).filter((id) => asked.has(id))]),
  );
  return releases.map((release) => {
    const id = releaseId(release);
    const isSuspended = release.spec?.suspend === true;
    return {
      id,
      reads: id,
      via: undefined,
      revision: ANY_CHART,
      awaits: awaits.get(id) ?? [],
      awaitedBy: [...awaits].flatMap(([other, others]) => (others.includes(id) ? [other] : [])),
      excluded: isExcludedByAnnotation(release),
      ...(isSuspended ? { problem: suspendedRelease(release) } : {}),
    };
  });
}

/** Those of them that wait for each other in a ring. */
export function releaseCircles(releases: PlannedReleases): readonly (readonly ObjectId[])[] {
  const awaits = new Map(releases.map((release) => [release.id, release.awaits]));
  return dependencyOrder([...awaits.keys()], (id) => awaits.get(id) ?? []).cycles;
}

/** Those that its `spec.dependsOn` names. */
export function releaseDependencies({ metadata, spec }: KubeObject): readonly ObjectId[] {
  return asList(asFields(spec).dependsOn).flatMap((item) => {
    const { name, namespace } = asFields(item);
    const named = asText(name);
    return named === undefined ? [] : [objectId('HelmRelease', asText(namespace) ?? metadata.namespace ?? '', named)];
  });
}

function releaseId({ metadata }: KubeObject): ObjectId {
  return objectId('HelmRelease', metadata.namespace ?? '', metadata.name);
}

function suspendedRelease({
  metadata: { name, namespace = '' },
}: KubeObject): NonNullable<PlannedReconcile['problem']> {
  return suspendedProblem({ kind: 'HelmRelease', namespace, name });
}
