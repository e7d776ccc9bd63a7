import type { ClusterClient } from '../cluster/client.ts';
import { asFields } from '../domain/object-fields.ts';

interface NeededRight {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const SOURCES = { group: 'source.toolkit.fluxcd.io', resource: 'ocirepositories' };
const TARGETS = { group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' };
const LEASES = { group: 'coordination.k8s.io', resource: 'leases' };
const IN_TARGET_NAMESPACES: readonly NeededRight[] = [
  { ...SOURCES, verb: 'create' },
  { ...SOURCES, verb: 'patch' },
  { ...SOURCES, verb: 'delete' },
  { ...TARGETS, verb: 'patch' },
];
const IN_SOURCE_NAMESPACE: readonly NeededRight[] = [
  { ...LEASES, verb: 'create' },
  { ...LEASES, verb: 'patch' },
  { ...LEASES, verb: 'delete' },
];

const APPLICATIONS: readonly NeededRight[] = [{ group: 'argoproj.io', resource: 'applications', verb: 'patch' }];

/**
 * What this user may not do of all that isolating takes, in words; undefined: nothing is missing. Whoever may do it everywhere is asked about
 * once, others namespace by namespace. Rejects with FailureError.
 */
export async function missingRight(
  client: Pick<ClusterClient, 'request'>,
  namespaces: { readonly targets: readonly string[]; readonly source: string },
  kind: 'Kustomization' | 'Application' = 'Kustomization',
): Promise<string | undefined> {
  const [inTargets, inSource] = await Promise.all([
    firstMissing(client, kind === 'Application' ? APPLICATIONS : IN_TARGET_NAMESPACES, namespaces.targets),
    firstMissing(client, IN_SOURCE_NAMESPACE, [namespaces.source]),
  ]);
  return inTargets ?? inSource;
}

async function firstMissing(
  client: Pick<ClusterClient, 'request'>,
  rights: readonly NeededRight[],
  namespaces: readonly string[],
): Promise<string | undefined> {
  const everywhere = namespaces.length > 1 && (await refusedAmong(client, rights, undefined)) === undefined;
  if (everywhere) return undefined;
  for (const namespace of new Set(namespaces)) {
    const refused = await refusedAmong(client, rights, namespace);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** `namespace` undefined: in all of them. */
async function refusedAmong(
  client: Pick<ClusterClient, 'request'>,
  rights: readonly NeededRight[],
  namespace: string | undefined,
): Promise<string | undefined> {
  const allowed = await Promise.all(rights.map((right) => isAllowed(client, right, namespace)));
  const refused = rights.find((_, index) => allowed[index] === false);
  if (refused === undefined) return undefined;
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  return `${refused.verb} ${refused.resource}.${refused.group} ${where}`;
}

async function isAllowed(
  client: Pick<ClusterClient, 'request'>,
  right: NeededRight,
  namespace: string | undefined,
): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...right, ...(namespace === undefined ? {} : { namespace }) } },
  };
  const { json } = await client.request({ method: 'POST', path: REVIEWS, body });
  return asFields(asFields(json).status).allowed === true;
}
