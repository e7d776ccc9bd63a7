import { Baseline } from '../../src/cli/session/baseline.ts';
import { Inbox } from '../../src/cli/session/inbox.ts';
import { liveCluster } from '../../src/cli/session/live-cluster.ts';
import type { ServedResource } from '../../src/cluster/discovery.ts';
import type { ObjectReference } from '../../src/cluster/resource.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Limits } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { FullReason } from '../../src/domain/resolution.ts';
import { fedSource } from '../../src/effects/fed-source.ts';
import { FLUX_ENGINE } from '../../src/effects/gitops-engine.ts';
import { definitionsChangedEvent, idOf, LiveView } from '../../src/effects/live-view.ts';
import { watchEffects } from '../../src/effects/watch-effects.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EventLog, LoggedEvent, NewEvent } from '../../src/engine/event-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { WATCH } from '../../src/machines/messages.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { annotationsOf } from '../support/annotations-of.ts';
import { OpenCalls } from './open-calls.ts';
import { noise } from './random.ts';
import { SimulatedClient } from './simulated-client.ts';
import { ProcessClock, type SimulatedClock } from './simulated-clock.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedFiles } from './simulated-files.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';
import { SimulatedTree } from './simulated-tree.ts';

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
  restored(engine: Engine): void;
  committed(events: readonly LoggedEvent[], engine: Engine): void;
  called(effect: string, owner: string, token: string | undefined): void;
  /** The start has seen the cluster and what is reconciled. */
  observed(engine: Engine): void;
  resolved(): void;
  asked(target: string, token: string): void;
  pushed(
    files: ReadonlyMap<string, string>,
    config: unknown,
    decided: Decided,
  ): { readonly digest: string; readonly unchanged: boolean };
  crashed(what: string): void;
  /** It gave up during its start, and says why. */
  ended(error: unknown): void;
}

/**
 * One process of `watch`, put together as the command does it: the real engine, machines, effects, live view, list-watches and mapping, and
 * beneath them the simulated world. What it waits for comes back when a step says so.
 */
export class SimulatedProcess {
  readonly calls = new OpenCalls();
  readonly client: SimulatedClient;
  engine: Engine | undefined;
  /** Told of changed files; before the watch has begun nobody listens. */
  tellFiles: (events: readonly NewEvent[]) => void = () => {};
  isWatching = false;
  readonly #world: Surroundings;
  readonly #clock: ProcessClock;
  readonly #abort = new AbortController();
  readonly #log: EventLog;
  readonly #view = new LiveView();
  readonly #tree: SimulatedTree;
  #isDead = false;
  #decided: Decided = { version: 0, digests: new Map(), targets: new Map() };

  constructor(world: Surroundings, log: EventLog) {
    this.#world = world;
    this.#log = log;
    this.#clock = new ProcessClock(world.clock);
    this.client = new SimulatedClient(world.cluster, this.calls);
    this.#tree = new SimulatedTree(world.files);
    this.#run().catch((error: unknown) => {
      if (!this.#isDead) world.watcher.ended(error);
    });
  }

  /** It is gone between two instructions: nothing it waits for is heard any more. */
  die(): void {
    this.#isDead = true;
    this.#clock.die();
    this.calls.die();
    this.client.watches = [];
  }

  /** As on Ctrl-C: what it knows is snapshotted, calls are given up. */
  stop(): void {
    this.engine?.stop();
    this.#abort.abort();
    this.die();
  }

  async #run(): Promise<void> {
    const { cluster, watcher, resources, limits, clock, seed } = this.#world;
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
    await live.synced;
    const fed = fedSource(view.definitions, {
      wanted: SOURCE,
      registry: undefined,
      tag: undefined,
      pathExists: () => true,
    });
    const workspace = new Workspace({ tree: this.#tree, watchedDir: '.' as RelativePath, limits });
    workspace.setDefinitions(view.definitions, SOURCE);
    view.takeMappingChanged();
    watcher.resolved();

    const engine: Engine = new Engine({
      log: this.#log,
      clock: this.#clock,
      kinds: WATCH_KINDS,
      limits,
      onCommit: (events) => watcher.committed(events, engine),
      onCrash: (error, effect) => watcher.crashed(`${effect.effect} for ${effect.owner}: ${describe(error)}`),
      effects: this.#effects(
        () => engine,
        workspace,
        fed,
        () => baseline.findMore(),
      ),
    });
    const baseline = new Baseline({
      view,
      source: SOURCE,
      engine,
      readConfig: (digest) => this.#readConfig(digest),
      now: () => this.#clock.now(),
      onHappening: () => {},
    });
    watcher.restored(engine);
    this.engine = engine;
    engine.start({ pid: 1, cluster: cluster.uid });
    const known = [...view.eventsFor(engine.state, SOURCE), ...view.goneEvents(engine.state)];
    if (known.length > 0) engine.dispatch(...known);
    await engine.logged();
    await baseline.find();
    watcher.observed(engine);
    engine.settleInterrupted();

    const inbox = new Inbox((events) => {
      if (!this.#isDead) engine.dispatch(...events);
    });
    live.onChange((object) => {
      const only = idOf(object);
      if (view.takeMappingChanged()) {
        workspace.setDefinitions(view.definitions, SOURCE);
        inbox.add(...view.eventsFor(engine.state, SOURCE), ...view.goneEvents(engine.state));
        inbox.add(definitionsChangedEvent(`${only} changed in the cluster`));
      } else {
        inbox.add(...view.eventsFor(engine.state, SOURCE, only));
      }
    });
    if (view.takeMappingChanged()) workspace.setDefinitions(view.definitions, SOURCE);
    const since = [...view.eventsFor(engine.state, SOURCE), ...view.goneEvents(engine.state)];
    if (since.length > 0) engine.dispatch(...since);
    this.tellFiles = (events) => inbox.add(...events);
    const { full } = this.#world;
    engine.dispatch({ machine: WATCH, type: 'WatchStarted', ...(full === undefined ? {} : { full }) });
    this.isWatching = true;
  }

  #effects(
    engine: () => Engine,
    workspace: Workspace,
    fed: ReturnType<typeof fedSource>,
    findBaseline: () => Promise<void>,
  ) {
    const { files, watcher } = this.#world;
    return watchEffects({
      engine,
      now: () => this.#clock.now(),
      view: this.#view,
      fed: () => fed,
      dryRun: false,
      workspace: {
        resolve: (batch) => {
          watcher.resolved();
          workspace.setDefinitions(this.#view.definitions, SOURCE);
          const resolution = workspace.resolve(batch);
          const { machines } = engine().state;
          const { targets, generators } = this.#view.definitions;
          const active = targets.filter(
            ({ id, suspended, source }) =>
              !suspended &&
              // Whose generator nobody may list is not known to be fed from here.
              (source === SOURCE || generators.length > 0) &&
              knowsWhatItHad(machines.get(`target/${id}`)),
          );
          this.#decided = {
            version: files.version,
            digests: new Map(workspace.filesToPush().map(({ path, digest }) => [path, digest])),
            targets: new Map(active.map(({ id, rawPath }) => [id, String(rawPath).replace(/^\.\//, '')])),
          };
          return resolution;
        },
        digests: () => workspace.digests(),
        filesToPush: () => workspace.filesToPush(),
      },
      findBaseline,
      sweep: () =>
        this.calls.make({ effect: 'sweep', owner: WATCH, dependency: 'disk', reach: () => this.#tree.sweep() }),
      gitUnlocked: () => {
        this.#called('resolveTargets', WATCH, undefined);
        const waited = files.isLocked;
        return this.calls.make({
          effect: 'resolveTargets',
          owner: WATCH,
          dependency: 'git',
          isBlocked: () => files.isLocked,
          reach: () => waited,
        });
      },
      engines: [FLUX_ENGINE],
      patch: (reference, body) => this.#ask(reference, annotationsOf(body)),
      push: (contents, config) => {
        const owner = `source/${SOURCE}`;
        this.#called('pushArtifact', owner, undefined);
        const pushed = new Map(contents.map(({ path, read }) => [path as string, textOf(read())]));
        const decided = this.#decided;
        return this.calls.make({
          effect: 'pushArtifact',
          owner,
          dependency: 'registry',
          reach: () => {
            const { digest, unchanged } = watcher.pushed(pushed, config, decided);
            return { digest, revision: `latest@${digest}`, unchanged, bytesSent: 1 };
          },
        });
      },
      runHooks: () => {
        const owner = `source/${SOURCE}`;
        this.#called('runHooks', owner, undefined);
        return this.calls
          .make({ effect: 'runHooks', owner, dependency: 'hooks', reach: () => undefined })
          .catch((error: { readonly failure: Failure }) => error.failure);
      },
    });
  }

  #ask({ plural, namespace, name, ...rest }: ObjectReference, annotations: Readonly<Record<string, string>>) {
    const [token = ''] = Object.values(annotations);
    const { watcher } = this.#world;
    const effect = EFFECT_OF[plural] ?? plural;
    const target = `Kustomization/${namespace}/${name}`;
    const owner = effect === 'askTarget' ? `target/${target}` : `source/${SOURCE}`;
    this.#called(effect, effect === 'askGenerators' ? `${owner} ${name}` : owner, token);
    return this.client.annotate(effect, owner, { plural, namespace, name, ...rest }, annotations, () => {
      if (effect === 'askTarget') watcher.asked(target, token);
    });
  }

  #called(effect: string, owner: string, token: string | undefined): void {
    if (!this.#isDead) this.#world.watcher.called(effect, owner, token);
  }

  #readConfig(digest: string) {
    const { registry } = this.#world;
    return this.calls.make({
      effect: 'readConfig',
      owner: 'session',
      dependency: 'registry',
      reach: () => {
        const artifact = registry.ofRevision(digest);
        return artifact === undefined ? undefined : { digest, config: artifact.config };
      },
    });
  }
}

function knowsWhatItHad(machine: { readonly context: unknown } | undefined): boolean {
  const { desiredDigest, reconciledDigest } = (machine?.context ?? {}) as Partial<TargetContext>;
  return (desiredDigest ?? reconciledDigest) !== undefined;
}

const EFFECT_OF: Readonly<Record<string, string>> = {
  kustomizations: 'askTarget',
  ocirepositories: 'askSource',
  artifactgenerators: 'askGenerators',
};

const texts = new WeakMap<Uint8Array, string>();

function textOf(bytes: Uint8Array): string {
  const known = texts.get(bytes);
  if (known !== undefined) return known;
  const text = new TextDecoder().decode(bytes);
  texts.set(bytes, text);
  return text;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
