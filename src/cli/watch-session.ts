import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createClusterClient } from '../cluster/client.ts';
import type { ClusterConnection } from '../cluster/connection.ts';
import { isLocalCluster } from '../cluster/local-cluster.ts';
import type { IsolateMode } from '../domain/isolation/isolation-decision.ts';
import type { Limits } from '../domain/limits.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { FullReason } from '../domain/resolution.ts';
import { type FedSource, fedSource } from '../effects/fed-source.ts';
import { LiveView } from '../effects/live-view.ts';
import { Workspace } from '../effects/workspace.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import { openSqliteLog } from '../engine/sqlite-log.ts';
import { WATCH } from '../machines/messages.ts';
import { createRegistryClient } from '../registry/client.ts';
import { dockerConfigPath } from '../registry/credentials.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { fileChanges } from '../streams/file-changes.ts';
import { gitIndexChanges } from '../streams/git-index.ts';
import { spooledRequests } from '../streams/request-spool.ts';
import type { Happening } from '../ui/happening.ts';
import type { EngineName } from './engine-option.ts';
import { packageVersion } from './package-version.ts';
import { beginWatch } from './session/begin-watch.ts';
import { Cleanup } from './session/cleanup.ts';
import { collectAtRest } from './session/collect-at-rest.ts';
import { composeWatch } from './session/compose-watch.ts';
import { waitForGit } from './session/git.ts';
import { Inbox } from './session/inbox.ts';
import { liveCluster, servedGitOpsResources } from './session/live-cluster.ts';
import { releaseMemoryAtRest } from './session/release-memory.ts';
import { retriesAfterLogin } from './session/retries-after-login.ts';
import { retryEvents } from './session/retry-events.ts';
import { runHooks } from './session/run-hooks.ts';
import { banner, crash, logFailure } from './session/session-happenings.ts';
import { THIS_PROCESS } from './session/session-process.ts';
import { unlessAborted } from './session/unless-aborted.ts';
import type { WatchSettings } from './session/watch-parts.ts';
import { watchedFiles } from './session/watched-files.ts';
import { isDirectory, sourceRootOf, watchedBelow } from './session/watched-root.ts';
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
  /** Whose source it is, where both engines have one that fits. Default: that is an error. */
  readonly engine?: EngineName | undefined;
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
  /** Nothing else runs in this process: its garbage is collected when the watch is at rest. */
  readonly ownsProcess?: boolean;
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
 * Begins a watch: connects to the cluster, opens the log, restores the engine, feeds it files, cluster and requests, and lets its
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

    const rootOf = sourceRootOf(dir, options.root);
    const fed = await asTyped(options.source, () =>
      fedSource(view.definitions, {
        wanted: options.source,
        registry: options.registry,
        tag: options.tag,
        engine: options.engine,
        pathExists: (path, source) => isDirectory(join(rootOf(source), path)),
      }),
    );
    await settleDriftOf(fed, client, options, clock);
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

    const isIdle = ({ machines }: Readonly<EngineState>): boolean => machines.get(WATCH)?.matches('idle') === true;
    const garbage =
      options.ownsProcess === true
        ? collectAtRest(clock, () => isIdle(watch.engine.state) && watch.engine.state.pending.size === 0)
        : undefined;
    cleanup.add(() => garbage?.stop());
    const watch = await composeWatch({
      settings: settingsOf(options, dir),
      limits,
      clock,
      process: THIS_PROCESS,
      log,
      client,
      view,
      fed,
      workspace,
      connectRegistry: (place) => createRegistryClient({ ...place, limits }),
      sweep: () => sweepAll(tree),
      gitUnlocked: (aborted) => waitForGit(rootDir, aborted, onHappening, clock),
      gitRewrote: gitIndexChanges(rootDir),
      ...(options.hooks.length === 0 ? {} : { runHooks: (aborted) => runHooks(options, rootDir, aborted) }),
      onHappening,
      onCommit: (events, state) => {
        for (const event of events) options.onEvent(event, state);
        garbage?.note();
      },
      onLogFailure: (error) => onHappening(logFailure(error, options.logPath)),
      onCrash: (error, effect) => onHappening(crash(error, effect)),
    });
    cleanup.add(() => watch.close());
    leave = () => watch.leave();
    const { engine } = watch;

    const files = watchedFiles({ rootDir, poll: options.poll, clock, onHappening });
    cleanup.add(() => files.unsubscribe());
    await unlessAborted(signal, files.ready);

    onHappening(banner(options, watch));
    await beginWatch(watch, {
      started: {
        pid: THIS_PROCESS.pid,
        host: THIS_PROCESS.host,
        version: packageVersion(),
        root: rootDir,
        context: options.connection.contextName,
        cluster: options.connection.server,
        source: fed.id,
      },
      live,
      files,
      inbox: new Inbox((events) => engine.dispatch(...events)),
      full: options.full,
      signal,
      // During the quiet period.
      onFilesChanged: (events) => {
        if (!options.dryRun) watch.ahead.note(events);
      },
    });
    const requests = spooledRequests(options.logPath).subscribe(({ target }) =>
      engine.dispatch(...retryEvents(target, engine.state)),
    );
    cleanup.add(() => requests.unsubscribe());
    const logins = fileChanges(dockerConfigPath(), { clock }).subscribe(() => {
      const retries = retriesAfterLogin(engine.state);
      if (retries.length > 0) engine.dispatch(...retries);
    });
    cleanup.add(() => logins.unsubscribe());
    cleanup.add(releaseMemoryAtRest(clock, () => isIdle(engine.state)));
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

function settingsOf(options: WatchSessionOptions, directory: string): WatchSettings {
  return {
    directory,
    namespace: options.namespace,
    dryRun: options.dryRun,
    syncsManual: options.sync === true,
    isolate: options.isolate ?? 'off',
    once: options.once === true,
    keep: options.keep === true,
    isLocal: isLocalCluster(options.connection),
    registry: options.registry,
    tag: options.tag,
    registryInCluster: options.registryInCluster,
  };
}

async function sweepAll(tree: DiskTree): Promise<readonly RelativePath[]> {
  const changed: RelativePath[] = [];
  for await (const path of tree.sweep()) changed.push(path);
  return changed;
}
