import type { ClusterClient } from '../../cluster/client.ts';
import { collectionPath } from '../../cluster/resource.ts';
import { isApplicationSource } from '../../domain/argo/application-source.ts';
import type { Failure } from '../../domain/failure.ts';
import {
  type IsolateMode,
  type IsolationDecision,
  isolationDecision,
  withoutRights,
} from '../../domain/isolation/isolation-decision.ts';
import { directoryMark, MANAGED_BY, MANAGER } from '../../domain/isolation/session-marks.ts';
import { artifactPlace } from '../../domain/isolation/source-obstacle.ts';
import { asList } from '../../domain/object-fields.ts';
import { type ObjectId, parseObjectId, type TargetDefinition } from '../../domain/target.ts';
import { failureOf } from '../../effects/call.ts';
import { type FedSource, targetsFedBy } from '../../effects/fed-source.ts';
import { missingRight } from '../../effects/isolation-rights.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { LEASES, type SessionLease, startSessionLease } from '../../effects/session-lease.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Happening } from '../../ui/happening.ts';
import { applicationSourceObstacle, leaseNamespaceOf } from './application-isolation.ts';
import { settleLeftIsolations, showsOtherSession } from './left-isolations.ts';
import type { SessionProcess } from './session-process.ts';
import { settleAgain } from './settle-again.ts';

export interface IsolationOptions {
  readonly mode: IsolateMode;
  readonly dryRun: boolean;
  readonly once: boolean;
  readonly isLocal: boolean;
  readonly registry: string | undefined;
  readonly registryInCluster?: string | undefined;
  readonly namespace: string | undefined;
  /** The watched one, absolute. */
  readonly directory: string;
  readonly client: ClusterClient;
  readonly view: LiveView;
  readonly fed: FedSource;
  readonly clock: Clock;
  readonly process: SessionProcess;
  readonly onHappening: (happening: Happening) => void;
  /** Told when the session has lost its Lease. */
  readonly onDecision: (decision: IsolationDecision) => void;
}

/** Whether, and under which Lease, this session gives targets sources of their own. */
export interface Isolation {
  readonly decision: IsolationDecision;
  /** `<namespace>/<name>` of the Lease, while this session has it. */
  readonly session: string | undefined;
  /** The Lease's, also after it was lost; undefined: there never was one. */
  readonly began: string | undefined;
  /** What an earlier session of this directory had isolated, and is back on the shared source. */
  readonly restored: ReadonlySet<ObjectId>;
  /** Ends the renewals; the Lease stays. */
  stop(): Promise<void>;
}

/**
 * Decides, begins the session, and settles what dead ones left on this source, before anything is decided about files. Never rejects: what
 * stands in the way of isolating turns it off, and is the reason shown.
 */
export async function startIsolation(options: IsolationOptions): Promise<Isolation> {
  const { client, view, fed, clock, process, onHappening } = options;
  const targets = movableTargets(options);
  const namespace = leaseNamespace(options, targets);
  let decision = await decided(options, targets, namespace);
  let lease: SessionLease | undefined;
  if (decision.on) {
    try {
      lease = await startSessionLease(client, {
        namespace,
        source: fed.id,
        ...process,
        directory: options.directory,
        clock,
        onLost: (why) => lost(why),
        onTrouble: (failure, expiresInMs) => onHappening(trouble(failure, expiresInMs)),
      });
    } catch (error) {
      decision = withoutLease(decision, options.mode, failureOf(error, 'api-server'));
    }
  }
  let session = lease?.session;
  view.session = session;
  if (decision.isRefused === true) {
    onHappening({ type: 'message', level: 'warning', text: `targets stay on the shared source: ${decision.reason}` });
  }
  const directory = directoryMark(process.host, options.directory);
  const mayBeLeft =
    !options.dryRun && (showsOtherSession(view, session) || (await hasOtherLeases(client, namespace, lease)));
  const told = new Set<string>();
  const settle = () =>
    settleLeftIsolations({
      client,
      view,
      namespace: options.namespace,
      fedSource: fed.id,
      directory,
      session,
      process,
      clock,
      onHappening: (happening) => {
        // Each time it is tried again the same would be said.
        const text = JSON.stringify(happening);
        if (!told.has(text)) onHappening(happening);
        told.add(text);
      },
    });
  const restored = mayBeLeft ? await settle() : new Set<ObjectId>();
  const again = options.dryRun
    ? undefined
    : settleAgain({ clock, isNeeded: () => showsOtherSession(view, session), settle });

  function lost(why: string): void {
    if (session !== undefined) view.lost = { session, why };
    session = undefined;
    view.session = undefined;
    decision = { on: false, reason: `${why}; watch again to isolate again` };
    onHappening({
      type: 'message',
      level: 'warning',
      text: `targets go by the shared source from now on: ${decision.reason}`,
    });
    options.onDecision(decision);
  }

  return {
    get decision() {
      return decision;
    },
    get session() {
      return session;
    },
    began: lease?.session,
    restored,
    stop: async () => {
      await again?.stop();
      await lease?.stop();
    },
  };
}

/** HelmReleases never are. */
function movableTargets({ view, fed }: IsolationOptions): readonly TargetDefinition[] {
  return targetsFedBy(view.definitions, fed.id).filter(({ kind }) => kind !== 'HelmRelease');
}

function leaseNamespace({ fed }: IsolationOptions, targets: readonly TargetDefinition[]): string {
  return isApplicationSource(fed.id) ? leaseNamespaceOf(targets) : parseObjectId(fed.id).namespace;
}

async function obstacleOf(
  options: IsolationOptions,
  targets: readonly TargetDefinition[],
): Promise<string | undefined> {
  const { mode, dryRun, view, fed, registry, registryInCluster } = options;
  if (!isApplicationSource(fed.id)) {
    const place = artifactPlace(fed.id, view.object(fed.id), registry);
    return 'reason' in place ? place.message : undefined;
  }
  // Nothing is asked of the cluster that nobody needs to know.
  if (mode === 'off' || dryRun) return undefined;
  return applicationSourceObstacle({ ...options, targets, registry, registryInCluster });
}

async function decided(
  options: IsolationOptions,
  targets: readonly TargetDefinition[],
  namespace: string,
): Promise<IsolationDecision> {
  const { mode, fed, client } = options;
  const decision = isolationDecision({
    mode,
    dryRun: options.dryRun,
    once: options.once,
    isLocal: options.isLocal,
    source: fed.id,
    targets: targets.length,
    obstacle: await obstacleOf(options, targets),
  });
  if (!decision.on) return decision;
  try {
    const missing = await missingRight(
      client,
      { targets: [...new Set(targets.map((target) => target.namespace))], source: namespace },
      isApplicationSource(fed.id) ? 'Application' : 'Kustomization',
    );
    return missing === undefined ? decision : withoutRights(decision, mode, missing);
  } catch (error) {
    // Whoever may not ask what he may do may do it all the same.
    const failure = failureOf(error, 'api-server');
    return mode === 'on' ? decision : { on: false, reason: `what this user may do cannot be told: ${failure.message}` };
  }
}

function withoutLease(decision: IsolationDecision, mode: IsolateMode, failure: Failure): IsolationDecision {
  if (failure.kind === 'forbidden') return withoutRights(decision, mode, 'create a Lease for the session');
  return { on: false, reason: `the session could not begin: ${failure.message}`, isRefused: true };
}

async function hasOtherLeases(
  client: ClusterClient,
  namespace: string,
  lease: SessionLease | undefined,
): Promise<boolean> {
  // Whoever does not isolate is not asked for the right to read Leases.
  if (lease === undefined) return false;
  try {
    const path = collectionPath(LEASES, namespace);
    const { json } = await client.request({
      method: 'GET',
      path,
      query: { labelSelector: `${MANAGED_BY}=${MANAGER}` },
    });
    return asList((json as { items?: unknown }).items).length > 1;
  } catch {
    // Seen later by whoever may, or by restore.
    return false;
  }
}

function trouble(failure: Failure, expiresInMs: number): Happening {
  const seconds = Math.ceil(expiresInMs / 1_000);
  return {
    type: 'message',
    level: 'warning',
    text: `the session's Lease could not be renewed: ${failure.message}`,
    hint:
      expiresInMs > 0
        ? `tried again; in ${seconds} s others may take the session for dead and put its targets back`
        : 'tried again; others may take the session for dead and put its targets back',
  };
}
