import type { BuildProblem, Closure } from './closure.ts';
import type { FileTree } from './file-tree.ts';
import { includeLoops } from './include-loops.ts';
import { KUSTOMIZATION_FILE_NAMES } from './kustomization-file.ts';
import type { Include, KustomizationNode } from './kustomization-node.ts';
import { unreadable } from './kustomization-node-reader.ts';
import type { Limits } from './limits.ts';
import type { RelativePath } from './paths.ts';

export interface NodeSource {
  readonly limits: Limits;
  /** The kustomization a build starts with. */
  root(directory: RelativePath): KustomizationNode;
  /** The kustomization of an included directory. */
  node(directory: RelativePath): KustomizationNode;
}

/** Collects what the build of `directory` with `components` reads, through everything it includes. */
export function closureOf(
  tree: FileTree,
  directory: RelativePath,
  components: readonly RelativePath[],
  source: NodeSource,
): Closure {
  if (tree.kindOf(directory) !== 'directory') return notFound(directory, tree.kindOf(directory));
  const root = source.root(directory);
  const nodes = new Map<RelativePath, KustomizationNode>([[directory, root]]);
  const absent = new Set<RelativePath>();
  const problems: BuildProblem[] = [];
  const pending: KustomizationNode[] = [root];

  function include(edge: Include): void {
    const node = nodes.get(edge.directory) ?? source.node(edge.directory);
    const mistake = kindMistake(edge, node);
    if (mistake !== undefined) problems.push(mistake);
    if (nodes.has(edge.directory)) return;
    nodes.set(edge.directory, node);
    pending.push(node);
  }

  for (const component of components) {
    if (tree.kindOf(component) === 'directory')
      include({ directory: component, role: 'component', from: { path: component } });
    else absent.add(component);
  }
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    problems.push(...node.problems);
    // What includes each other in a circle is found below; here each directory is visited once.
    for (const edge of node.includes) include(edge);
  }
  problems.push(...includeLoops(directory, nodes));
  const files = sortedUnion(nodes.values(), (node) => node.files);
  problems.push(...sizeProblems(tree, files, directory, source.limits, problems));
  for (const node of nodes.values()) for (const path of node.absent) absent.add(path);
  return {
    directory,
    files,
    kustomizations: [...nodes.values()]
      .filter(hasFile)
      .map((node) => node.directory)
      .sort(),
    absent: [...absent].sort(),
    listings: sortedUnion(nodes.values(), (node) => node.listings),
    remote: sortedUnion(nodes.values(), (node) => node.remote),
    problems,
  };
}

function hasFile(node: KustomizationNode): boolean {
  return node.kind === 'Kustomization' || node.kind === 'Component';
}

function notFound(directory: RelativePath, kind: string | undefined): Closure {
  const message = `${directory}: expected a directory, found ${kind === undefined ? 'nothing' : `a ${kind}`}`;
  return {
    directory,
    files: [],
    kustomizations: [],
    absent: [directory],
    listings: [],
    remote: [],
    problems: [{ kind: 'not-found', path: directory, message, hint: 'create it, or correct spec.path' }],
  };
}

/** kustomize takes a Component under `components` only, and nothing else there. */
function kindMistake(edge: Include, node: KustomizationNode): BuildProblem | undefined {
  const { path, line, column } = edge.from;
  const at = line === undefined ? path : `${path}:${line}:${column}`;
  if (node.kind === 'none') {
    const expected = `expected one of ${KUSTOMIZATION_FILE_NAMES.join(', ')} in ${edge.directory}, found none`;
    return { kind: 'missing', ...edge.from, message: `${at}: ${expected}` };
  }
  const isComponent = node.kind === 'Component';
  if (isComponent === (edge.role === 'component')) return undefined;
  const message = isComponent
    ? `${at}: expected a Kustomization in ${edge.directory}, found a Component`
    : `${at}: expected a Component in ${edge.directory}, found a ${node.kind}`;
  return { kind: 'parse', ...edge.from, message, hint: `name it under ${isComponent ? 'components' : 'resources'}` };
}

function sizeProblems(
  tree: FileTree,
  files: readonly RelativePath[],
  directory: RelativePath,
  limits: Limits,
  known: readonly BuildProblem[],
): BuildProblem[] {
  const problems: BuildProblem[] = [];
  const sizes = new Map<RelativePath, number>();
  for (const file of files) {
    try {
      sizes.set(file, tree.facts(file)?.bytes ?? 0);
    } catch (error) {
      const problem = unreadable(error, file);
      if (!known.some(({ kind, path }) => kind === problem.kind && path === file)) problems.push(problem);
    }
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes > limits.closureBytesMax) {
    const message = `${directory}: its build reads ${bytes} bytes, at most ${limits.closureBytesMax} are allowed; the largest: ${largest(sizes)}`;
    problems.push({
      kind: 'limit',
      path: directory,
      message,
      hint: 'raise the limit with --limit closureBytesMax=NUMBER',
    });
  }
  return problems;
}

const LARGEST_NAMED = 3;

function largest(sizes: ReadonlyMap<RelativePath, number>): string {
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .slice(0, LARGEST_NAMED)
    .map(([path, size]) => `${path} (${size} bytes)`)
    .join(', ');
}

function sortedUnion<Item extends string>(
  nodes: Iterable<KustomizationNode>,
  itemsOf: (node: KustomizationNode) => readonly Item[],
): Item[] {
  const items = new Set<Item>();
  for (const node of nodes) for (const item of itemsOf(node)) items.add(item);
  return [...items].sort();
}
