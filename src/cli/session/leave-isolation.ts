import type { ClusterClient } from '../../cluster/client.ts';
import { objectPath } from '../../cluster/resource.ts';
import { isApplicationSource } from '../../domain/argo/application-source.ts';
import { sessionMarkedOn } from '../../domain/isolation/found-isolations.ts';
import { isRestored } from '../../domain/isolation/restore-report.ts';
import { isIsolated, sessionIsolation } from '../../domain/isolation/session-marks.ts';
import { parentOf } from '../../domain/isolation/session-obstacle.ts';
import { sourceObservation } from '../../domain/observations-from-objects.ts';
import { isRevisionOf } from '../../domain/readiness.ts';
import { requestToken } from '../../domain/request-token.ts';
import { type ObjectId, objectId, parseObjectId } from '../../domain/target.ts';
import { objectReference, requestAnnotation } from '../../effects/ask-flux.ts';
import { failureOf } from '../../effects/call.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import { findIsolations } from '../../effects/find-isolations.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { restoreIsolations } from '../../effects/restore-isolation.ts';
import { LEASES } from '../../effects/session-lease.ts';
import type { Underway } from '../../effects/underway.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Happening } from '../../ui/happening.ts';
import type { Isolation } from './isolation.ts';
import { namedTargets } from './named-targets.ts';
import { holderOf, type SessionProcess } from './session-process.ts';

export interface LeaveOptions {
  readonly isolation: Isolation;
  readonly client: ClusterClient;
  readonly view: LiveView;
  readonly fed: FedSource;
  readonly namespace: string | undefined;
  readonly keep: boolean;
  readonly clock: Clock;
  readonly process: SessionProcess;
  /** Knows what is still being sent. */
  readonly saving: Underway;
  /** Pushes the shared artifact as the files are now. A text: why that cannot be. */
  readonly pushShared: () => Promise<{ readonly digest: string } | { readonly not: string }>;
  readonly onHappening: (happening: Happening) => void;
}

const SENT_WITHIN_MS = 5_000;
const FETCHED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;

/**
 * Ends the session: what is on the disk is pushed to the shared source first, so that nothing goes back to an older state, then each target
 * is put back. Never rejects: what could not be done is said, and is on the objects for the next start or `restore`.
 */
export async function leaveIsolation(options: LeaveOptions): Promise<void> {
  const { isolation, keep, onHappening } = options;
  const { began } = isolation;
  if (began === undefined) return;
  await settled(options);
  const isolated = isolatedBy(options.view, began);
  if (keep && isolated.length > 0) {
    await isolation.stop();
    onHappening({
      type: 'message',
      level: 'info',
      text: `${namedTargets(isolated)} stay${isolated.length === 1 ? 's' : ''} isolated, as --keep says`,
      hint: 'reconcile-machine restore puts them back; watch in this directory goes on with them',
    });
    return;
  }
  try {
    if (isolated.length > 0) {
      onHappening({
        type: 'message',
        level: 'info',
        text: `putting back ${namedTargets(isolated)}; Ctrl-C again leaves at once, and leaves that to reconcile-machine restore`,
      });
      await bringSharedUpToDate(options, isolated);
    }
    await isolation.stop();
    await (hasLeftSomething(options.view, began) ? putBack(options, began) : endLease(options.client, began));
  } catch (error) {
    const { message } = failureOf(error, 'api-server');
    const what =
      isolated.length === 0 ? "the session's Lease is left" : `${namedTargets(isolated)} may still be isolated`;
    onHappening({
      type: 'message',
      level: 'warning',
      text: `${what}: ${message}`,
      hint: 'the next watch of this directory, or reconcile-machine restore, puts it back',
    });
  }
}

/** Nothing was made under it. */
async function endLease(client: ClusterClient, session: string): Promise<void> {
  const { namespace, name } = parseObjectId(`Lease/${session}`);
  try {
    await client.request({ method: 'DELETE', path: objectPath({ ...LEASES, namespace, name }) });
  } catch (error) {
    if (failureOf(error).kind !== 'not-found') throw error;
  }
}

function hasLeftSomething(view: LiveView, session: string): boolean {
  return view.objects.some((object) => sessionMarkedOn(object) === session);
}

/** A request that is on its way would come after all that is put back. */
async function settled({ saving, clock }: LeaveOptions): Promise<void> {
  let cancel = (): void => {};
  const patience = new Promise<void>((resolve) => {
    cancel = clock.schedule(resolve, SENT_WITHIN_MS);
  });
  await Promise.race([saving.over(), patience]);
  cancel();
}

function isolatedBy(view: LiveView, session: string): ObjectId[] {
  return view.definitions.targets.flatMap(({ id }) => {
    const object = view.object(id);
    const marks = object === undefined ? undefined : sessionIsolation(object);
    return isIsolated(marks) && marks.session === session ? [id] : [];
  });
}

async function bringSharedUpToDate(options: LeaveOptions, isolated: readonly ObjectId[]): Promise<void> {
  const { fed, onHappening } = options;
  try {
    const outcome = await options.pushShared();
    if ('not' in outcome) {
      onHappening({
        type: 'message',
        level: 'warning',
        text: `${namedTargets(isolated)} will be as ${fed.id} has ${isolated.length === 1 ? 'it' : 'them'}: ${outcome.not}`,
      });
      return;
    }
    await fetched(options, outcome.digest);
  } catch (error) {
    const { message } = failureOf(error, 'registry');
    onHappening({
      type: 'message',
      level: 'warning',
      text: `${fed.id} could not be brought to what is on the disk: ${message}`,
      hint: `${namedTargets(isolated)} will be as it has ${isolated.length === 1 ? 'it' : 'them'}; push to it, or watch again`,
    });
  }
}

async function fetched({ client, view, fed, clock, onHappening }: LeaveOptions, digest: string): Promise<void> {
  // Nobody fetches it for others: each Application that is put back resolves the tag itself.
  if (isApplicationSource(fed.id)) return;
  const has = (): boolean => {
    const object = view.object(fed.id);
    return object !== undefined && isRevisionOf(digest, sourceObservation(object).artifactRevision);
  };
  if (has()) return;
  const token = requestToken(clock.now(), 0);
  view.put(await client.annotate(objectReference(fed.id, view.object(fed.id)), requestAnnotation(token)));
  const giveUpAt = clock.now() + FETCHED_WITHIN_MS;
  while (!has() && clock.now() < giveUpAt) {
    await new Promise<void>((resolve) => clock.schedule(resolve, LOOK_EVERY_MS));
  }
  if (has()) {
    onHappening({ type: 'message', level: 'info', text: `${fed.id} has what is on the disk now` });
    return;
  }
  const seconds = FETCHED_WITHIN_MS / 1_000;
  onHappening({
    type: 'message',
    level: 'warning',
    text: `${fed.id} has not fetched what was pushed within ${seconds} s: until it has, targets are as it has them now`,
  });
}

/** A parent that ran while it was kept from a child does not know it any more: it is asked to look again. */
async function askParents({ client, view, clock }: LeaveOptions, restored: readonly ObjectId[]): Promise<void> {
  const parents = new Set<ObjectId>();
  for (const id of restored) {
    const object = view.object(id);
    const parent = object === undefined ? undefined : parentOf(object);
    if (parent !== undefined) parents.add(objectId('Kustomization', parent.namespace, parent.name));
  }
  for (const parent of parents) {
    const live = view.object(parent);
    if (live === undefined) continue;
    await client.annotate(objectReference(parent, live), requestAnnotation(requestToken(clock.now(), 1)));
  }
}

async function putBack(options: LeaveOptions, session: string): Promise<void> {
  const { client, namespace, clock, onHappening } = options;
  const found = await findIsolations(client, { namespace, clock });
  const report = await restoreIsolations(client, found, {
    sessions: new Set([session]),
    own: session,
    clock,
    claimant: holderOf(options.process),
  });
  const restored = report.targets.filter(({ outcome }) => outcome === 'restored' || outcome === 'tidied');
  if (restored.length > 0) {
    await askParents(
      options,
      restored.map(({ target }) => target),
    );
    onHappening({
      type: 'message',
      level: 'info',
      text: `put back ${namedTargets(restored.map(({ target }) => target))}`,
    });
  }
  if (isRestored(report)) return;
  const left = [...report.targets, ...report.sources].flatMap((one) => {
    const id = 'target' in one ? one.target : one.source;
    const why = one.failure?.message ?? ('message' in one ? one.message : undefined);
    return why === undefined ? [] : [`${id}: ${why}`];
  });
  onHappening({
    type: 'message',
    level: 'warning',
    text: `not everything could be put back: ${left.join('; ')}`,
    hint: 'reconcile-machine restore tries again',
  });
}
