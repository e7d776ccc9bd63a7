import { applicationClosure } from '../domain/argo/application-closure.ts';
import { readingFrom } from '../domain/argo/application-definition.ts';
import type { Closure } from '../domain/closure.ts';
import { definingFiles } from '../domain/defining-files.ts';
import { definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import type { FileTree } from '../domain/file-tree.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import type { RelativePath } from '../domain/paths.ts';

/**
 * What the Applications among the manifests of `tree` are built from, by directory: plain directories and charts, which have no kustomization file, and
 * kustomizations, in which Argo CD takes more than Flux does (`helmCharts`). Whether a source's files are these is not known: every path that is a
 * directory here counts.
 */
export function applicationDirectories(tree: FileTree, limits: Limits): ReadonlyMap<RelativePath, Closure> {
  const graph = new KustomizationGraph(tree, { limits, engine: 'argocd' });
  const { targets } = definitionsFromObjects(definingFiles(tree, limits).flatMap(({ objects }) => objects));
  const closures = new Map<RelativePath, Closure>();
  for (const target of targets) {
    for (const { source, path } of target.application?.parts ?? []) {
      if (path === undefined || tree.kindOf(path) !== 'directory' || closures.has(path)) continue;
      const closure = applicationClosure(readingFrom(target, source), { source, tree, graph, limits });
      closures.set(path, { ...closure, directory: path });
    }
  }
  return closures;
}
