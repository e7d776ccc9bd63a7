import type { ClusterClient } from '../cluster/client.ts';
import { type Clock, wallClock } from '../cluster/clock.ts';
import { listAll } from '../cluster/list-all.ts';
import type { Failure } from '../domain/failure.ts';
import { type FoundSession, readersOf } from '../domain/isolation/found-isolations.ts';
import type {
  RestoreReport,
  SessionRestored,
  SourceRestored,
  TargetRestored,
} from '../domain/isolation/restore-report.ts';
import type { ObjectId } from '../domain/target.ts';
import { deleteOwnSource } from './delete-own-source.ts';
import type { Findings } from './find-isolations.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { type RestoreContext, tried } from './restore-context.ts';
import { restoreTarget } from './restore-target.ts';
import { claimLease, deleteLease } from './session-end.ts';
import { LEASES } from './session-lease.ts';

export { findIsolations } from './find-isolations.ts';

const AT_A_TIME = 8;
/** A run of Flux takes a fraction of a second, unless it waits for health checks: those are not waited for. */
const REST_MS = 3_000;

export interface RestoreOptions {
  /** `<namespace>/<name>` of each session whose changes are taken back. */
  readonly sessions: ReadonlySet<string>;
  /** The one among them that is this process's own, and no longer renewed: its Lease needs no claim. */
  readonly own?: string;
  /** Takes back what live sessions did, too. They learn of it within ten seconds. */
  readonly evenLive?: boolean;
  /** Targets that stay isolated; their sources and their session's Lease stay too. */
  readonly keep?: ReadonlySet<ObjectId>;
  /** Takes the marks off targets that somebody pointed at another source, which they keep. */
  readonly forget?: boolean;
  /** Who restores, as the Lease of a session will say: `<host>/<pid>`. */
  readonly claimant: string;
  /** Default: the wall clock. */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Takes back what sessions changed: first the targets, then the sources that nothing reads any more, then the Leases. Never rejects for a
 * single object, others go on. May run twice, at once or one after the other, and beside sessions that live.
 */
export async function restoreIsolations(
  client: ClusterClient,
  found: Findings,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const clock = options.clock ?? wallClock;
  const context: RestoreContext = {
    client,
    resources: new Map([...found.resources, ['Lease', LEASES]]),
    sessions: options.sessions,
    keep: options.keep ?? new Set(),
    forget: options.forget === true,
    signal: options.signal,
    clock,
    restUntilMs: clock.now() + REST_MS,
    ended: undefined,
  };
  const wanted = found.sessions.filter(({ session }) => options.sessions.has(session));
  const claims = await mapConcurrently(wanted, AT_A_TIME, (session) => claimed(context, session, options));
  // Who could not claim it must not touch it: should the session be alive after all, nothing would tell it.
  const mine = wanted.filter((_, index) => typeof claims[index] === 'string' && claims[index] !== 'live');
  const targets = await mapConcurrently(
    mine.flatMap((session) => session.targets),
    AT_A_TIME,
    (target) => restoreTarget(context, target),
  );
  const sources = await deletedSources(context, found, mine);
  const sessions = await mapConcurrently(wanted.entries(), AT_A_TIME, ([index, session]) =>
    ended(context, session, claims[index], targets, sources),
  );
  return { targets, sources, sessions };
}

type Claim = Awaited<ReturnType<typeof claimLease>> | 'none';

async function claimed(context: RestoreContext, session: FoundSession, options: RestoreOptions): Promise<Claim> {
  const { lease, state } = session;
  const evenLive = options.evenLive === true;
  if (session.session === options.own) return 'none';
  if (state !== 'dead' && !evenLive) return 'live';
  if (lease === undefined) return 'none';
  return claimLease(context, lease, { claimant: options.claimant, evenLive });
}

async function deletedSources(
  context: RestoreContext,
  found: Findings,
  sessions: readonly FoundSession[],
): Promise<readonly SourceRestored[]> {
  const own = sessions.flatMap(({ sources }) => sources);
  if (own.length === 0) return [];
  const readers = await readersNow(context, found);
  return mapConcurrently(own, AT_A_TIME, async (source): Promise<SourceRestored> => {
    const { id, session } = source;
    if ('failure' in readers) return { source: id, session, outcome: 'failed', failure: readers.failure };
    return deleteOwnSource(context, source, readers.of.get(id) ?? []);
  });
}

/** Kustomizations as they are now that targets are restored; the others as they were found. */
async function readersNow(
  context: RestoreContext,
  found: Findings,
): Promise<{ readonly of: ReadonlyMap<ObjectId, readonly ObjectId[]> } | { readonly failure: Failure }> {
  const resource = found.resources.get('Kustomization');
  const now = new Map<ObjectId, readonly ObjectId[]>();
  if (resource !== undefined) {
    const listed = await tried(context, async () => {
      // Of all namespaces, whatever was looked at: another one's Kustomization may read a source here.
      const objects = await listAll(context.client, resource).catch((error: unknown) => {
        if (found.namespace === undefined) throw error;
        return listAll(context.client, resource, { namespace: found.namespace });
      });
      for (const [source, ids] of readersOf(objects)) now.set(source, ids);
    });
    if (typeof listed !== 'string') return listed;
  }
  for (const [source, ids] of found.readers) {
    const others = ids.filter((id) => !id.startsWith('Kustomization/'));
    if (others.length > 0) now.set(source, [...(now.get(source) ?? []), ...others]);
  }
  return { of: now };
}

async function ended(
  context: RestoreContext,
  { session, lease }: FoundSession,
  claim: Claim | undefined,
  targets: readonly TargetRestored[],
  sources: readonly SourceRestored[],
): Promise<SessionRestored> {
  if (claim === 'live') return { session, outcome: 'live' };
  if (typeof claim === 'object') return { session, outcome: 'failed', ...claim };
  const isLeft =
    targets.some((one) => one.session === session && (one.outcome === 'kept' || one.outcome === 'failed')) ||
    sources.some((one) => one.session === session && (one.outcome === 'kept' || one.outcome === 'failed'));
  if (isLeft) return { session, outcome: 'left' };
  if (lease === undefined) return { session, outcome: 'ended' };
  const outcome = await deleteLease(context, lease);
  return outcome === 'ended' ? { session, outcome } : { session, outcome: 'failed', ...outcome };
}
