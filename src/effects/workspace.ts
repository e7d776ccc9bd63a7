import { type ClosureArtifactOutcome, closureArtifact } from '../domain/closure-artifact.ts';
import { type Explanation, explainPath } from '../domain/explanation.ts';
import type { Limits } from '../domain/limits.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { FullReason, Resolution } from '../domain/resolution.ts';
import type { ChangingTree } from '../domain/source-files.ts';
import { type KnownDigests, SourceMapping } from '../domain/source-mapping.ts';
import type { Definitions, ObjectId } from '../domain/target.ts';
import type { TargetState } from '../domain/target-state.ts';
import { type FileToPush, filesToPush, fileToPush } from './files-to-push.ts';
import { type LikelyArtifacts, likelyArtifacts } from './likely-artifacts.ts';

export interface WorkspaceOptions {
  /** The source root, e.g. a DiskTree. */
  readonly tree: ChangingTree;
  /** The directory that is watched, inside the source root. */
  readonly watchedDir: RelativePath;
  readonly limits: Limits;
  readonly ignorePatterns?: readonly string[] | undefined;
  readonly allowPrune?: boolean;
}

/** The files of one source and what they mean for its targets, kept up to date save by save. */
export class Workspace {
  readonly #mapping: SourceMapping;
  #definitions: Definitions | undefined;
  #fedSource: ObjectId | undefined;

  constructor(options: WorkspaceOptions) {
    this.#mapping = new SourceMapping({
      tree: options.tree,
      watchedDirectory: options.watchedDir,
      limits: options.limits,
      ignorePatterns: options.ignorePatterns,
      allowPrune: options.allowPrune ?? false,
    });
  }

  /** To be called before anything else, and whenever the cluster's targets, sources or generators change. */
  setDefinitions(definitions: Definitions, fedSource: ObjectId): void {
    if (definitions === this.#definitions && fedSource === this.#fedSource) return;
    this.#definitions = definitions;
    this.#fedSource = fedSource;
    this.#mapping.setDefinitions(definitions, fedSource);
  }

  /**
   * What a change of `changed` means; paths are relative to the source root, and the root itself (`.`) means "look at everything".
   * `known` holds the digests that are pushed or reconciled; a target without one is compared with what was seen first.
   */
  resolve(batch: {
    readonly changed: readonly RelativePath[];
    readonly known: KnownDigests;
    readonly full?: FullReason | undefined;
  }): Resolution {
    return this.#mapping.resolve(batch);
  }

  /** Everything that the source's controller lets through, sorted by path. */
  filesToPush(): FileToPush[] {
    return filesToPush(this.#mapping);
  }

  /** The files of one target's closure at their paths in the source it reads; undefined for an unknown target. */
  filesOf(target: ObjectId): FileToPush[] | undefined {
    const state = this.#mapping.states.get(target);
    const { tree } = state?.root ?? {};
    if (tree === undefined) return undefined;
    return state?.closure?.files.map((path) => {
      const facts = tree.facts(path);
      return fileToPush(tree, path, facts?.mode ?? 0o644, facts?.digest ?? '');
    });
  }

  /** What the files say about a target now; undefined for an unknown one. */
  stateOf(target: ObjectId): TargetState | undefined {
    return this.#mapping.states.get(target);
  }

  /** What an artifact of the target's own would hold; undefined for an unknown target. */
  artifactOf(target: ObjectId): ClosureArtifactOutcome | undefined {
    const state = this.#mapping.states.get(target);
    return state === undefined ? undefined : closureArtifact(state);
  }

  /** What a push will probably hold, now that the contents of these files changed. */
  likelyAfter(changed: readonly RelativePath[]): LikelyArtifacts | undefined {
    return likelyArtifacts(this.#mapping, changed);
  }

  explain(files: readonly string[]): Explanation[] {
    return files.map((file) => explainPath(this.#mapping, file));
  }

  digests(): Record<ObjectId, string> {
    return this.#mapping.digests();
  }

  /** For which build each of `digests()` counts. */
  builds(): Record<ObjectId, string> {
    return this.#mapping.builds();
  }

  /** What the target reads: the fed source, or an artifact and the ArtifactGenerator that composes it. */
  originOf(target: ObjectId): { readonly source: ObjectId; readonly generator: ObjectId | undefined } | undefined {
    const root = this.#mapping.states.get(target)?.root;
    return root === undefined ? undefined : { source: root.source, generator: root.generator };
  }
}
