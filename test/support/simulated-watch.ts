import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Baseline } from '../../src/cli/session/baseline.ts';
import { type Failure, FailureError } from '../../src/domain/failure.ts';
import type { FileFacts } from '../../src/domain/file-tree.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { ChangingTree } from '../../src/domain/source-files.ts';
import { fedSource } from '../../src/effects/fed-source.ts';
import { FLUX_ENGINE } from '../../src/effects/gitops-engine.ts';
import { definitionsChangedEvent, idOf, LiveView } from '../../src/effects/live-view.ts';
import { SEEN_AGAIN } from '../../src/effects/seen-again.ts';
import { watchEffects } from '../../src/effects/watch-effects.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { LoggedEvent, NewEvent } from '../../src/engine/event-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { WATCH } from '../../src/machines/messages.ts';
import { stateName } from '../../src/machines/state-name.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { annotationsOf } from './annotations-of.ts';
import { kustomization, NAMESPACE, ociRepository } from './flux-manifests.ts';
import { logWithPowerCuts } from './log-with-power-cuts.ts';
import { MemoryTree } from './memory-tree.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SIMULATED_SOURCE = `OCIRepository/${NAMESPACE}/shop`;

export type CallOutcome = 'ok' | 'away' | 'refused';

/** A call to the outside that has not come back yet. */
interface OpenCall {
  readonly what: string;
  /** What it does to the world, once it gets there. */
  readonly reach: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface FluxStatus {
  generation: number;
  suspended: boolean;
  requestedAt: string | undefined;
  handled: string | undefined;
  ready: 'True' | 'False' | 'Unknown';
  reason: string;
  applied: string | undefined;
  attempted: string | undefined;
}

/**
 * A whole watch short of the network: real engine, machines, effects, live view and mapping; files, registry, cluster and time do what
 * a test says, one step at a time, in any order.
 */
export class SimulatedWatch {
  readonly clock = new VirtualClock();
  readonly log = logWithPowerCuts();
  readonly limits: Limits;
  readonly events: LoggedEvent[] = [];
  readonly tree: RememberedTree;
  readonly targets: readonly string[];
  engine: Engine;
  open: OpenCall[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #flux = new Map<string, FluxStatus>();
  readonly #artifacts = new Map<string, ReadonlyMap<string, string>>();
  readonly #configs = new Map<string, unknown>();
  #tagged: string | undefined;
  #view: LiveView;
  #workspace: Workspace;

  constructor(input: {
    readonly files: Readonly<Record<string, string>>;
    /** Names of Kustomizations, each at the path of its name, and what they depend on. */
    readonly targets: Readonly<Record<string, readonly string[]>>;
    readonly limits?: Partial<Limits>;
  }) {
    this.limits = { ...DEFAULT_LIMITS, ...input.limits };
    this.tree = new RememberedTree(input.files);
    this.#objects.set(SIMULATED_SOURCE, ociRepository('shop', 'registry.local'));
    for (const [name, dependsOn] of Object.entries(input.targets)) {
      const object = kustomization(name, { dependsOn: dependsOn.map((other) => ({ name: other })) });
      this.#objects.set(idOf(object), object);
    }
    this.targets = [...this.#objects.keys()].filter((id) => id !== SIMULATED_SOURCE);
    for (const id of this.#objects.keys()) this.#flux.set(id, freshStatus());
    this.#view = new LiveView();
    this.#workspace = this.#openWorkspace();
    this.engine = this.#boot();
  }

  /** Starts as the command does: what the cluster shows, what is reconciled, what was interrupted, a look at everything. */
  async start(): Promise<void> {
    this.engine.start();
    this.engine.dispatch(...this.#view.eventsFor(this.engine.state, SIMULATED_SOURCE));
    await new Baseline({
      view: this.#view,
      source: SIMULATED_SOURCE,
      engine: this.engine,
      readConfig: async (digest) => ({ digest, config: this.#configs.get(digest) }),
      now: () => this.clock.now(),
      onHappening: () => {},
    }).find();
    this.engine.settleInterrupted();
    this.engine.dispatch({ machine: WATCH, type: 'WatchStarted' });
    await this.quiesce();
  }

  /**
   * The process dies and starts anew; calls that were open may have reached the other side or not. Where the whole machine dies with it, the log
   * loses what was not on disk yet.
   */
  async crash(reached: boolean, powerCut = false): Promise<void> {
    if (powerCut) this.log.cutPower();
    this.engine.stop();
    for (const call of this.open.splice(0)) if (reached) call.reach();
    this.tree.forget();
    this.#view = new LiveView();
    this.#workspace = this.#openWorkspace();
    this.engine = this.#boot();
    await this.start();
  }

  async save(path: string, text: string | undefined, noticed: boolean): Promise<void> {
    if (text === undefined) this.tree.disk.files.delete(path);
    else this.tree.disk.files.set(path, text);
    if (noticed) this.engine.dispatch({ machine: WATCH, type: 'FilesChanged', paths: [path] });
    await this.quiesce();
  }

  async finishCall(index: number, outcome: CallOutcome): Promise<void> {
    const [call] = this.open.splice(index % Math.max(1, this.open.length), 1);
    if (call === undefined) return;
    if (outcome === 'ok') call.resolve(call.reach() as never);
    else call.reject(new FailureError(FAILURES[outcome]));
    await this.quiesce();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.quiesce();
  }

  /** source-controller looks at the tag. */
  async fetch(): Promise<void> {
    const status = this.#statusOf(SIMULATED_SOURCE);
    status.handled = status.requestedAt;
    status.applied = this.#tagged === undefined ? undefined : `latest@${this.#tagged}`;
    status.ready = status.applied === undefined ? 'False' : 'True';
    status.reason = status.applied === undefined ? 'OCIArtifactPullFailed' : 'Succeeded';
    await this.#show(SIMULATED_SOURCE);
  }

  /** kustomize-controller takes the target up. */
  async run(id: string, succeeds: boolean): Promise<void> {
    const status = this.#statusOf(id);
    const revision = this.#statusOf(SIMULATED_SOURCE).applied;
    if (status.suspended || revision === undefined) return;
    status.handled = status.requestedAt;
    const waitsFor = this.#dependenciesOf(id).find((other) => {
      const { ready, applied } = this.#statusOf(other);
      return ready !== 'True' || applied !== revision;
    });
    if (waitsFor !== undefined) {
      Object.assign(status, { ready: 'False', reason: 'DependencyNotReady' });
    } else if (succeeds) {
      Object.assign(status, {
        ready: 'True',
        reason: 'ReconciliationSucceeded',
        applied: revision,
        attempted: revision,
      });
    } else {
      Object.assign(status, { ready: 'False', reason: 'BuildFailed', attempted: revision });
    }
    await this.#show(id);
  }

  async suspend(id: string, suspended: boolean): Promise<void> {
    const status = this.#statusOf(id);
    if (status.suspended === suspended) return;
    status.suspended = suspended;
    status.generation += 1;
    await this.#show(id);
  }

  async dispatch(...events: readonly NewEvent[]): Promise<void> {
    this.engine.dispatch(...events);
    await this.quiesce();
  }

  /** Until all that needs nobody from outside has happened. */
  async quiesce(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
  }

  stateOf(id: string): string {
    const snapshot = this.engine.state.machines.get(`target/${id}`);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  context(id: string): TargetContext {
    return this.engine.state.machines.get(`target/${id}`)?.context as TargetContext;
  }

  get watch(): string {
    const snapshot = this.engine.state.machines.get(WATCH);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  /** The digest each target's files have on disk now. */
  digestsOnDisk(): Readonly<Record<string, string>> {
    return this.#openWorkspaceOn(new RememberedTree(Object.fromEntries(this.tree.disk.files))).digests();
  }

  /** The text that the cluster has of `path`, as applied by target `id`. */
  appliedText(id: string, path: string): string | undefined {
    const applied = this.#statusOf(id).applied;
    return this.#artifacts.get(applied?.slice('latest@'.length) ?? '')?.get(path);
  }

  #boot(): Engine {
    const engine: Engine = new Engine({
      log: this.log,
      clock: this.clock,
      kinds: WATCH_KINDS,
      limits: this.limits,
      seenAgain: SEEN_AGAIN,
      onCommit: (events) => this.events.push(...events),
      onCrash: (error) => {
        throw error;
      },
      effects: watchEffects({
        engine: () => engine,
        now: () => this.clock.now(),
        view: this.#view,
        fed: () =>
          fedSource(this.#view.definitions, {
            wanted: SIMULATED_SOURCE,
            registry: undefined,
            tag: undefined,
            pathExists: () => true,
          }),
        dryRun: false,
        workspace: {
          resolve: (batch) => this.#workspace.resolve(batch),
          digests: () => this.#workspace.digests(),
          builds: () => this.#workspace.builds(),
          filesToPush: () =>
            this.#workspace.filesToPush().map((file) => ({
              path: file.path,
              mode: file.mode,
              digest: this.tree.facts(file.path)?.digest ?? '',
              read: () => file.read(),
            })),
        },
        sweep: () => Promise.resolve(this.tree.differing()),
        gitUnlocked: () => this.#call('git', () => false),
        engines: [FLUX_ENGINE],
        patch: ({ plural, namespace, name }, body) =>
          this.#call(`ask ${name}`, () => {
            const kind = plural === 'kustomizations' ? 'Kustomization' : 'OCIRepository';
            this.#statusOf(`${kind}/${namespace}/${name}`).requestedAt = Object.values(annotationsOf(body))[0];
          }),
        push: async (files, config, _signal, mayBeNamed) => {
          await mayBeNamed;
          if (!this.log.isOnDisk()) throw new Error('the tag would be moved before the log says so');
          const contents = new Map(files.map(({ path, read }) => [path as string, new TextDecoder().decode(read())]));
          return this.#call('push', () => this.#store(contents, config));
        },
        runHooks: async () => {
          await engine.sync();
          return this.#call('hook', () => undefined).catch(
            (error: unknown): Failure => ({ kind: 'hook', message: String(error) }),
          );
        },
      }),
    });
    return engine;
  }

  #store(contents: ReadonlyMap<string, string>, config: unknown) {
    const digest = `sha256:${createHash('sha256')
      .update(JSON.stringify([...contents]))
      .digest('hex')
      .slice(0, 12)}`;
    const unchanged = this.#tagged === digest;
    this.#artifacts.set(digest, contents);
    this.#configs.set(digest, config);
    this.#tagged = digest;
    return { digest, revision: `latest@${digest}`, unchanged, bytesSent: 1 };
  }

  #call<T>(what: string, reach: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => this.open.push({ what, reach, resolve: resolve as never, reject }));
  }

  #openWorkspace(): Workspace {
    for (const id of this.#objects.keys()) this.#view.put(this.#live(id));
    this.#view.takeMappingChanged();
    return this.#openWorkspaceOn(this.tree);
  }

  #openWorkspaceOn(tree: ChangingTree): Workspace {
    const workspace = new Workspace({ tree, watchedDir: '.' as RelativePath, limits: this.limits });
    workspace.setDefinitions(this.#view.definitions, SIMULATED_SOURCE);
    return workspace;
  }

  /** What the list/watch does with a change of an object. */
  async #show(id: string): Promise<void> {
    const view = this.#view;
    view.put(this.#live(id));
    if (view.takeMappingChanged()) {
      this.#workspace.setDefinitions(view.definitions, SIMULATED_SOURCE);
      this.engine.dispatch(
        ...view.eventsFor(this.engine.state, SIMULATED_SOURCE),
        definitionsChangedEvent(`${id} changed in the cluster`),
      );
    } else {
      const events = view.eventsFor(this.engine.state, SIMULATED_SOURCE, id);
      if (events.length > 0) this.engine.dispatch(...events);
    }
    await this.quiesce();
  }

  #live(id: string): KubeObject {
    const object = this.#objects.get(id);
    if (object === undefined) throw new Error(`no object ${id}`);
    const status = this.#statusOf(id);
    const ready = {
      type: 'Ready',
      status: status.ready,
      reason: status.reason,
      message: '',
      observedGeneration: status.generation,
    };
    return {
      ...object,
      metadata: { ...object.metadata, generation: status.generation },
      spec: { ...object.spec, suspend: status.suspended },
      status: {
        observedGeneration: status.generation,
        ...(status.ready === 'Unknown' ? {} : { conditions: [ready] }),
        ...(status.handled === undefined ? {} : { lastHandledReconcileAt: status.handled }),
        ...(id === SIMULATED_SOURCE
          ? status.applied === undefined
            ? {}
            : { artifact: { revision: status.applied } }
          : { lastAppliedRevision: status.applied, lastAttemptedRevision: status.attempted }),
      },
    };
  }

  #statusOf(id: string): FluxStatus {
    const status = this.#flux.get(id);
    if (status === undefined) throw new Error(`no object ${id}`);
    return status;
  }

  #dependenciesOf(id: string): readonly string[] {
    return this.#view.definitions.targets.find((target) => target.id === id)?.dependsOn ?? [];
  }
}

const FAILURES: Readonly<Record<Exclude<CallOutcome, 'ok'>, Failure>> = {
  away: { kind: 'unavailable', message: 'connect ECONNREFUSED' },
  refused: { kind: 'forbidden', message: 'denied' },
};

function freshStatus(): FluxStatus {
  return {
    generation: 1,
    suspended: false,
    requestedAt: undefined,
    handled: undefined,
    ready: 'Unknown',
    reason: '',
    applied: undefined,
    attempted: undefined,
  };
}

/** Remembers what it saw of each file until it is told to look again, as the tree on disk does; what is read is what is there now. */
export class RememberedTree implements ChangingTree {
  readonly disk: MemoryTree;
  #seen: MemoryTree;

  constructor(files: Readonly<Record<string, string>>) {
    this.disk = new MemoryTree(files);
    this.#seen = new MemoryTree(files);
  }

  forget(): void {
    this.#seen = new MemoryTree(Object.fromEntries(this.disk.files));
  }

  differing(): RelativePath[] {
    const paths = new Set([...this.disk.files.keys(), ...this.#seen.files.keys()]);
    return [...paths].filter((path) => this.disk.files.get(path) !== this.#seen.files.get(path)) as RelativePath[];
  }

  invalidate(paths: readonly RelativePath[]): void {
    for (const path of paths.includes('.' as RelativePath) ? this.differing() : paths) {
      const text = this.disk.files.get(path);
      if (text === undefined) this.#seen.files.delete(path);
      else this.#seen.files.set(path, text);
    }
  }

  kindOf(path: RelativePath) {
    return this.#seen.kindOf(path);
  }

  list(directory: RelativePath) {
    return this.#seen.list(directory);
  }

  read(path: RelativePath): Uint8Array | undefined {
    return this.disk.read(path);
  }

  facts(path: RelativePath): FileFacts | undefined {
    return this.#seen.facts(path);
  }
}
