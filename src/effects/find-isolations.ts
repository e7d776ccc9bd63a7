import { ARGO_RESOURCES } from '../cluster/argo-resources.ts';
import type { ClusterClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/clock.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { FLUX_RESOURCES } from '../cluster/flux-resources.ts';
import { listAll } from '../cluster/list-all.ts';
import { ServerTime } from '../cluster/server-time.ts';
import { type Failure, FailureError } from '../domain/failure.ts';
import {
  type FoundIsolations,
  foundIsolations,
  type ReadLease,
  sessionsNamed,
} from '../domain/isolation/found-isolations.ts';
import { leaseFacts } from '../domain/isolation/session-lease.ts';
import { MANAGED_BY, MANAGER } from '../domain/isolation/session-marks.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { parseObjectId } from '../domain/target.ts';
import { failureOf } from './call.ts';
import { LEASES } from './session-lease.ts';

const LEASE_RESOURCE: ServedResource = { ...LEASES, kind: 'Lease' };
/** What sessions change, and without which nothing can be told. */
const NEEDED_KINDS: ReadonlySet<string> = new Set(['Kustomization', 'OCIRepository', 'Application']);
/** What else may read an OCIRepository. */
const OTHER_READERS: ReadonlySet<string> = new Set(['HelmRelease', 'ArtifactGenerator']);

export interface FindOptions {
  /** Only objects of this namespace. A session's Lease is read wherever it is. */
  readonly namespace?: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal?: AbortSignal;
}

export interface Findings extends FoundIsolations {
  /** Where it was looked; undefined: in all namespaces. */
  readonly namespace: string | undefined;
  /** As the cluster serves them. */
  readonly resources: ReadonlyMap<string, ServedResource>;
  /** What could not be read and is not needed for most: in words for the user. */
  readonly unread: readonly Failure[];
}

/** What sessions have changed in the cluster, which of them are live, and what reads their sources. Rejects with FailureError. */
export async function findIsolations(client: ClusterClient, options: FindOptions): Promise<Findings> {
  const { namespace, signal } = options;
  const within = { namespace, ...(signal === undefined ? {} : { signal }) };
  const served = await client.discover(
    [...FLUX_RESOURCES, ...ARGO_RESOURCES].filter(({ kind }) => NEEDED_KINDS.has(kind) || OTHER_READERS.has(kind)),
  );
  const unread: Failure[] = [];
  const lists = await Promise.all(
    served.map((resource) =>
      listAll(client, resource, within).catch((error: unknown): readonly KubeObject[] => {
        const failure = failureOf(error, 'api-server');
        // Who works with Flux alone may have no right to another engine's objects, and has changed none.
        const isOthers = resource.kind === 'Application' && failure.kind === 'forbidden';
        if (NEEDED_KINDS.has(resource.kind) && !isOthers) throw error;
        unread.push(failure);
        return [];
      }),
    ),
  );
  const objects = lists.flat();
  const serverTime = new ServerTime(() => options.clock.now());
  // Any answer tells the time, and nearly everybody may read this one. Without it this machine's clock is taken.
  const version = await client.request({ method: 'GET', path: '/version' }).catch(() => undefined);
  if (version !== undefined) serverTime.observe(version.headers);
  const leases = await leasesOf(client, objects, within, unread);
  return {
    ...foundIsolations(objects, leases, serverTime.now()),
    namespace,
    resources: new Map(served.map((resource) => [resource.kind, resource])),
    unread,
  };
}

/** Leases are read behind the objects that name them: a session that has just begun is not taken for one without. */
async function leasesOf(
  client: ClusterClient,
  objects: readonly KubeObject[],
  within: { readonly namespace: string | undefined; readonly signal?: AbortSignal },
  unread: Failure[],
): Promise<ReadonlyMap<string, ReadLease>> {
  const leases = new Map<string, ReadLease>();
  try {
    const labelSelector = `${MANAGED_BY}=${MANAGER}`;
    for (const lease of await listAll(client, LEASE_RESOURCE, { ...within, labelSelector })) {
      const facts = leaseFacts(lease);
      if (facts !== undefined) leases.set(facts.session, lease);
    }
  } catch (error) {
    const failure = failureOf(error, 'api-server');
    if (failure.kind !== 'forbidden') throw error;
    unread.push(failure);
  }
  const missing = [...sessionsNamed(objects)].filter((session) => !leases.has(session));
  for (const session of missing) leases.set(session, await readLease(client, session));
  return leases;
}

/** `session`: `<namespace>/<name>`. */
async function readLease(client: Pick<ClusterClient, 'get'>, session: string): Promise<ReadLease> {
  const { namespace, name } = parseObjectId(`Lease/${session}`);
  if (namespace === '' || name === '') return 'absent';
  try {
    return await client.get({ ...LEASES, namespace, name });
  } catch (error) {
    if (error instanceof FailureError && error.failure.kind === 'not-found') return 'absent';
    if (error instanceof FailureError && error.failure.kind === 'forbidden') return 'forbidden';
    throw error;
  }
}
