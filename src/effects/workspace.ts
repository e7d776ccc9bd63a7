import { type Explanation, explainPath } from '../domain/explanation.ts';
import { type FileTree, FileUnreadableError } from '../domain/file-tree.ts';
import type { Limits } from '../domain/limits.ts';
import { type RelativePath, ROOT } from '../domain/paths.ts';
import type { FullReason, Resolution } from '../domain/resolution.ts';
import type { ChangingTree } from '../domain/source-files.ts';
import { type KnownDigests, SourceMapping } from '../domain/source-mapping.ts';
import type { Definitions, ObjectId } from '../domain/target.ts';

export interface WorkspaceOptions {
  /** The source root, e.g. a DiskTree. */
  readonly tree: ChangingTree;
  /** The directory that is watched, inside the source root. */
  readonly watchedDir: RelativePath;
  readonly limits: Limits;
  readonly ignorePatterns?: readonly string[] | undefined;
  readonly allowPrune?: boolean;
}

export interface FileToPush {
  readonly path: RelativePath;
  /** 0o644 or 0o755. */
  readonly mode: number;
  /** Hex sha256 of the content as the last resolution saw it; empty for a file that could not be read then. */
  readonly digest: string;
  /** Throws FileUnreadableError, also when the file is gone by now. */
  read(): Uint8Array;
}

/** The files of one source and what they mean for its targets, kept up to date save by save. */
export class Workspace {
  readonly #mapping: SourceMapping;

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
    const { contents, visible } = this.#mapping;
    return contents
      .filesAt(ROOT)
      .sort()
      .map((path) => {
        const [mode = '', digest = ''] = (contents.contentOf(path) ?? '').split(' ');
        return mode === 'unreadable'
          ? fileToPush(visible, path, 0o644, '')
          : fileToPush(visible, path, Number.parseInt(mode, 8), digest);
      });
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

  explain(files: readonly string[]): Explanation[] {
    return files.map((file) => explainPath(this.#mapping, file));
  }

  digests(): Record<ObjectId, string> {
    return this.#mapping.digests();
  }

  /** What the target reads: the fed source, or an artifact and the ArtifactGenerator that composes it. */
  originOf(target: ObjectId): { readonly source: ObjectId; readonly generator: ObjectId | undefined } | undefined {
    const root = this.#mapping.states.get(target)?.root;
    return root === undefined ? undefined : { source: root.source, generator: root.generator };
  }
}

function fileToPush(tree: FileTree, path: RelativePath, mode: number, digest: string): FileToPush {
  return {
    path,
    mode,
    digest,
    read: () => {
      const content = tree.read(path);
      if (content === undefined) throw new FileUnreadableError(path, 'ENOENT');
      return content;
    },
  };
}
