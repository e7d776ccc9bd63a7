import { beginWatch } from '../../src/cli/session/begin-watch.ts';
import { type ComposedWatch, composeWatch } from '../../src/cli/session/compose-watch.ts';
import { Inbox } from '../../src/cli/session/inbox.ts';
import { type LiveCluster, liveCluster } from '../../src/cli/session/live-cluster.ts';
import type { WatchSettings } from '../../src/cli/session/watch-parts.ts';
import type { ServedResource } from '../../src/cluster/discovery.ts';
import { contentOf } from '../../src/domain/content-annotation.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Limits } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { FullReason } from '../../src/domain/resolution.ts';
import { fedSource } from '../../src/effects/fed-source.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineState } from '../../src/engine/engine-state.ts';
import type { EventLog, LoggedEvent, NewEvent } from '../../src/engine/event-log.ts';
import { WATCH } from '../../src/machines/messages.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { OpenCalls } from './open-calls.ts';
import { noise } from './random.ts';
import { SimulatedClient, type SimulatedRequest } from './simulated-client.ts';
import { ProcessClock, type SimulatedClock } from './simulated-clock.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedFiles } from './simulated-files.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';
import { type SimulatedPush, simulatedRegistryClient } from './simulated-registry-client.ts';
import { SimulatedTree } from './simulated-tree.ts';
import { WatchedWorkspace } from './watched-workspace.ts';

export const SOURCE = 'OCIRepository/flux-system/shop';

/** The world as one process sees it. */
export interface Surroundings {
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly files: SimulatedFiles;
  readonly cluster: SimulatedCluster;
  readonly registry: SimulatedRegistry;
  readonly resources: readonly ServedResource[];
  readonly limits: Limits;
  readonly full: FullReason | undefined;
  /** `--isolate` */
  readonly isolates: boolean;
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  readonly watcher: ProcessWatcher;
}

/** What the mapping knew when it looked last. */
export interface Decided {
  /** The state of the disk. */
  readonly version: number;
  /** Of each file that a push would hold. */
  readonly digests: ReadonlyMap<string, string>;
  /** Those that Flux would act on, and of which something is known: whether it had objects to lose. Each with its path. */
  readonly targets: ReadonlyMap<string, string>;
}

/** Who looks at what a process does. */
export interface ProcessWatcher {
  restored(state: Readonly<EngineState>): void;
  committed(events: readonly LoggedEvent[], state: Readonly<EngineState>): void;
  called(effect: string, owner: string, token: string | undefined): void;
  /** The start has seen the cluster and what is reconciled. */
  observed(): void;
  resolved(): void;
  asked(target: string, token: string): void;
  pushed(
    files: ReadonlyMap<string, string>,
    config: unknown,
    decided: Decided,
  ): { readonly digest: string; readonly unchanged: boolean };
  pushedClosure(
    target: string,
    push: SimulatedPush,
    decided: Decided,
  ): { readonly digest: string; readonly unchanged: boolean };
  crashed(what: string): void;
  /** It gave up during its start, and says why. */
  ended(error: unknown): void;
  /** It was told to end, and has put back what it had isolated, as far as it could. */
  left(): void;
}

const HOST = 'laptop';

const SETTINGS: WatchSettings = {
  directory: '/repository',
  namespace: undefined,
  dryRun: false,
  syncsManual: false,
  isolate: 'off',
  once: false,
  keep: false,
  isLocal: true,
  registry: undefined,
  tag: undefined,
  registryInCluster: undefined,
};

/**
 * One process of `watch`, put together and begun by what the command uses for it: the real engine, machines, effects, live view, list-watches and
 * mapping. Beneath them is the simulated world: what it waits for comes back when a step says so.
 */
export class SimulatedProcess {
  readonly calls = new OpenCalls();
  readonly client: SimulatedClient;
  engine: Engine | undefined;
  /** Told of changed files; before the watch has begun nobody listens. */
  tellFiles: (events: readonly NewEvent[]) => void = () => {};
  isWatching = false;
  /** It was told to end, and puts back what it has isolated. */
  isLeaving = false;
  #watch: ComposedWatch | undefined;
  #live: LiveCluster | undefined;
  readonly #world: Surroundings;
  readonly #clock: ProcessClock;
  readonly #abort = new AbortController();
  readonly #log: EventLog;
  readonly #view = new LiveView();
  readonly #tree: SimulatedTree;
  #isDead = false;
  #decided: Decided = { version: 0, digests: new Map(), targets: new Map() };

  constructor(world: Surroundings, log: EventLog) {
    const { cluster, clock, files, watcher } = world;
    this.#world = world;
    this.#log = log;
    this.#clock = new ProcessClock(clock);
    const sent = (request: SimulatedRequest) => this.#requested(request);
    const reached = ({ id, token }: SimulatedRequest): void => {
      if (token !== undefined && id.startsWith('Kustomization/')) watcher.asked(id, token);
    };
    this.client = new SimulatedClient(cluster, this.calls, { sent, reached }, () => clock.now);
    this.#tree = new SimulatedTree(files);
    this.#run().catch((error: unknown) => {
      if (!this.#isDead && !this.isLeaving) watcher.ended(error);
    });
  }

  /** It is gone between two instructions: nothing it waits for is heard any more. */
  die(): void {
    this.#isDead = true;
    this.#clock.die();
    this.calls.die();
    this.client.watches = [];
  }

  /** As on Ctrl-C: what it knows is snapshotted, calls are given up, and what is isolated is put back; the second time at once. */
  stop(): void {
    this.engine?.stop();
    this.#abort.abort();
    if (this.isLeaving || !this.#world.isolates || this.#watch === undefined) {
      this.#end();
      return;
    }
    this.isLeaving = true;
    this.isWatching = false;
    void this.#leave(this.#watch);
  }

  #end(): void {
    this.die();
    this.#world.watcher.left();
  }

  async #leave(watch: ComposedWatch): Promise<void> {
    await watch.leave();
    if (this.#isDead) return;
    this.#live?.unsubscribe();
    watch.close();
    this.#end();
  }

  /** False for a target whose generator nobody may list: that it is fed from here is not known. */
  #knowsHowItIsFed(target: string): boolean {
    const { targets, generators } = this.#view.definitions;
    return targets.some(({ id, source }) => id === target && (source === SOURCE || generators.length > 0));
  }

  async #run(): Promise<void> {
    const { cluster, registry, watcher, resources, limits, clock, seed, full, isolates, pid, isRunning } = this.#world;
    const view = this.#view;
    let draws = 0;
    const live = liveCluster(this.client, view, resources, {
      namespace: undefined,
      signal: this.#abort.signal,
      clock: this.#clock,
      random: () => {
        draws += 1;
        return noise(seed, clock.now, draws);
      },
      onHappening: () => {},
    });
    this.#live = live;
    await live.synced;
    const fed = fedSource(view.definitions, {
      wanted: SOURCE,
      registry: undefined,
      tag: undefined,
      pathExists: () => true,
    });
    view.readFrom(fed.id);
    const workspace = new WatchedWorkspace(
      { tree: this.#tree, watchedDir: '.' as RelativePath, limits },
      { before: () => watcher.resolved(), after: () => this.#decide(workspace) },
    );
    workspace.setDefinitions(view.definitions, fed.id);
    view.takeMappingChanged();
    watcher.resolved();

    const push = (sent: SimulatedPush) => this.#push(sent);
    const watch = await composeWatch({
      settings: { ...SETTINGS, isolate: isolates ? 'on' : 'off' },
      limits,
      clock: this.#clock,
      process: { host: HOST, pid, isRunning, randomName: () => pid.toString(16).padStart(8, '0') },
      log: this.#log,
      client: this.client,
      view,
      fed,
      workspace,
      connectRegistry: ({ reference }) => simulatedRegistryClient(reference, registry, this.calls, push),
      sweep: () =>
        this.calls.make({ effect: 'sweep', owner: WATCH, dependency: 'disk', reach: () => this.#tree.sweep() }),
      gitUnlocked: () => this.#gitUnlocked(),
      runHooks: () => this.#runHooks(),
      onHappening: () => {},
      onCommit: (events, state) => watcher.committed(events, state),
      onCrash: (error, effect) => watcher.crashed(`${effect.effect} for ${effect.owner}: ${describe(error)}`),
    });
    this.#watch = watch;
    const { engine } = watch;
    watcher.restored(engine.state);
    this.engine = engine;
    await beginWatch(watch, {
      started: { pid, cluster: cluster.uid },
      live,
      files: {
        onEvents: (listener) => {
          this.tellFiles = listener;
        },
      },
      inbox: new Inbox((events) => {
        if (!this.#isDead) engine.dispatch(...events);
      }),
      full,
      signal: this.#abort.signal,
      onObserved: () => watcher.observed(),
    });
    this.isWatching = true;
  }

  #decide(workspace: WatchedWorkspace): void {
    const machines = this.engine?.state.machines;
    const digests = workspace.digests();
    const active = this.#view.definitions.targets.filter(
      ({ id, suspended }) =>
        !suspended && this.#knowsHowItIsFed(id) && knowsWhatItHad(machines?.get(`target/${id}`), digests[id]),
    );
    this.#decided = {
      version: this.#world.files.version,
      digests: new Map(workspace.filesToPush().map(({ path, digest }) => [path, digest])),
      targets: new Map(active.map(({ id, rawPath }) => [id, String(rawPath).replace(/^\.\//, '')])),
    };
  }

  #gitUnlocked(): Promise<boolean> {
    const { files } = this.#world;
    this.#called('resolveTargets', WATCH, undefined);
    const waited = files.isLocked;
    return this.calls.make({
      effect: 'resolveTargets',
      owner: WATCH,
      dependency: 'git',
      isBlocked: () => files.isLocked,
      reach: () => waited,
    });
  }

  #runHooks(): Promise<Failure | undefined> {
    const owner = `source/${SOURCE}`;
    // Once a cycle, for whichever push is first: that of the source, or of a target's own.
    if (!this.#world.isolates) this.#called('runHooks', owner, undefined);
    return this.calls
      .make({ effect: 'runHooks', owner, dependency: 'hooks', reach: () => undefined })
      .catch((error: { readonly failure: Failure }) => error.failure);
  }

  #push(push: SimulatedPush) {
    const { watcher } = this.#world;
    const decided = this.#decided;
    const { files, config, annotations } = push;
    if (push.tag === undefined) {
      const content = contentOf(annotations);
      // Two that share a path want the same.
      const isSent = (by: string): boolean =>
        this.calls.open.some(({ effect, owner }) => effect === 'pushClosure' && owner === by);
      const wanted = [...(this.engine?.state.pending.values() ?? [])].find(
        ({ effect, owner, params }) =>
          effect === 'pushClosure' && (params as { content?: string }).content === content && !isSent(owner),
      );
      const machine = wanted?.owner ?? '';
      const target = machine.slice(machine.indexOf('/') + 1);
      return { effect: 'pushClosure', owner: machine, reach: () => watcher.pushedClosure(target, push, decided) };
    }
    const owner = `source/${SOURCE}`;
    this.#called('pushArtifact', owner, undefined);
    return { effect: 'pushArtifact', owner, reach: () => watcher.pushed(files, config, decided) };
  }

  #requested({ verb, id, token }: SimulatedRequest): { readonly effect: string; readonly owner: string } {
    const kind = id.slice(0, id.indexOf('/'));
    const effect = token === undefined ? undefined : EFFECT_OF[kind];
    if (effect === undefined) return { effect: `${verb} ${kind}`, owner: id };
    const owner = effect === 'askTarget' ? `target/${id}` : `source/${SOURCE}`;
    // Each generator is asked with one and the same token.
    const key = effect === 'askGenerators' ? `${owner} ${id.slice(id.lastIndexOf('/') + 1)}` : owner;
    this.#called(effect, key, token);
    return { effect, owner };
  }

  #called(effect: string, owner: string, token: string | undefined): void {
    // What it does on leaving is in no log.
    if (!this.#isDead && !this.isLeaving) this.#world.watcher.called(effect, owner, token);
  }
}

/** `now`: its digest. Of one that was wanted with just that, and never had anything that is known, it is not known what it had before. */
function knowsWhatItHad(machine: { readonly context: unknown } | undefined, now: string | undefined): boolean {
  const { desiredDigest, reconciledDigest } = (machine?.context ?? {}) as Partial<TargetContext>;
  return reconciledDigest !== undefined || (desiredDigest !== undefined && desiredDigest !== now);
}

const EFFECT_OF: Readonly<Record<string, string>> = {
  Kustomization: 'askTarget',
  OCIRepository: 'askSource',
  ArtifactGenerator: 'askGenerators',
};

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
