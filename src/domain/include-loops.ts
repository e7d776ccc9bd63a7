import type { BuildProblem } from './closure.ts';
import type { Include, KustomizationNode } from './kustomization-node.ts';
import { parentOf, type RelativePath, ROOT } from './paths.ts';

/**
 * What kustomize calls a cycle: a directory that includes, directly or through others, itself or a directory it lies in. Each is
 * reported once, at the line that closes it, with the chain that leads there.
 */
export function includeLoops(root: RelativePath, nodes: ReadonlyMap<RelativePath, KustomizationNode>): BuildProblem[] {
  const problems: BuildProblem[] = [];
  const reported = new Set<string>();
  for (const { start, above } of loopCandidates(nodes, hasCircle(root, nodes))) {
    const chain = chainTo(above, start, nodes);
    if (chain === undefined) continue;
    // The same circle, entered at another of its directories, is the same mistake.
    const members = [...new Set([start, ...chain.map((include) => include.directory)])].sort().join('\0');
    if (reported.has(members)) continue;
    reported.add(members);
    problems.push(loopProblem(start, chain));
  }
  return problems;
}

/** True when following the includes from `root` ever comes back to a directory that is still being followed. */
function hasCircle(root: RelativePath, nodes: ReadonlyMap<RelativePath, KustomizationNode>): boolean {
  const done = new Set<RelativePath>();
  const open = new Set<RelativePath>();
  // Components of the root are nodes too, though nothing includes them.
  const stack: { readonly directory: RelativePath; next: number }[] = [];
  for (const start of [root, ...nodes.keys()]) {
    if (done.has(start)) continue;
    stack.push({ directory: start, next: 0 });
    open.add(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const include = nodes.get(top.directory)?.includes[top.next];
      top.next += 1;
      if (include === undefined) {
        stack.pop();
        open.delete(top.directory);
        done.add(top.directory);
      } else if (open.has(include.directory)) {
        return true;
      } else if (!done.has(include.directory)) {
        open.add(include.directory);
        stack.push({ directory: include.directory, next: 0 });
      }
    }
  }
  return false;
}

/** Pairs in which `above` is a directory around `start`, or where there is a circle `start` itself, and `start` includes anything at all. */
function* loopCandidates(
  nodes: ReadonlyMap<RelativePath, KustomizationNode>,
  circle: boolean,
): Iterable<{ readonly start: RelativePath; readonly above: RelativePath }> {
  const included = new Set<RelativePath>();
  for (const node of nodes.values()) for (const include of node.includes) included.add(include.directory);
  for (const [start, node] of nodes) {
    if (node.includes.length === 0) continue;
    for (let above = start; ; above = parentOf(above)) {
      if (included.has(above) && (circle || above !== start)) yield { start, above };
      if (above === ROOT) break;
    }
  }
}

/** The shortest chain of includes from `start` to `target`, or undefined. */
function chainTo(
  target: RelativePath,
  start: RelativePath,
  nodes: ReadonlyMap<RelativePath, KustomizationNode>,
): Include[] | undefined {
  const cameFrom = new Map<RelativePath, { readonly by: Include; readonly from: RelativePath }>();
  const queue: RelativePath[] = [start];
  for (const directory of queue) {
    for (const include of nodes.get(directory)?.includes ?? []) {
      if (cameFrom.has(include.directory)) continue;
      cameFrom.set(include.directory, { by: include, from: directory });
      if (include.directory === target) return chainBack(target, start, cameFrom);
      queue.push(include.directory);
    }
  }
  return undefined;
}

function chainBack(
  target: RelativePath,
  start: RelativePath,
  cameFrom: ReadonlyMap<RelativePath, { readonly by: Include; readonly from: RelativePath }>,
): Include[] {
  const chain: Include[] = [];
  for (let at: RelativePath = target; ; ) {
    const step = cameFrom.get(at);
    if (step === undefined) return chain;
    chain.unshift(step.by);
    if (step.from === start) return chain;
    at = step.from;
  }
}

function loopProblem(start: RelativePath, chain: readonly Include[]): BuildProblem {
  const closing = chain.at(-1)?.from ?? { path: start };
  const at = closing.line === undefined ? closing.path : `${closing.path}:${closing.line}:${closing.column}`;
  const names = [start, ...chain.map((include) => include.directory)].join(' → ');
  return {
    kind: 'loop',
    ...closing,
    message: `${at}: the kustomization includes itself or a directory it lies in: ${names}`,
    hint: 'move what both need into a directory of its own',
  };
}
