import type { Evidence, TargetTruth } from '../../models/invariants/evidence.ts';
import { build, buildOfArtifact, type Files } from '../../models/kustomize-build.ts';
import type { ServedResource } from '../../src/cluster/discovery.ts';
import { FLUX_RESOURCES } from '../../src/cluster/flux-resources.ts';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import type { Limits } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { artifactConfig, targetDigestsOf } from '../../src/effects/push-artifact.ts';
import { Workspace } from '../../src/effects/workspace.ts';
import { type EngineState, serializeState } from '../../src/engine/engine-state.ts';
import type { EventLog, LoggedEvent } from '../../src/engine/event-log.ts';
import { LogIdentityError } from '../../src/engine/log-errors.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import type { Dependency } from './faults.ts';
import { isReady, KustomizeController, pathOf, revisionOf, sourceOf } from './kustomize-controller.ts';
import { type Layout, layoutOf } from './layout.ts';
import { OwnSources } from './own-sources.ts';
import { SampledCommits } from './sampled-commits.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { idOf, SimulatedCluster } from './simulated-cluster.ts';
import { type AppendFate, SimulatedDisk } from './simulated-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { type Decided, type ProcessWatcher, SimulatedProcess, SOURCE } from './simulated-process.ts';
import { type Artifact, SimulatedRegistry } from './simulated-registry.ts';
import { digestOf, SimulatedTree } from './simulated-tree.ts';
import { SourceControllers } from './source-controllers.ts';
import type { Outage } from './step.ts';

const PLURALS: ReadonlySet<string> = new Set([
  'Kustomization',
  'OCIRepository',
  'ExternalArtifact',
  'ArtifactGenerator',
]);
const RESOURCES = FLUX_RESOURCES.filter(({ kind }) => PLURALS.has(kind)).map(
  ({ kind, group, versions: [version = 'v1'], plural }): ServedResource => ({ kind, group, version, plural }),
);

/** What another tool writes into the artifact's config. */
const FOREIGN = {};

/** Everything there is beside the process, and the process while it runs. What happens is told as evidence. */
export class World {
  readonly seed: number;
  readonly layout: Layout;
  readonly limits: Limits;
  readonly clock = new SimulatedClock();
  readonly files = new SimulatedFiles();
  readonly registry = new SimulatedRegistry();
  readonly outages = new Set<Outage>();
  /** Changed files that the process has not been told of. */
  hints: string[] = [];
  /** What a file held before somebody broke it. */
  readonly unbroken = new Map<string, string>();
  /** Files that a checkout, or the move of a directory, has still to write; undefined deletes. */
  unwritten: (readonly [path: string, text: string | undefined])[] = [];
  cluster: SimulatedCluster;
  flux: KustomizeController;
  sources: SourceControllers;
  disk = new SimulatedDisk();
  /** The log on it, as the process that opened it last has it. */
  log: EventLog | undefined;
  process: SimulatedProcess | undefined;
  /** The process died within the step that is taken. */
  hasCrashed = false;
  nextFates: AppendFate[] = [];
  /** When a controller was done with a target last: those that depend on it follow by and by. */
  lastAnswerAt = 0;
  /** Targets that came since somebody asked for everything, and those of which the process knew nothing then: no artifact says what they have. */
  readonly created = new Set<string>();
  /** Which calls had reached the other side when the process dies within a step, bit by bit. */
  crashReached = 0;
  readonly emit: (evidence: Evidence) => void;
  /** Of the log on `disk`. */
  commits = new SampledCommits(0);
  eventsLogged = 0;
  #lastState: EngineState | undefined;
  #isInitialOwed: boolean;
  /** Logged, and not heard of yet. */
  #untold: readonly LoggedEvent[] = [];
  #intents = new Map<string, number>();
  #calls = new Map<string, number>();
  /** The version of the disk that the mapping last looked at. */
  #resolvedVersion = 0;

  /** `--isolate`: processes give targets sources of their own. */
  readonly isolates: boolean;
  #pid = 1;
  readonly own: OwnSources;

  constructor(seed: number, limits: Limits, emit: (evidence: Evidence) => void, isolates = false) {
    this.seed = seed;
    this.isolates = isolates;
    this.own = new OwnSources(this);
    this.limits = limits;
    this.emit = emit;
    this.layout = layoutOf(seed, isolates);
    this.#isInitialOwed = this.layout.isInitial;
    for (const [path, text] of Object.entries(this.layout.files)) this.files.write(path, text);
    this.#pushBefore();
    [this.cluster, this.flux, this.sources] = this.#newCluster('cluster-1');
    this.#settleControllers();
    this.#watchDisk();
  }

  get targets(): string[] {
    return this.cluster.ofKind('Kustomization').map(idOf);
  }

  isDown(dependency: Dependency): boolean {
    if (dependency === 'api-server') return this.outages.has('api');
    return dependency === 'registry' && this.outages.has('registry');
  }

  start(): void {
    if (this.process !== undefined) return;
    let log: ReturnType<SimulatedDisk['open']>;
    const identity = { root: '/repository', clusterUid: this.cluster.uid };
    try {
      log = this.disk.open(identity);
    } catch (error) {
      if (!(error instanceof LogIdentityError)) throw error;
      // The command refuses; its user gives the other cluster a log of its own, and begins with everything.
      this.disk = new SimulatedDisk();
      this.#watchDisk();
      this.#lastState = undefined;
      this.#isInitialOwed = true;
      log = this.disk.open(identity);
    }
    this.log = log;
    const full = this.#isInitialOwed ? ({ reason: 'initial', detail: '--initial' } as const) : undefined;
    const pid = this.#pid;
    this.#pid += 1;
    const isRunning = (other: number): boolean => other === pid;
    const { isolates } = this;
    const surroundings = { ...this, isolates, resources: RESOURCES, full, pid, isRunning, watcher: this.#watcher() };
    this.process = new SimulatedProcess(surroundings, log);
  }

  /** The process dies; each call under way had reached the other side or not. */
  crash(reached: number): void {
    const { process } = this;
    if (process === undefined) return;
    process.calls.open.forEach((call, index) => {
      if ((reached >> (index % 16)) & 1 && !this.isDown(call.dependency) && !call.isBlocked()) call.reach();
    });
    process.die();
    this.#forgetProcess();
  }

  stop(): void {
    this.hints = [];
    this.process?.stop();
  }

  /** The context of the kubeconfig leads elsewhere from now on. */
  changeCluster(): void {
    this.crash(0);
    this.emit({ type: 'cluster-changed' });
    [this.cluster, this.flux, this.sources] = this.#newCluster(`cluster-${this.seed}-${this.clock.now}`);
    this.#settleControllers();
  }

  write(path: string, text: string | undefined): void {
    if (text === undefined) this.files.delete(path);
    else this.files.write(path, text);
    this.own.touched(path);
    if (this.process?.isWatching === true) this.hints.push(path);
  }

  /** Targets of which the process cannot know what they have: nothing that was applied says so. */
  unknown(): string[] {
    const machines = this.process?.engine?.state.machines;
    return this.cluster.ofKind('Kustomization').flatMap((object) => {
      const id = idOf(object);
      const { context = {} } = machines?.get(`target/${id}`) ?? {};
      const { desiredDigest, reconciledDigest } = context as Partial<TargetContext>;
      if ((desiredDigest ?? reconciledDigest) !== undefined) return [];
      // One that reads a composed artifact counts in that one's revisions.
      const applied = object.status?.lastAppliedRevision as string | undefined;
      const revision = sourceOf(object) === SOURCE ? applied : revisionOf(this.cluster.objects.get(SOURCE));
      // Also of the artifact that is there next: somebody pushed it who may not have seen this target.
      const told = [this.registry.ofRevision(revision), this.registry.tagged].map((one) =>
        targetDigestsOf(one?.config),
      );
      return isReady(object) && told.every((digests) => digests?.[id] !== undefined) ? [] : [id];
    });
  }

  truth(): TargetTruth[] {
    const hampered = new Set([...this.flux.slow, ...this.flux.failing]);
    const objects = this.cluster.ofKind('Kustomization');
    for (let before = -1; before !== hampered.size; ) {
      before = hampered.size;
      for (const object of objects) {
        const names = (object.spec?.dependsOn ?? []) as readonly { readonly name: string }[];
        if (names.some(({ name }) => hampered.has(`Kustomization/flux-system/${name}`))) hampered.add(idOf(object));
      }
    }
    return objects.map((object) => {
      const id = idOf(object);
      return {
        id,
        onDisk: build(this.files.files, pathOf(object)),
        applied: this.flux.applied.get(id)?.content,
        revision: this.#readyRevision(object),
        hampered: hampered.has(id),
      };
    });
  }

  /** Where somebody has deleted what it reads, it is Ready until it is run next: that is no answer. */
  #readyRevision(object: KubeObject): string | undefined {
    const { lastAppliedRevision } = object.status ?? {};
    const isSound = isReady(object) && this.cluster.objects.has(sourceOf(object));
    return isSound ? (lastAppliedRevision as string | undefined) : undefined;
  }

  #pushBefore(): void {
    const { before, objects } = this.layout;
    if (before === 'nothing') return;
    let config: unknown = FOREIGN;
    if (before === 'ours') {
      const workspace = new Workspace({
        tree: new SimulatedTree(this.files),
        watchedDir: '.' as RelativePath,
        limits: this.limits,
      });
      workspace.setDefinitions(definitionsFromObjects(objects.map((object) => ({ object }))), SOURCE);
      config = artifactConfig('before', workspace.digests(), workspace.builds());
    }
    this.registry.push(new Map(this.files.files), config, this.files.version);
  }

  #newCluster(uid: string): [SimulatedCluster, KustomizeController, SourceControllers] {
    const cluster = new SimulatedCluster(uid);
    const flux = new KustomizeController(cluster, this.registry, this.clock, {
      applied: (target, { content, artifact }) => this.emit({ type: 'applied', target, content, artifact }),
      answered: (target, token, content) => {
        this.lastAnswerAt = this.clock.now;
        this.emit({ type: 'answered', target, token, content });
      },
    });
    const sources = new SourceControllers(cluster, this.registry, this.clock);
    sources.isRegistryAway = () => this.outages.has('registry');
    for (const object of this.layout.objects) cluster.create(object);
    cluster.onChange((id, before, after) => {
      if (before === undefined && id.startsWith('Kustomization/')) this.created.add(id);
      if (before?.spec?.path !== after?.spec?.path) this.emit({ type: 'redefined', target: id });
      if (before !== undefined && id.startsWith('Kustomization/')) this.own.seeMove(id, before, after);
    });
    return [cluster, flux, sources];
  }

  /** What the controllers make of what is there, before anybody watches. */
  #settleControllers(): void {
    for (let turn = 0; turn < 500; turn += 1) {
      const [source] = this.sources.moves();
      const [target] = this.flux.moves();
      if (source !== undefined) this.sources.move(source);
      else if (target !== undefined) this.flux.move(target);
      else return;
    }
  }

  #watchDisk(): void {
    this.commits = new SampledCommits(this.seed);
    this.#intents = new Map();
    this.#calls = new Map();
    this.disk.fate = () => this.nextFates.shift() ?? 'written';
    this.disk.onCrash = () => {
      this.hasCrashed = true;
    };
    this.#untold = [];
    this.disk.onAppended = (events) => {
      this.#untold = events;
      this.eventsLogged += events.length;
      for (const event of events) {
        if (event.type !== 'EffectRequested') continue;
        const { token } = event.params as { readonly token?: string };
        const key = intentKey(event.effect as string, token);
        this.#intents.set(key, (this.#intents.get(key) ?? 0) + 1);
      }
    };
  }

  #forgetProcess(): void {
    this.process = undefined;
    this.hints = [];
    this.nextFates = [];
    this.hasCrashed = false;
  }

  #watcher(): ProcessWatcher {
    return {
      restored: (state) => {
        // The process that died after its last append told nobody of it.
        if (this.#untold.length > 0) this.emit({ type: 'committed', events: this.#untold, state });
        this.#untold = [];
        const before = this.#lastState;
        if (before !== undefined && before.seq === state.seq)
          this.emit({
            type: 'rebuilt',
            seq: before.seq,
            rebuilt: serializeState(state),
            live: serializeState(before),
          });
        this.emit({ type: 'restarted', state });
      },
      committed: (events, state) => this.#committed(events, state),
      called: (effect, owner, token) => {
        const key = intentKey(effect, token);
        const calls = (this.#calls.get(key) ?? 0) + 1;
        this.#calls.set(key, calls);
        // Each generator is asked with one and the same token.
        const logged = effect === 'askGenerators' ? this.#intents.has(key) : calls <= (this.#intents.get(key) ?? 0);
        this.emit({ type: 'called', effect, owner, logged });
      },
      left: () => this.#forgetProcess(),
      pushedClosure: (target, push, decided) => this.own.pushed(target, push, decided),
      resolved: () => {
        this.#resolvedVersion = this.files.version;
        this.emit({ type: 'resolved', version: this.#resolvedVersion });
      },
      observed: () => this.emit({ type: 'observed' }),
      asked: (target, token) =>
        this.emit({ type: 'asked', target, token, offered: this.contentOf(this.#offeredTo(target), target) }),
      pushed: (files, config, decided) => this.#pushed(files, config, decided),
      crashed: (what) => this.emit({ type: 'crashed', what }),
      ended: (error) => {
        // Lists that were refused end a start; whoever started it tries again.
        if (!(error instanceof Error && error.name === 'FailureError'))
          this.emit({ type: 'crashed', what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        this.process?.die();
        this.#forgetProcess();
      },
    };
  }

  #committed(events: readonly LoggedEvent[], state: EngineState): void {
    this.#untold = [];
    this.#lastState = state;
    this.commits.add({ seq: state.seq, state });
    if (events.some(({ type }) => type === 'WatchStarted')) this.#isInitialOwed = false;
    this.emit({ type: 'committed', events, state });
  }

  #pushed(files: Files, config: unknown, decided: Decided) {
    const before = this.registry.tagged;
    const versionBefore = before?.version ?? 0;
    const { artifact, unchanged } = this.registry.push(files, config, decided.version);
    // What was pushed before and was not written since is there all the time; whoever drops it has not looked.
    const stillOnDisk = [...(before?.files.keys() ?? [])].filter(
      (path) => this.files.files.has(path) && this.files.writtenAt(path) <= versionBefore,
    );
    const undecided = [...files].flatMap(([path, text]) =>
      decided.digests.get(path) === digestOf(text) ? [] : [path],
    );
    this.emit({
      type: 'pushed',
      files: new Set(files.keys()),
      undecided,
      stillOnDisk,
      emptied: this.#emptiedBy(before, files, decided.targets),
      brokenNow: this.#brokenBy(before, files, decided.targets),
      contentFor: (target) => this.contentOf(files, target),
    });
    return { digest: artifact.digest, unchanged };
  }

  /** What the source that the target reads is to serve. */
  #offeredTo(target: string): Files | undefined {
    const object = this.cluster.objects.get(target);
    const source = this.cluster.objects.get(object === undefined ? '' : sourceOf(object));
    const { digest } = (source?.spec?.ref ?? {}) as { readonly digest?: string };
    return (digest === undefined ? this.registry.tagged : this.registry.ofRevision(digest))?.files;
  }

  /** What a build of the target reads in the files of an artifact, or in those on disk now. */
  contentOf(files: Files | undefined, target: string): string | undefined {
    const object = this.cluster.objects.get(target);
    if (object === undefined || files === undefined) return undefined;
    const made = (files === this.files.files ? build : buildOfArtifact)(files, pathOf(object));
    return made.kind === 'made' ? made.content : undefined;
  }

  #emptiedBy(before: Artifact | undefined, after: Files, paths: ReadonlyMap<string, string>): string[] {
    // Nobody knows what another tool's artifact made in the cluster.
    if (before === undefined || before.config === FOREIGN) return [];
    return [...paths].flatMap(([id, path]) => {
      if (!this.cluster.objects.has(id)) return [];
      const [had, has] = [buildOfArtifact(before.files, path), buildOfArtifact(after, path)];
      return had.kind === 'made' && had.objects > 0 && has.kind === 'made' && has.objects === 0 ? [id] : [];
    });
  }

  /** Those that could be built of the artifact before, and cannot be of this one. */
  #brokenBy(before: Artifact | undefined, after: Files, paths: ReadonlyMap<string, string>): string[] {
    if (before === undefined) return [];
    return [...paths].flatMap(([id, path]) =>
      this.cluster.objects.has(id) &&
      buildOfArtifact(before.files, path).kind === 'made' &&
      buildOfArtifact(after, path).kind === 'failed'
        ? [id]
        : [],
    );
  }
}

function intentKey(effect: string, token: string | undefined): string {
  return token === undefined ? effect : `${effect} ${token}`;
}
