import type { ClusterClient } from '../../cluster/client.ts';
import { type FoundSession, sessionMarkedOn } from '../../domain/isolation/found-isolations.ts';
import { isolatedFrom } from '../../domain/isolation/isolated-source.ts';
import { isRestored, type RestoreReport } from '../../domain/isolation/restore-report.ts';
import { isIsolated, originalSourceOf, sessionIsolation } from '../../domain/isolation/session-marks.ts';
import type { ObjectId } from '../../domain/target.ts';
import { adoptSessions } from '../../effects/adopt-sessions.ts';
import { failureOf } from '../../effects/call.ts';
import { type Findings, findIsolations } from '../../effects/find-isolations.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { restoreIsolations } from '../../effects/restore-isolation.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Happening } from '../../ui/happening.ts';
import { withDeadProcesses } from './dead-processes.ts';
import { namedTargets } from './named-targets.ts';
import { holderOf, type SessionProcess } from './session-process.ts';

export interface LeftIsolations {
  readonly client: ClusterClient;
  readonly view: LiveView;
  readonly namespace: string | undefined;
  readonly fedSource: ObjectId;
  /** See `directoryMark`. */
  readonly directory: string;
  /** The session that takes over what this directory's earlier one left; undefined: it is put back. */
  readonly session: string | undefined;
  readonly process: SessionProcess;
  readonly clock: Clock;
  readonly onHappening: (happening: Happening) => void;
}

/**
 * What sessions that are dead left on this source: this directory's own is taken over as it is, so that nothing goes back and forth; what
 * others left is put back. Returns the targets of this directory's that were put back, since nothing could take them over: what they had is
 * not what they will have. Never rejects: what cannot be done is said, and left.
 */
export async function settleLeftIsolations(left: LeftIsolations): Promise<ReadonlySet<ObjectId>> {
  const { client, clock, process } = left;
  const claimant = holderOf(process);
  try {
    const look = async () => withDeadProcesses(await findIsolations(client, left), process);
    const found = await look();
    // Our own may look dead while the API server is slow: it is ours all the same.
    const others = found.sessions.filter(({ session }) => session !== left.session);
    const dead = others.filter((session) => session.state === 'dead' && concerns(session, left));
    if (dead.length === 0) return new Set();
    const isMine = ({ facts }: FoundSession): boolean => facts?.directory === left.directory;
    const adopted =
      left.session === undefined ? [] : await adoptSessions({ ...left, claimant }, dead.filter(isMine), left.session);
    tellAdopted(left, adopted);
    const sessions = new Set(dead.map(({ session }) => session));
    // Only the Lease is left of one that was taken over: it says that we hold it, and is as dead as before.
    const now = adopted.length === 0 ? found : asDead(await look(), adopted);
    const report = await restoreIsolations(client, now, { sessions, claimant, clock });
    const restored = report.targets.filter(({ outcome }) => outcome === 'restored');
    await seenRestored(
      left,
      restored.map(({ target }) => target),
    );
    tell(left, report);
    const mine = new Set(dead.filter(isMine).map(({ session }) => session));
    return new Set(restored.flatMap(({ target, session }) => (mine.has(session ?? '') ? [target] : [])));
  } catch (error) {
    const { message, hint } = failureOf(error, 'api-server');
    left.onHappening({
      type: 'message',
      level: 'warning',
      text: `what earlier sessions left isolated could not be looked at: ${message}`,
      hint: hint ?? 'reconcile-machine restore puts it back',
    });
    return new Set();
  }
}

function asDead(found: Findings, adopted: readonly FoundSession[]): Findings {
  const names = new Set(adopted.map(({ session }) => session));
  const sessions = found.sessions.map((session) =>
    names.has(session.session) ? { ...session, state: 'dead' as const } : session,
  );
  return { ...found, sessions };
}

function concerns({ facts, sources, targets }: FoundSession, { fedSource }: LeftIsolations): boolean {
  return (
    facts?.source === fedSource ||
    sources.some(({ object }) => isolatedFrom(object) === fedSource) ||
    targets.some(
      ({ object, isolation }) =>
        isIsolated(isolation) && originalSourceOf(isolation, object.metadata.namespace ?? 'default') === fedSource,
    )
  );
}

const SEEN_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** What is decided next goes by what the view shows, which the API server's watch brings up to date. */
async function seenRestored({ view, clock }: LeftIsolations, restored: readonly ObjectId[]): Promise<void> {
  const giveUpAt = clock.now() + SEEN_WITHIN_MS;
  const isStale = (id: ObjectId): boolean => {
    const object = view.object(id);
    return object !== undefined && isIsolated(sessionIsolation(object));
  };
  while (restored.some(isStale) && clock.now() < giveUpAt) {
    await new Promise<void>((resolve) => clock.schedule(resolve, LOOK_EVERY_MS));
  }
}

function tellAdopted({ onHappening }: LeftIsolations, adopted: readonly FoundSession[]): void {
  const targets = adopted.flatMap((session) => session.targets.map(({ id }) => id));
  if (targets.length === 0) return;
  const text = `goes on with what an earlier session of this directory isolated: ${namedTargets(targets)}`;
  onHappening({ type: 'message', level: 'info', text });
}

function tell({ onHappening }: LeftIsolations, report: RestoreReport): void {
  const restored = report.targets.filter(({ outcome }) => outcome === 'restored');
  if (restored.length > 0) {
    const names = restored.map(({ target }) => target).join(', ');
    onHappening({ type: 'message', level: 'info', text: `put back what an earlier session left isolated: ${names}` });
  }
  if (isRestored(report)) return;
  const failed = [...report.targets, ...report.sources].flatMap(({ failure }) => failure?.message ?? []);
  onHappening({
    type: 'message',
    level: 'warning',
    text: `some of what earlier sessions left could not be put back: ${failed[0] ?? 'its record cannot be read'}`,
    hint: 'reconcile-machine restore says what',
  });
}

/** True where an object in the view was changed by a session other than `session`. */
export function showsOtherSession(view: LiveView, session: string | undefined): boolean {
  return view.objects.some((object) => {
    const named = sessionMarkedOn(object);
    return named !== undefined && named !== session;
  });
}
