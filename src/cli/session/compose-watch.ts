import { chooseSource } from '../../effects/choose-source.ts';
import { knownDigests } from '../../effects/known-digests.ts';
import { liveFedSource } from '../../effects/live-fed-source.ts';
import { KeptContents } from '../../effects/push-artifact.ts';
import { SEEN_AGAIN } from '../../effects/seen-again.ts';
import { Underway } from '../../effects/underway.ts';
import { Engine } from '../../engine/engine.ts';
import { WATCH_KINDS } from '../../machines/kinds.ts';
import { WATCH } from '../../machines/messages.ts';
import { Baseline } from './baseline.ts';
import { type Isolation, startIsolation } from './isolation.ts';
import { leaveIsolation } from './leave-isolation.ts';
import { LookAhead } from './look-ahead.ts';
import { ownArtifactPlaces } from './own-artifact-places.ts';
import { pushShared } from './push-shared.ts';
import { sharedRegistry } from './shared-registry.ts';
import { watchHandlers } from './watch-handlers.ts';
import type { WatchParts } from './watch-parts.ts';

export interface ComposedWatch extends Pick<WatchParts, 'view' | 'fed' | 'workspace'> {
  /** Restored from the log, and not started. */
  readonly engine: Engine;
  readonly baseline: Baseline;
  readonly isolation: Isolation;
  readonly ahead: LookAhead;
  /** Puts back what the session isolated. Never rejects. */
  leave(): Promise<void>;
  /** Stops the engine and closes connections; what is isolated stays. */
  close(): void;
}

/** Puts the parts of a watch together. Nothing is decided yet; a session that isolates has its Lease, and settled what dead ones left. */
export async function composeWatch(parts: WatchParts): Promise<ComposedWatch> {
  const { settings, limits, clock, log, client, view, workspace, connectRegistry, onHappening } = parts;
  const { namespace } = settings;
  const fed = liveFedSource(view, parts.fed, settings);
  const registry = sharedRegistry(fed, connectRegistry);
  // A broken reference is told before anything begins.
  registry.current();
  const saving = new Underway();
  const contents = new KeptContents();
  let engine: Engine | undefined;
  const isolation = await startIsolation({
    ...settings,
    mode: settings.isolate,
    client,
    view,
    fed,
    clock,
    process: parts.process,
    onHappening,
    // Before there is an engine, its start tells.
    onDecision: (decision) => engine?.dispatch({ machine: WATCH, type: 'IsolationDecided', ...decision }),
  });
  const places = ownArtifactPlaces({
    view,
    fed,
    registry: settings.registry,
    inCluster: settings.registryInCluster,
    shared: () => registry.current(),
    connect: connectRegistry,
  });
  const choose = chooseSource({
    view,
    machines: () => engine?.state.machines ?? new Map(),
    artifactOf: (target) => workspace.artifactOf(target),
    isOn: () => isolation.decision.on,
    session: () => isolation.session,
    registry: settings.registry,
  });
  const ahead = new LookAhead({
    clock,
    workspace,
    contents,
    choose,
    registryOf: places.registryOf,
    shared: () => {
      const client = registry.current();
      return client === undefined || fed.push === undefined ? undefined : { id: fed.id, client, tag: fed.push.tag };
    },
    saving,
    warm: places.warm,
  });
  const leave = (): Promise<void> =>
    leaveIsolation({
      isolation,
      client,
      view,
      fed,
      namespace,
      keep: settings.keep,
      clock,
      process: parts.process,
      saving,
      pushShared: () =>
        pushShared({
          workspace,
          sweep: parts.sweep,
          known: engine === undefined ? {} : knownDigests(engine.state.machines, false),
          fed,
          registry: registry.current(),
        }),
      onHappening,
    });
  const disconnect = (): void => {
    places.close();
    registry.close();
  };

  try {
    const running: Engine = new Engine({
      log,
      clock,
      kinds: WATCH_KINDS,
      limits,
      seenAgain: SEEN_AGAIN,
      effects: watchHandlers({
        parts,
        fed,
        isolation,
        places,
        registry: () => registry.current(),
        choose,
        contents,
        saving,
        engine: () => running,
        findBaseline: () => baseline.findMore(),
      }),
      onCommit: (events) => parts.onCommit(events, running.state),
      onCrash: parts.onCrash,
      ...(parts.onLogFailure === undefined ? {} : { onLogFailure: parts.onLogFailure }),
    });
    engine = running;
    const baseline = new Baseline({
      view,
      source: fed.id,
      engine: running,
      get readConfig() {
        return registry.current()?.readConfig;
      },
      now: () => clock.now(),
      onHappening,
    });
    const close = (): void => {
      ahead.stop();
      running.stop();
      void isolation.stop();
      disconnect();
    };
    return { view, fed, workspace, engine: running, baseline, isolation, ahead, leave, close };
  } catch (error) {
    await leave();
    disconnect();
    throw error;
  }
}
