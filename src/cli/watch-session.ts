import { realpathSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, relative, sep } from 'node:path';
import { createClusterClient } from '../cluster/client.ts';
import type { ClusterConnection } from '../cluster/connection.ts';
import { isLocalCluster } from '../cluster/local-cluster.ts';
import { type Failure, FailureError } from '../domain/failure.ts';
import type { IsolateMode } from '../domain/isolation/isolation-decision.ts';
import type { Limits } from '../domain/limits.ts';
import { type RelativePath, relativePath } from '../domain/paths.ts';
import type { FullReason } from '../domain/resolution.ts';
import { isGitKind } from '../domain/source-kinds.ts';
import type { SourceDefinition } from '../domain/target.ts';
import { childrenToReturn } from '../effects/children-to-return.ts';
import { chooseSource } from '../effects/choose-source.ts';
import { type FedSource, fedSource, targetsFedBy } from '../effects/fed-source.ts';
import { argoEngine, FLUX_ENGINE } from '../effects/gitops-engine.ts';
import { giveBackChildren } from '../effects/give-back-children.ts';
import { isolationEffects } from '../effects/isolation-effects.ts';
import { definitionsChangedEvent, idOf, LiveView } from '../effects/live-view.ts';
import { runHook } from '../effects/run-hook.ts';
import { Underway } from '../effects/underway.ts';
import { watchEffects } from '../effects/watch-effects.ts';
import { Workspace } from '../effects/workspace.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { LoggedEvent, NewEvent } from '../engine/event-log.ts';
import { openSqliteLog } from '../engine/sqlite-log.ts';
import { WATCH_KINDS } from '../machines/kinds.ts';
import { isolationMachineId, targetMachineId, WATCH } from '../machines/messages.ts';
import { createRegistryClient } from '../registry/client.ts';
import { parseReference } from '../registry/reference.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { spooledRequests } from '../streams/request-spool.ts';
import type { Happening } from '../ui/happening.ts';
import { packageVersion } from './package-version.ts';
import { Baseline } from './session/baseline.ts';
import { Cleanup } from './session/cleanup.ts';
import { gitTopLevel, waitForGit } from './session/git.ts';
import { HooksOfCycle } from './session/hooks-of-cycle.ts';
import { Inbox } from './session/inbox.ts';
import { type Isolation, startIsolation } from './session/isolation.ts';
import { leaveIsolation } from './session/leave-isolation.ts';
import { liveCluster, servedGitOpsResources } from './session/live-cluster.ts';
import { ownArtifactPlaces } from './session/own-artifact-places.ts';
import { pushShared } from './session/push-shared.ts';
import { releaseMemoryAtRest } from './session/release-memory.ts';
import { unlessAborted } from './session/unless-aborted.ts';
import { watchedFiles } from './session/watched-files.ts';
import { settleDriftOf } from './settle-drift.ts';
import { asTyped } from './typed-wrong.ts';

export interface WatchSessionOptions {
  /** Absolute. */
  readonly dir: string;
  /** `--root`, absolute. */
  readonly root: string | undefined;
  readonly connection: ClusterConnection;
  /** How the cluster is named to the user. */
  readonly clusterName: string;
  readonly namespace: string | undefined;
  readonly source: string | undefined;
  readonly registry: string | undefined;
  readonly tag: string | undefined;
  /** Has the source follow the tag; false: only says where it does not. Default: neither. */
  readonly repair?: boolean;
  readonly full: FullReason | undefined;
  readonly dryRun: boolean;
  /** `--sync`: Applications without automated sync are synced. */
  readonly sync?: boolean;
  readonly logPath: string;
  readonly hooks: readonly string[];
  readonly poll: boolean;
  readonly allowPrune: boolean;
  /** Default: off. */
  readonly isolate?: IsolateMode;
  /** What the registry is called in the cluster. */
  readonly registryInCluster?: string | undefined;
  /** It ends after one cycle. */
  readonly once?: boolean;
  /** Leaves isolated targets where they are at the end. */
  readonly keep?: boolean;
  readonly ignore: readonly string[];
  readonly limits: Limits;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly onHappening: (happening: Happening) => void;
  /** After each durable append: an event and the state after the batch it came in. */
  readonly onEvent: (event: LoggedEvent, state: Readonly<EngineState>) => void;
}

export interface WatchSession {
  readonly engine: Engine;
  readonly fed: FedSource;
  stop(): Promise<void>;
}

/**
 * Composes a watch: connects to the cluster, opens the log, restores the engine, feeds it files, cluster and requests, and lets its
 * effects act. Returns once the first look at everything is under way. Throws FailureError with what to do.
 */
export async function startWatchSession(options: WatchSessionOptions): Promise<WatchSession> {
  const { limits, signal, onHappening } = options;
  const clock = options.clock ?? systemClock;
  const dir = realpathSync(options.dir);
  const cleanup = new Cleanup();
  let leave = async (): Promise<void> => {};
  try {
    const client = createClusterClient(options.connection, { limits });
    cleanup.add(() => client.close());
    const view = new LiveView({ syncsManual: options.sync === true });
    const clusterUid = await unlessAborted(signal, client.clusterUid());

    const log = openSqliteLog(options.logPath, {
      mode: 'write',
      identity: { root: dir, clusterUid },
      onWarning: (text) => onHappening({ type: 'message', level: 'warning', text }),
    });
    cleanup.add(() => log.close());

    const live = liveCluster(client, view, await unlessAborted(signal, servedGitOpsResources(client)), {
      ...options,
      clock,
    });
    cleanup.add(() => live.unsubscribe());
    await unlessAborted(signal, live.synced);

    const gitRoot = gitTopLevel(dir);
    const rootOf = (source: SourceDefinition | undefined): string =>
      options.root === undefined ? (isGitKind(source?.kind) ? (gitRoot ?? dir) : dir) : realpathSync(options.root);
    const fed = await asTyped(options.source, () =>
      fedSource(view.definitions, {
        wanted: options.source,
        registry: options.registry,
        tag: options.tag,
        pathExists: (path, source) => isDirectory(join(rootOf(source), path)),
      }),
    );
    await settleDriftOf(fed, options, clock);
    view.readFrom(fed.id);
    const rootDir = rootOf(fed.definition);
    const watchedDir = await asTyped(options.root, () => watchedBelow(rootDir, dir));
    const tree = new DiskTree(rootDir, { limits });
    const workspace = new Workspace({
      watchedDir,
      limits,
      ignorePatterns: options.ignore,
      allowPrune: options.allowPrune,
      tree,
    });
    workspace.setDefinitions(view.definitions, fed.id);
    view.takeMappingChanged();

    const registry = fed.push === undefined ? undefined : registryOf(fed.push, limits);
    cleanup.add(() => registry?.client.close());

    const saving = new Underway();
    const hooks = new HooksOfCycle((aborted) => runHooks(options, rootDir, aborted));
    const isolation = await startIsolation({
      mode: options.isolate ?? 'off',
      dryRun: options.dryRun,
      once: options.once === true,
      isLocal: isLocalCluster(options.connection),
      registry: options.registry,
      namespace: options.namespace,
      directory: dir,
      client,
      view,
      fed,
      clock,
      onHappening,
      onDecision: (decision) => engine.dispatch({ machine: WATCH, type: 'IsolationDecided', ...decision }),
    });
    leave = () =>
      leaveIsolation({
        isolation,
        client,
        view,
        fed,
        namespace: options.namespace,
        keep: options.keep === true,
        clock,
        saving,
        pushShared: () => pushShared({ workspace, sweep: () => sweepAll(tree), fed, registry: registry?.client }),
        onHappening,
      });
    const places = ownArtifactPlaces({
      view,
      fed,
      registry: options.registry,
      inCluster: options.registryInCluster,
      shared: registry?.client,
      limits,
    });
    cleanup.add(() => places.close());
    const artifactOf = (target: string) => workspace.artifactOf(target);
    const choose = chooseSource({
      view,
      machines: () => engine.state.machines,
      artifactOf,
      isOn: () => isolation.decision.on,
      session: () => isolation.session,
      registry: options.registry,
    });

    const engine: Engine = new Engine({
      log,
      clock,
      kinds: WATCH_KINDS,
      limits,
      effects: {
        ...isolationEffects({
          engine: () => engine,
          now: () => clock.now(),
          view,
          client,
          session: () => isolation.session,
          artifactOf,
          registryOf: places.registryOf,
          addressOf: places.addressOf,
          runHooks: (cycle, aborted) => hooks.run(cycle, aborted),
          saving,
        }),
        ...watchEffects({
          engine: () => engine,
          now: () => clock.now(),
          view,
          fed: () => fed,
          dryRun: options.dryRun,
          workspace: {
            resolve: (batch) => {
              // As the cluster shows them by now: the plan is made by the same view.
              workspace.setDefinitions(view.definitions, fed.id);
              return workspace.resolve(batch);
            },
            digests: () => workspace.digests(),
            filesToPush: () => workspace.filesToPush(),
          },
          sweep: async () => sweepAll(tree),
          findBaseline: () => baseline.findMore(),
          gitUnlocked: (aborted) => waitForGit(rootDir, aborted, onHappening, clock),
          engines: [FLUX_ENGINE, argoEngine({ syncsManual: options.sync === true })],
          patch: (reference, body) => client.patch(reference, body),
          push: async (files, config, aborted) => {
            if (registry === undefined)
              throw new FailureError({ kind: 'invalid', message: fed.notPushable ?? 'no registry' });
            return registry.client.pushArtifact({ files, tag: registry.tag, config, signal: aborted });
          },
          runHooks: (aborted, cycle) => hooks.run(cycle, aborted),
          saving,
          choose,
          children: (resolution, changed) =>
            childrenToReturn({
              resolution,
              changed,
              view,
              machines: engine.state.machines,
              stateOf: (target) => workspace.stateOf(target),
              session: isolation.session,
            }),
          giveBack: async (dropped) => {
            for (const { child } of dropped)
              engine.dispatch({ machine: isolationMachineId(child), type: 'ReturnBegan' });
            const onReturned = (child: string): void =>
              engine.dispatch({ machine: isolationMachineId(child), type: 'TargetReturned' });
            const family = { client, view, clock, session: isolation.session, onReturned };
            const unknown = await giveBackChildren(family, dropped);
            for (const child of unknown) onHappening(leftBehind(child));
          },
        }),
      },
      onCommit: (events) => {
        for (const event of events) options.onEvent(event, engine.state);
      },
      onLogFailure: (error) => onHappening(logFailure(error, options.logPath)),
      onCrash: (error, effect) =>
        onHappening({
          type: 'message',
          level: 'error',
          text: `${effect.effect} for ${effect.owner} crashed: ${String(error)}`,
        }),
    });
    cleanup.add(() => engine.stop());

    const baseline = new Baseline({
      view,
      source: fed.id,
      engine,
      readConfig: registry?.client.readConfig,
      now: () => clock.now(),
      onHappening,
    });

    const files = watchedFiles({ rootDir, poll: options.poll, clock, onHappening });
    cleanup.add(() => files.unsubscribe());
    await unlessAborted(signal, files.ready);

    onHappening(banner(options, view, fed, isolation));
    engine.start({
      pid: process.pid,
      host: hostname(),
      version: packageVersion(),
      root: rootDir,
      context: options.connection.contextName,
      cluster: options.connection.server,
      source: fed.id,
    });
    engine.dispatch({ machine: WATCH, type: 'IsolationDecided', ...isolation.decision }, ...sessionBegan(engine.state));
    const known = [...view.eventsFor(engine.state, fed.id), ...view.goneEvents(engine.state)];
    if (known.length > 0) engine.dispatch(...known);
    // Who cannot be logged yet is not at rest yet, either.
    await unlessAborted(signal, engine.logged());
    await unlessAborted(signal, baseline.find());
    const lost = [...isolation.restored].map((id) => ({
      machine: targetMachineId(id),
      type: 'IsolationLost',
      reason: 'it was put back on the shared source',
    }));
    if (lost.length > 0) engine.dispatch(...lost);
    engine.settleInterrupted();

    const inbox = new Inbox((events) => engine.dispatch(...events));
    live.onChange((object) => {
      const only = idOf(object);
      if (view.takeMappingChanged()) {
        workspace.setDefinitions(view.definitions, fed.id);
        inbox.add(...view.eventsFor(engine.state, fed.id), ...view.goneEvents(engine.state));
        inbox.add(definitionsChangedEvent(`${only} changed in the cluster`));
      } else {
        inbox.add(...view.eventsFor(engine.state, fed.id, only));
      }
    });
    // What came between the first look and the line above.
    if (view.takeMappingChanged()) workspace.setDefinitions(view.definitions, fed.id);
    const since = [...view.eventsFor(engine.state, fed.id), ...view.goneEvents(engine.state)];
    if (since.length > 0) engine.dispatch(...since);
    files.onEvents((events) => {
      // During the quiet period.
      if (!options.dryRun) places.warm();
      inbox.add(...events);
    });
    const requests = spooledRequests(options.logPath).subscribe((request) =>
      engine.dispatch(...retryEvents(request.target, engine.state)),
    );
    cleanup.add(() => requests.unsubscribe());

    engine.dispatch({
      machine: WATCH,
      type: 'WatchStarted',
      ...(options.full === undefined ? {} : { full: options.full }),
    });
    cleanup.add(releaseMemoryAtRest(clock, () => engine.state.machines.get(WATCH)?.matches('idle') === true));
    signal.addEventListener('abort', () => engine.stop(), { once: true });
    const stop = async (): Promise<void> => {
      engine.stop();
      files.unsubscribe();
      await leave();
      cleanup.run();
    };
    return { engine, fed, stop };
  } catch (error) {
    await leave();
    cleanup.run();
    throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Where the watched directory lies below the source root. */
function watchedBelow(rootDir: string, dir: string): RelativePath {
  const below = relativePath(relative(rootDir, dir).split(sep).join('/'));
  if (below !== undefined && isDirectory(rootDir)) return below;
  throw new FailureError({
    kind: 'invalid',
    message: `the watched directory ${dir} lies outside of the source root ${rootDir}`,
    hint: 'name a directory around it with --root',
  });
}

function registryOf(push: NonNullable<FedSource['push']>, limits: Limits) {
  const reference = parseReference(push.url);
  const client = createRegistryClient({ reference, insecure: push.insecure, limits });
  return { client, tag: push.tag };
}

async function sweepAll(tree: DiskTree): Promise<readonly RelativePath[]> {
  const changed: RelativePath[] = [];
  for await (const path of tree.sweep()) changed.push(path);
  return changed;
}

/** In the order given; the first that fails ends the cycle. */
async function runHooks(options: WatchSessionOptions, cwd: string, signal: AbortSignal): Promise<Failure | undefined> {
  for (const command of options.hooks) {
    const result = await runHook(command, { cwd, signal, env: options.env });
    if (!result.ok) return result.failure;
  }
  return undefined;
}

function logFailure(error: Error | undefined, logPath: string): Happening {
  if (error === undefined)
    return { type: 'message', level: 'info', text: 'the event log can be written again; going on' };
  const hint =
    'hint' in error && typeof error.hint === 'string'
      ? error.hint
      : 'make room or give it another place with --log; nothing is lost meanwhile';
  return {
    type: 'message',
    level: 'error',
    text: `the event log ${logPath} cannot be written: ${error.message}`,
    hint,
  };
}

function leftBehind(child: string): Happening {
  return {
    type: 'message',
    level: 'warning',
    text: `${child} is not in the files any more, and its parent does not know it: Flux will leave it behind`,
    hint: 'delete it by hand if it is to go',
  };
}

/** What an earlier session had under way is begun anew. */
function sessionBegan(state: Readonly<EngineState>): NewEvent[] {
  return [...state.machines.keys()]
    .filter((machine) => machine.startsWith('isolation/'))
    .map((machine) => ({ machine, type: 'SessionBegan' }));
}

function banner(options: WatchSessionOptions, view: LiveView, fed: FedSource, { decision }: Isolation): Happening {
  const warnings: string[] = [];
  if (fed.notPushable !== undefined) warnings.push(fed.notPushable);
  if (fed.definition?.suspended === true) warnings.push(`${fed.id} is suspended: what is pushed is not fetched`);
  return {
    type: 'banner',
    directory: options.dir,
    context: options.connection.contextName,
    cluster: options.clusterName,
    source: fed.id,
    registry: fed.push === undefined ? undefined : `${fed.push.url}:${fed.push.tag}`,
    targets: targetsFedBy(view.definitions, fed.id).length,
    isolation: { on: decision.on, reason: decision.reason },
    warnings,
    dryRun: options.dryRun,
    log: options.logPath,
  };
}

/** The machines that a name from the command line means: `apps`, `flux-system/apps` or `Kustomization/flux-system/apps`. */
function retryEvents(name: string, state: Readonly<EngineState>): NewEvent[] {
  return [...state.machines.keys()]
    .filter(
      (machine) => machine.startsWith('target/') && (machine === `target/${name}` || machine.endsWith(`/${name}`)),
    )
    .map((machine) => ({ machine, type: 'RetryRequested' }));
}
