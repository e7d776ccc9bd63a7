import type { ClusterClient } from '../../cluster/client.ts';
import { applicationPlace } from '../../domain/isolation/application-obstacle.ts';
import { asFields, asText } from '../../domain/object-fields.ts';
import type { TargetDefinition } from '../../domain/target.ts';
import { failureOf } from '../../effects/call.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import { knowsRepository } from '../../effects/known-repositories.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { projectAgainst } from '../../effects/project-against.ts';
import { addressInCluster } from './own-artifact-places.ts';

/** Where Argo CD is, unless an Application tells. */
const CONTROL_PLANE = 'argocd';

/** The namespace of the Lease of a session on a source that has no object, and so no namespace: the first of those that its targets are in. */
export function leaseNamespaceOf(targets: readonly Pick<TargetDefinition, 'namespace'>[]): string {
  return targets.map(({ namespace }) => namespace).sort()[0] ?? CONTROL_PLANE;
}

/** What stands in the way of giving Applications on this source artifacts of their own, in words; undefined: nothing that is known. */
export async function applicationSourceObstacle(options: {
  readonly client: Pick<ClusterClient, 'list' | 'get'>;
  readonly view: LiveView;
  readonly fed: FedSource;
  readonly targets: readonly TargetDefinition[];
  /** `--registry` */
  readonly registry: string | undefined;
  readonly registryInCluster: string | undefined;
}): Promise<string | undefined> {
  const { client, view, fed, targets, registry, registryInCluster } = options;
  const place = applicationPlace(fed.definition, registry);
  if ('reason' in place) return place.message;
  // It reads from that repository now.
  if (fed.definition?.kind === 'OCISource') return undefined;
  const url = addressInCluster(place.url, registryInCluster);
  const namespace = controlPlaneOf(view, targets);
  try {
    if (await knowsRepository(client, namespace, url)) {
      const project = await projectAgainst(client, namespace, projectsOf(view, targets), url);
      if (project === undefined) return undefined;
      return `AppProject ${project} does not let its Applications read from ${url}: add that to its spec.sourceRepos`;
    }
    return `Argo CD knows no OCI repository ${url}: make a Secret for it in ${namespace} (label argocd.argoproj.io/secret-type: repository, type: oci)`;
  } catch (error) {
    return `whether Argo CD knows the repository ${url} cannot be told: ${failureOf(error, 'api-server').message}`;
  }
}

function controlPlaneOf(view: LiveView, targets: readonly TargetDefinition[]): string {
  const named = targets.flatMap(({ id }) => asText(asFields(view.object(id)?.status).controllerNamespace) ?? []);
  return named[0] ?? leaseNamespaceOf(targets);
}

function projectsOf(view: LiveView, targets: readonly TargetDefinition[]): string[] {
  return targets.map(({ id }) => asText(asFields(view.object(id)?.spec).project) ?? 'default');
}
