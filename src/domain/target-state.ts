import { applicationClosure } from './argo/application-closure.ts';
import { type BuildRoot, localsOf } from './build-root.ts';
import { chartClosure } from './charts.ts';
import type { BuildProblem, Closure } from './closure.ts';
import { closureDigest } from './closure-digest.ts';
import { FileUnreadableError } from './file-tree.ts';
import { kustomizationFileIn } from './kustomization-file-names.ts';
import type { RelativePath } from './paths.ts';
import { parentOf } from './paths.ts';
import { placeholderIn } from './spec-path.ts';
import type { TargetDefinition } from './target.ts';

/** What the files say about one target now. Paths are local ones, also for a target that reads a composed artifact. */
export interface TargetState {
  readonly target: TargetDefinition;
  readonly root: BuildRoot;
  /** In the root's own paths; undefined when there is no directory to look at. */
  readonly closure: Closure | undefined;
  readonly digest: string | undefined;
  /** The build would fail for a reason that is in the files: nothing of it should be sent. */
  readonly broken: BuildProblem | undefined;
  /** In words, why it is not known what the build reads. */
  readonly unsure: string | undefined;
  /** The local directory whose kustomization file `spec.path` names. */
  readonly ownerDirectory: RelativePath | undefined;
}

const BROKEN: ReadonlySet<BuildProblem['kind']> = new Set(['parse', 'missing', 'unsupported']);

export function targetState(target: TargetDefinition, root: BuildRoot): TargetState {
  const { path } = target;
  const nothingKnown = { target, root, closure: undefined, digest: undefined, broken: undefined };
  if (path === undefined) return { ...nothingKnown, unsure: unusablePath(target), ownerDirectory: undefined };
  const closure = closureFor(target, path, root);
  const problems = closure.problems.map((problem) => localProblem(problem, root));
  const broken = problems.find((problem) => BROKEN.has(problem.kind) && !(isAbsence(problem) && isIncomplete(root)));
  const unclear = problems.find((problem) => !BROKEN.has(problem.kind) || isIncomplete(root));
  const copyProblem = root.artifact?.problems[0];
  const state = { target, root, closure, ownerDirectory: ownerDirectory(target, path, root) };
  if (unclear !== undefined) {
    return { ...state, digest: undefined, broken: undefined, unsure: inWords(unclear, target, root) };
  }
  if (copyProblem !== undefined) {
    return { ...state, digest: undefined, broken: artifactProblem(copyProblem, path, root), unsure: undefined };
  }
  return { ...state, ...digestOf(closure, root), broken, unsure: undefined };
}

function closureFor(target: TargetDefinition, path: RelativePath, root: BuildRoot): Closure {
  switch (target.kind) {
    case 'HelmRelease':
      return chartClosure(root.tree, path, target.valuesFiles);
    case 'Application':
      return applicationClosure(target, root);
    case 'Kustomization':
      return root.graph.closure(path, target.components);
  }
}

/** True when the local file is among what the target's build reads, or may be. */
export function reads(state: TargetState, local: RelativePath): boolean {
  if (state.root.artifact?.unpacked.includes(local)) return true;
  const files = state.closure?.files ?? [];
  if (state.root.artifact === undefined) return files.includes(local);
  return state.root.artifact.toArtifact(local).some((path) => files.includes(path));
}

function digestOf(closure: Closure, root: BuildRoot): { digest: string } | { digest: undefined; unsure: string } {
  try {
    return { digest: closureDigest(closure, root.tree) };
  } catch (error) {
    if (error instanceof FileUnreadableError) return { digest: undefined, unsure: error.message };
    throw error;
  }
}

/** Files from elsewhere are in the artifact too: what is missing here may well be there. */
function isIncomplete(root: BuildRoot): boolean {
  return root.artifact?.incomplete === true;
}

function isAbsence(problem: BuildProblem): boolean {
  return problem.kind === 'missing' || problem.kind === 'not-found';
}

function ownerDirectory(target: TargetDefinition, path: RelativePath, root: BuildRoot): RelativePath | undefined {
  if (root.artifact === undefined || target.kind === 'HelmRelease') return path;
  const file = kustomizationFileIn(root.tree, path);
  const local = file === undefined ? undefined : root.artifact.toLocal(file);
  return local === undefined ? undefined : parentOf(local);
}

function unusablePath(target: TargetDefinition): string {
  const placeholder = placeholderIn(target.rawPath);
  const reason =
    placeholder === undefined ? 'leaves the root of the source' : `still holds the placeholder ${placeholder}`;
  return `${target.id}: its path ${JSON.stringify(target.rawPath)} ${reason}`;
}

function inWords(problem: BuildProblem, target: TargetDefinition, root: BuildRoot): string {
  const where = root.artifact === undefined ? '' : ` (in ${root.source})`;
  if (isAbsence(problem) && isIncomplete(root)) {
    return `${target.id}: ${problem.message}${where}; other sources or tarballs put files there that cannot be seen here`;
  }
  if (problem.kind === 'not-found') {
    return `${target.id}: its path ${JSON.stringify(target.rawPath)} does not exist${where}`;
  }
  // Which limit it was, and how to raise it, is told where the decision is: it is no failure with a hint of its own.
  const cure = problem.kind === 'limit' && problem.hint !== undefined ? `; ${problem.hint}` : '';
  return `${target.id}: ${problem.message}${where}${cure}`;
}

function localProblem(problem: BuildProblem, root: BuildRoot): BuildProblem {
  const local = localsOf(root, problem.path).at(-1);
  return local === undefined || local === problem.path ? problem : { ...problem, path: local };
}

function artifactProblem(message: string, path: RelativePath, root: BuildRoot): BuildProblem {
  return {
    kind: 'missing',
    path,
    message: `${root.source} cannot be composed: ${message}`,
    hint: `Mend the copy rules of ${root.generator ?? 'its ArtifactGenerator'}, or mark the rule optional.`,
  };
}
