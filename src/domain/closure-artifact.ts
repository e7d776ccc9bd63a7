import type { BuildProblem } from './closure.ts';
import { CONTENT_ANNOTATION } from './content-annotation.ts';
import { FileUnreadableError } from './file-tree.ts';
import { isWithin, type RelativePath } from './paths.ts';
import type { TargetState } from './target-state.ts';

export { CONTENT_ANNOTATION, contentOf } from './content-annotation.ts';

/** What a closure artifact carries beside its files. The same closure gives the same bytes, whichever target it is built for. */
export function closureAnnotations(content: string): Readonly<Record<string, string>> {
  return { [CONTENT_ANNOTATION]: content };
}

export interface ClosureFile {
  /** Counted from the artifact's root, which is the source's: `spec.path` stays as it is. */
  readonly path: RelativePath;
  /** 0o644 or 0o755. */
  readonly mode: number;
  /** Hex sha256 of the content. */
  readonly digest: string;
  readonly bytes: number;
  /** As it is now: to be compared with `digest`. */
  read(): Uint8Array;
}

/** Exactly what one target's build reads. */
export interface ClosureArtifact {
  /** Hex sha256: the closure's digest, as for the target itself. */
  readonly content: string;
  /** Sorted by path. */
  readonly files: readonly ClosureFile[];
}

/** Why there is no artifact: a build of it would fail, or be another one than that of the whole tree. Positions are 1-based. */
export interface NoClosureArtifact {
  readonly message: string;
  readonly path?: RelativePath;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

export type ClosureArtifactOutcome =
  | { readonly artifact: ClosureArtifact }
  | { readonly impossible: NoClosureArtifact };

/**
 * The files of an artifact of the target's own. What the source's controller would drop is in none, since `state` is computed on what it
 * lets through; so the artifact's source needs a `spec.ignore` that drops nothing more (NOTHING_IGNORED).
 */
export function closureArtifact(state: TargetState): ClosureArtifactOutcome {
  const { target, closure, digest, broken, unsure, root } = state;
  if (target.kind === 'HelmRelease') {
    return impossible(`${target.id}: a chart is packaged by source-controller, which takes no OCIRepository for it`);
  }
  if (broken !== undefined) return { impossible: problemOf(broken) };
  if (closure === undefined || digest === undefined || unsure !== undefined) {
    return impossible(unsure ?? `${target.id}: it is not known what its build reads`);
  }
  if (root.artifact?.incomplete === true) {
    return impossible(
      `${target.id}: ${root.source} is composed of other sources or tarballs too, which are not seen here`,
    );
  }
  const { directory } = closure;
  if (!closure.files.some((file) => isWithin(directory, file))) {
    const message = `${target.id}: its build reads no file in ${directory}, which an artifact could therefore not hold`;
    return { impossible: { message, path: directory, hint: 'put a kustomization.yaml there' } };
  }
  try {
    const files = closure.files.map((path) => closureFile(path, root.tree));
    return { artifact: { content: digest, files } };
  } catch (error) {
    if (!(error instanceof FileUnreadableError)) throw error;
    return { impossible: { message: `${target.id}: ${error.message}`, path: error.path, hint: error.hint } };
  }
}

function closureFile(path: RelativePath, tree: TargetState['root']['tree']): ClosureFile {
  const facts = tree.facts(path);
  if (facts === undefined) throw new FileUnreadableError(path, 'ENOENT');
  const read = (): Uint8Array => {
    const content = tree.read(path);
    if (content === undefined) throw new FileUnreadableError(path, 'ENOENT');
    return content;
  };
  return { path, mode: facts.mode, digest: facts.digest, bytes: facts.bytes, read };
}

function impossible(message: string): ClosureArtifactOutcome {
  return { impossible: { message } };
}

function problemOf({ message, path, line, column, hint }: BuildProblem): NoClosureArtifact {
  return {
    message,
    path,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(hint === undefined ? {} : { hint }),
  };
}
