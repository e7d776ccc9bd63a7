import { resolveBatch } from './affected-targets.ts';
import { definitionsReading } from './argo/application-definition.ts';
import { type BuildRoot, buildRoots, rootPathsOf } from './build-root.ts';
import { chartVersion } from './charts.ts';
import type { ContentTree } from './content-tree.ts';
import { describePath, type MappedSource, type PathChange } from './described-path.ts';
import type { FileTree } from './file-tree.ts';
import { isKustomizationFile } from './kustomization-file-names.ts';
import type { Limits } from './limits.ts';
import type { RelativePath } from './paths.ts';
import { parentOf, ROOT } from './paths.ts';
import type { ChangedFile } from './precedence.ts';
import { PruneGuard } from './prune-guard.ts';
import type { FullReason, Resolution } from './resolution.ts';
import { type ChangingTree, SourceFiles } from './source-files.ts';
import type { SourceView } from './source-view.ts';
import type { Definitions, ObjectId, SourceDefinition, TargetDefinition } from './target.ts';
import { parseObjectId } from './target.ts';
import { buildFingerprint, sameBuild } from './target-build.ts';
import { type TargetState, targetState } from './target-state.ts';

export interface MappingOptions {
  /** The source root. */
  readonly tree: ChangingTree;
  /** Inside the source root; "root-level" is counted from here. */
  readonly watchedDirectory: RelativePath;
  readonly limits: Limits;
  /** Patterns of files that no build can read; undefined: the default list. */
  readonly ignorePatterns?: readonly string[] | undefined;
  readonly allowPrune: boolean;
}

export type KnownDigests = Readonly<Record<ObjectId, string | undefined>>;

/** A file that is saved without a pause would be followed for ever. */
const PASSES_MAX = 5;

/**
 * Which targets each file of one source concerns. Keeps what it saw last, so that a change is compared with it, and computes again
 * only what a change may have altered.
 */
export class SourceMapping implements MappedSource {
  readonly tree: ChangingTree;
  readonly watchedDirectory: RelativePath;
  readonly ignorePatterns: readonly string[] | undefined;
  readonly limits: Limits;
  readonly #allowPrune: boolean;
  #source: SourceDefinition | undefined;
  #fedSource: ObjectId = '';
  #generators = '';
  #definitions: Definitions = { targets: [], sources: [], generators: [] };
  #files: SourceFiles;
  #roots = new Map<ObjectId, BuildRoot>();
  #states = new Map<ObjectId, TargetState>();
  readonly #owners = new Map<RelativePath, Set<ObjectId>>();
  readonly #baseline = new Map<ObjectId, string | undefined>();
  readonly #chartVersions = new Map<ObjectId, string | undefined>();
  readonly #pruneGuard = new PruneGuard();
  /** Computed again since the last resolution, each with its state then. */
  readonly #computed = new Map<ObjectId, TargetState | undefined>();
  #heldBefore: ReadonlySet<ObjectId> = new Set();

  constructor(options: MappingOptions) {
    this.tree = options.tree;
    this.watchedDirectory = options.watchedDirectory;
    this.ignorePatterns = options.ignorePatterns;
    this.limits = options.limits;
    this.#allowPrune = options.allowPrune;
    this.#files = this.#filesOf(undefined, '');
  }

  get states(): ReadonlyMap<ObjectId, TargetState> {
    return this.#states;
  }

  get roots(): ReadonlyMap<ObjectId, BuildRoot> {
    return this.#roots;
  }

  get view(): SourceView {
    return this.#files.view;
  }

  /** The source's files: what is excluded from it is not there. */
  get visible(): FileTree {
    return this.#files.visible;
  }

  get contents(): ContentTree {
    return this.#files.contents;
  }

  ownersOf(directory: RelativePath): ReadonlySet<ObjectId> {
    return this.#owners.get(directory) ?? new Set();
  }

  /** Targets whose closure holds the local file now. */
  readersOf(local: RelativePath): Set<ObjectId> {
    const readers = new Set<ObjectId>();
    for (const root of this.#roots.values()) {
      for (const path of rootPathsOf(root, local)) for (const id of root.readers.readersOf(path)) readers.add(id);
    }
    return readers;
  }

  /** To be called first, and whenever the cluster's objects changed; what stayed the same is not computed again. */
  setDefinitions(given: Definitions, fedSource: ObjectId): void {
    const definitions = definitionsReading(given, fedSource);
    const source = definitions.sources.find((candidate) => candidate.id === fedSource);
    const generators = JSON.stringify(definitions.generators);
    this.#definitions = definitions;
    const isOther = fedSource !== this.#fedSource || source?.ignore !== this.#source?.ignore;
    if (isOther) {
      this.#files = this.#filesOf(source, fedSource);
      this.#files.look();
    }
    this.#fedSource = fedSource;
    if (isOther || generators !== this.#generators) this.#rebuildRoots();
    this.#source = source;
    this.#generators = generators;
    const wanted = new Map(definitions.targets.map((target) => [target.id, target]));
    for (const id of [...this.#states.keys()]) {
      const target = wanted.get(id);
      if (target === undefined || !this.#roots.has(target.source)) this.#drop(id);
    }
    for (const target of wanted.values()) this.#define(target);
    this.#states = new Map(
      [...wanted.keys()].flatMap((id) => {
        const state = this.#states.get(id);
        return state === undefined ? [] : [[id, state] as const];
      }),
    );
  }

  /** What a change of `changed` means, compared with what was seen last. An empty list only compares digests. */
  resolve(batch: {
    readonly changed: readonly RelativePath[];
    readonly known: KnownDigests;
    readonly full?: FullReason | undefined;
  }): Resolution {
    const changes = this.#follow(batch.changed);
    const removed = new Set(
      changes.flatMap(({ path, before }) =>
        before !== undefined && isKustomizationFile(path) ? [parentOf(path)] : [],
      ),
    );
    const files: ChangedFile[] = changes.map((change) => describePath(this, change, batch.known, removed));
    const { digest, fileCount } = this.contents.total();
    const risk = this.#allowPrune ? undefined : this.#pruneRisk(fileCount, batch.known);
    const resolution = resolveBatch({
      files,
      states: this.#states,
      known: batch.known,
      baseline: this.#baseline,
      heldBefore: this.#heldBefore,
      full: batch.full,
      fedSource: this.#fedSource,
      contentDigest: digest,
      fileCount,
      pruneRisk: risk?.message,
      warnings: [],
    });
    this.#heldBefore = new Set(resolution.held.map((held) => held.id));
    const warnings = [...this.#chartWarnings(resolution), ...this.#manualSyncWarnings(resolution)];
    const emptied = risk?.emptied === undefined ? {} : { emptied: risk.emptied };
    return { ...resolution, ...emptied, warnings: [...(resolution.warnings ?? []), ...warnings] };
  }

  /**
   * Brings everything up to date. A file that turns out to be saved once more when it is read counts as changed, too: what is decided by its
   * new text must not be pushed with its old one.
   */
  #follow(changed: readonly RelativePath[]): PathChange[] {
    const followed = new Map<RelativePath, PathChange>();
    let outdated = this.tree.takeOutdated?.() ?? [];
    let noteEmptied = (): void => {};
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      const paths = pass === 0 ? [...changed, ...outdated] : outdated;
      const { changes, differing } = this.#files.follow(paths);
      for (const change of changes) {
        const { before, readersBefore } = followed.get(change.path) ?? {
          before: change.before,
          readersBefore: this.readersOf(change.path),
        };
        followed.set(change.path, { ...change, before, readersBefore });
      }
      // It may be as it was by now, and was parsed otherwise meanwhile.
      this.#recompute([...differing, ...outdated, ...this.#doubtful(paths)]);
      noteEmptied = this.#pruneGuard.look(this.#computed, this.#states);
      outdated = this.tree.takeOutdated?.() ?? [];
      if (outdated.length === 0) break;
    }
    noteEmptied();
    this.#computed.clear();
    return [...followed.values()];
  }

  /** What is known of a path as it is now, as if it had just changed. */
  describe(path: RelativePath): ChangedFile {
    const readersBefore = this.readersOf(path);
    const after = this.contents.contentOf(path);
    const change = { path, before: `other than ${after}`, after, readersBefore };
    return describePath(this, change, {}, new Set());
  }

  digests(): Record<ObjectId, string> {
    const digests: Record<ObjectId, string> = {};
    for (const [id, { digest, broken }] of this.#states) {
      if (digest !== undefined && broken === undefined) digests[id] = digest;
    }
    return digests;
  }

  /** For which build each of `digests()` counts. */
  builds(): Record<ObjectId, string> {
    const builds: Record<ObjectId, string> = {};
    for (const id of Object.keys(this.digests())) {
      const state = this.#states.get(id);
      if (state !== undefined) builds[id] = buildFingerprint(state.target);
    }
    return builds;
  }

  #filesOf(source: SourceDefinition | undefined, fedSource: ObjectId): SourceFiles {
    return new SourceFiles({
      tree: this.tree,
      kind: parseObjectId(fedSource).kind as SourceDefinition['kind'],
      ignore: source?.ignore,
      watchedDirectory: this.watchedDirectory,
    });
  }

  #rebuildRoots(): void {
    this.#roots = buildRoots(this.#definitions, this.#fedSource, this.visible, this.limits);
    for (const [id, { target }] of [...this.#states]) {
      const root = this.#roots.get(target.source);
      if (root !== undefined) this.#enter(targetState(target, root));
      else this.#drop(id);
    }
  }

  #define(target: TargetDefinition): void {
    const root = this.#roots.get(target.source);
    if (root === undefined) return;
    const before = this.#states.get(target.id);
    if (before !== undefined && sameBuild(before.target, target)) {
      this.#states.set(target.id, { ...before, target });
      return;
    }
    this.#drop(target.id);
    const state = targetState(target, root);
    this.#enter(state);
    this.#baseline.set(target.id, state.digest);
    if (target.kind === 'HelmRelease' && target.path !== undefined) {
      this.#chartVersions.set(target.id, chartVersion(root.tree, target.path));
    }
  }

  #enter(state: TargetState): void {
    const { id } = state.target;
    const before = this.#states.get(id);
    if (!this.#computed.has(id)) this.#computed.set(id, before);
    this.#states.set(id, state);
    if (state.closure === undefined) state.root.readers.delete(id);
    else state.root.readers.set(id, state.closure);
    if (before?.ownerDirectory === state.ownerDirectory) return;
    this.#leaveOwner(before);
    if (state.ownerDirectory === undefined || state.target.kind === 'HelmRelease') return;
    const owners = this.#owners.get(state.ownerDirectory);
    if (owners === undefined) this.#owners.set(state.ownerDirectory, new Set([id]));
    else owners.add(id);
  }

  #drop(id: ObjectId): void {
    const state = this.#states.get(id);
    if (state === undefined) return;
    state.root.readers.delete(id);
    this.#leaveOwner(state);
    this.#states.delete(id);
    this.#baseline.delete(id);
    this.#chartVersions.delete(id);
    this.#computed.delete(id);
    this.#pruneGuard.forget(id);
  }

  #leaveOwner(state: TargetState | undefined): void {
    if (state?.ownerDirectory === undefined) return;
    this.#owners.get(state.ownerDirectory)?.delete(state.target.id);
  }

  /**
   * What a build could not read may be back as it was: no file differs then from what was seen, and yet the target is sound again.
   */
  #doubtful(changed: readonly RelativePath[]): readonly RelativePath[] {
    const isAnyBroken = [...this.#states.values()].some(({ broken, unsure }) => (broken ?? unsure) !== undefined);
    return isAnyBroken ? changed : [];
  }

  #recompute(differing: readonly RelativePath[]): void {
    if (differing.length === 0) return;
    if (this.#definitions.generators.some((generator) => generator.pathPattern !== undefined)) {
      // A directory that came or went may be an artifact more or less.
      this.#rebuildRoots();
      for (const target of this.#definitions.targets) this.#define(target);
    }
    for (const root of this.#roots.values()) {
      const problemsBefore = root.artifact?.problems.join();
      const paths = root.artifact?.follow(differing) ?? differing;
      root.graph.invalidate(paths);
      const concerned =
        root.artifact?.problems.join() === problemsBefore
          ? root.readers.concernedBy(paths)
          : [...this.#states].flatMap(([id, state]) => (state.root === root ? [id] : []));
      for (const id of concerned) {
        const target = this.#states.get(id)?.target;
        if (target !== undefined) this.#enter(targetState(target, root));
      }
    }
  }

  #pruneRisk(
    fileCount: number,
    known: KnownDigests,
  ): { readonly message: string; readonly emptied?: readonly ObjectId[] } | undefined {
    const { watchedDirectory } = this;
    if (fileCount === 0 || this.contents.fileCountBelow(watchedDirectory) === 0) {
      const directory = watchedDirectory === ROOT ? 'the watched directory' : watchedDirectory;
      const message = `${directory} is absent or empty; pushed like that, Flux would delete everything that came from it`;
      return { message };
    }
    const endangered = this.#pruneGuard.endangered(this.#states, known);
    if (endangered.length === 0) return undefined;
    const message = `${endangered.join(', ')} had manifests and has none left; pushed like that, Flux would delete what it made`;
    return { message, emptied: endangered };
  }

  #manualSyncWarnings({ suspended }: Resolution): string[] {
    const manual = suspended.filter((id) => this.#states.get(id)?.target.application?.automated === false);
    if (manual.length === 0) return [];
    return [
      `${manual.join(', ')}: without automated sync a change waits until somebody syncs it; --sync has it synced`,
    ];
  }

  #chartWarnings(resolution: Resolution): string[] {
    return resolution.affected.flatMap(({ id, rule }) => {
      const state = this.#states.get(id);
      if (rule !== 'chart' || state?.target.reconcileStrategy !== 'ChartVersion' || state.target.path === undefined)
        return [];
      const version = chartVersion(state.root.tree, state.target.path);
      const before = this.#chartVersions.get(id);
      this.#chartVersions.set(id, version);
      if (version === undefined || version !== before) return [];
      return `${id}: its reconcileStrategy is ChartVersion, so the edit arrives only with a new version in ${state.target.path}/Chart.yaml (still ${version}), or with reconcileStrategy: Revision`;
    });
  }
}
