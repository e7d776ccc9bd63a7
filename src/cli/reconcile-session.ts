import type { ClusterClient } from '../cluster/client.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import type { BeforeRequest } from '../domain/fresh-revision.ts';
import type { Limits } from '../domain/limits.ts';
import { missingDependencies } from '../domain/missing-dependencies.ts';
import { targetObservation } from '../domain/observations-from-objects.ts';
import { plannedReleases, releaseCircles } from '../domain/planned-release.ts';
import { type ReconcilePlan, reconcilePlan } from '../domain/reconcile-plan.ts';
import type { ObjectId } from '../domain/target.ts';
import { attempted, type FailedAttempt } from '../effects/attempted.ts';
import { argoEngine, FLUX_ENGINE, type GitOpsEngine } from '../effects/gitops-engine.ts';
import { idOf, LiveView } from '../effects/live-view.ts';
import { reconcileEffects } from '../effects/reconcile-effects.ts';
import type { Clock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import { createMemoryLog } from '../engine/memory-log.ts';
import { RECONCILE_KINDS } from '../machines/reconcile-kinds.ts';
import { RUN, type RunContext } from '../machines/run-context.ts';
import { stateName } from '../machines/state-name.ts';
import { runOf } from '../projections/run-progress.ts';
import type { Happening } from '../ui/happening.ts';
import { targetLabel } from '../ui/target-label.ts';
import type { EngineName } from './engine-option.ts';
import { CommandFailedError } from './errors.ts';
import { clusterEventsOf, revisionOf, sourceEvents } from './reconcile-cluster-events.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { plannedRecoveries, resumeSuspended } from './reconcile-recoveries.ts';
import { releaseEvents } from './reconcile-release-events.ts';
import { reconcileSelection } from './reconcile-selection.ts';
import { Cleanup } from './session/cleanup.ts';
import { Inbox } from './session/inbox.ts';
import { type LiveCluster, liveCluster, servedGitOpsResources } from './session/live-cluster.ts';

export interface ReconcileSessionOptions {
  /** It stays the caller's. */
  readonly client: ClusterClient;
  readonly namespace: string | undefined;
  /** Only this engine's targets. Default: those of both. */
  readonly engine?: EngineName | undefined;
  readonly names: readonly string[];
  readonly exclude: readonly string[];
  readonly recover: boolean;
  /** Applications without automated sync are synced. */
  readonly sync?: boolean;
  /** How Argo CD compares. Default `normal`. */
  readonly refresh?: ReconcileOptions['refresh'];
  readonly limits: Limits;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onHappening: (happening: Happening) => void;
  readonly onRetry: (failed: FailedAttempt) => void;
  /** After each step: its events and the state after them. */
  readonly onStep: (events: readonly LoggedEvent[], state: Readonly<EngineState>) => void;
}

export interface ReconcileSession {
  readonly plan: ReconcilePlan;
  readonly state: Readonly<EngineState>;
  /** Resolves when all that is waited for has answered. */
  readonly over: Promise<RunContext>;
  stop(): Promise<void>;
}

/** Looks at the cluster, decides what is asked, and starts the run. Rejects with UsageError, FailureError or CommandFailedError. */
export async function startReconcileSession(options: ReconcileSessionOptions): Promise<ReconcileSession> {
  const { client, limits, clock, signal } = options;
  const engines: readonly GitOpsEngine[] = [
    FLUX_ENGINE,
    argoEngine({ refresh: options.refresh ?? 'normal', syncsManual: options.sync === true }),
  ];
  const cleanup = new Cleanup();
  try {
    const view = new LiveView({ syncsManual: options.sync === true });
    const { served, live } = await attempted(
      'read the objects of the cluster',
      (aborted) => look(client, view, aborted, options),
      options,
    );
    cleanup.add(() => live.unsubscribe());
    const { selected, excluded, releases } = reconcileSelection(view, chosenEngines(engines, options), {
      ...options,
      server: client.server,
    });
    const planned = reconcilePlan({
      definitions: view.definitions,
      selected,
      excluded,
      revisionOf: (id) => revisionOf(view, id),
      isReady: (id) => isReady(view, id),
    });
    if ('cycles' in planned) throw inCircles(planned.cycles);
    const asked = plannedReleases(releases);
    const rings = releaseCircles(asked);
    if (rings.length > 0) throw inCircles(rings);
    const plan = { ...planned.plan, targets: [...planned.plan.targets, ...asked] };
    warnOfMissing(view, selected, options);
    const recoveries = options.recover ? await plannedRecoveries(client, view, served) : [];

    const { promise: over, resolve: end } = Promise.withResolvers<RunContext>();
    const engine: Engine = new Engine({
      log: createMemoryLog(),
      clock,
      kinds: RECONCILE_KINDS,
      limits: limitsOfRun(limits),
      effects: reconcileEffects({
        engine: () => engine,
        now: () => clock.now(),
        view,
        engines,
        before: beforeRequests(view, plan),
        patch: (reference, patch) => client.patch(reference, patch),
      }),
      onCommit: (events) => {
        options.onStep(events, engine.state);
        const run = ended(engine.state);
        // Requests that are on their way are not torn off: what nobody waits for is asked all the same.
        if (run !== undefined && engine.state.pending.size === 0) end(run);
      },
      onCrash: (error, { effect, owner }) =>
        options.onHappening({
          type: 'message',
          level: 'error',
          text: `${effect} for ${owner} crashed: ${String(error)}`,
        }),
    });
    cleanup.add(() => engine.stop());

    const sources = plan.sources.map(({ id }) => id);
    const inbox = new Inbox((events) => engine.dispatch(...events));
    live.onChange((object) => {
      const id = idOf(object);
      inbox.add(...clusterEventsOf(id, engine.state, view, sources, asked));
    });
    engine.start();
    engine.dispatch(...view.eventsFor(engine.state, undefined), ...releaseEvents(view, asked));
    engine.dispatch(...view.objects.flatMap((object) => sourceEvents(idOf(object), engine.state, view, sources)));
    engine.dispatch({ machine: RUN, type: 'RunStarted', ...plan, recoveries });
    signal.addEventListener('abort', () => engine.stop(), { once: true });
    return {
      plan,
      get state() {
        return engine.state;
      },
      over,
      stop: async () => {
        await resumeSuspended(client, engine.state, view);
        cleanup.run();
      },
    };
  } catch (error) {
    cleanup.run();
    throw error;
  }
}

/** Flux looks again until it is there, and so does the run: that may well be soon, but it may be a slip of the pen. */
function warnOfMissing(
  view: LiveView,
  selected: readonly ObjectId[],
  { namespace, onHappening }: ReconcileSessionOptions,
): void {
  for (const { target, dependency } of missingDependencies(view.definitions, selected, namespace)) {
    const text = `${targetLabel(target)} depends on ${targetLabel(dependency)}, which is not there: it waits until that is`;
    const hint = `if nothing makes it, mend spec.dependsOn of ${target}`;
    onHappening({ type: 'message', level: 'warning', text, hint });
  }
}

function isReady(view: LiveView, id: ObjectId): boolean {
  const object = view.object(id);
  return object !== undefined && targetObservation(object).ready === 'True';
}

function chosenEngines(
  engines: readonly GitOpsEngine[],
  { engine }: Pick<ReconcileSessionOptions, 'engine'>,
): readonly GitOpsEngine[] {
  return engines.filter(({ name }) => engine === undefined || name === engine);
}

/** The run's own bounds in those that the machines of a watch go by. What it has of attempts is few enough: no breaker holds any back. */
function limitsOfRun(limits: Limits): Limits {
  return {
    ...limits,
    targetAttemptsMax: limits.attemptsMax,
    targetBackoffMsMin: limits.attemptBackoffMsMin,
    targetBackoffMsMax: limits.attemptBackoffMsMax,
    backoffJitterRatio: 0,
    breakerFailuresMax: Number.MAX_SAFE_INTEGER,
    // Nothing of it outlives the process.
    snapshotEveryEvents: Number.MAX_SAFE_INTEGER,
  };
}

async function look(
  client: ClusterClient,
  view: LiveView,
  aborted: AbortSignal,
  { namespace, clock, onHappening }: ReconcileSessionOptions,
): Promise<{ readonly served: readonly ServedResource[]; readonly live: LiveCluster }> {
  const served = await servedGitOpsResources(client);
  const live = liveCluster(client, view, served, { namespace, signal: aborted, clock, onHappening });
  try {
    await live.synced;
    return { served, live };
  } catch (error) {
    live.unsubscribe();
    throw error;
  }
}

function beforeRequests(view: LiveView, plan: ReconcilePlan): Map<ObjectId, BeforeRequest> {
  const before = new Map<ObjectId, BeforeRequest>();
  for (const { id, reads } of plan.targets) {
    const object = view.object(id);
    if (object === undefined) continue;
    const { lastAppliedRevision, lastAttemptedRevision } = targetObservation(object);
    before.set(id, {
      sourceRevision: revisionOf(view, reads),
      appliedRevision: lastAppliedRevision,
      attemptedRevision: lastAttemptedRevision,
    });
  }
  return before;
}

function ended(state: Readonly<EngineState>): RunContext | undefined {
  const snapshot = state.machines.get(RUN);
  const name = snapshot === undefined ? '' : stateName(snapshot);
  return name === 'succeeded' || name === 'failed' ? runOf(state) : undefined;
}

function inCircles(cycles: readonly (readonly ObjectId[])[]): CommandFailedError {
  const rings = cycles.map((ring) => [...ring, ring[0]].join(' → ')).join('; ');
  return new CommandFailedError(
    `dependsOn leads in a circle, so none of these can ever become Ready: ${rings}`,
    'take one dependsOn of each circle away; nothing was asked',
  );
}
