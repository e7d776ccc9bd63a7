import type { BuildRoot } from '../build-root.ts';
import type { Closure } from '../closure.ts';
import type { FileTree } from '../file-tree.ts';
import { kustomizationFileIn } from '../kustomization-file-names.ts';
import { childOf, type RelativePath, ROOT, resolveFrom } from '../paths.ts';
import type { TargetDefinition } from '../target.ts';
import { walkFiles } from '../walk-files.ts';
import type { ApplicationPart, ApplicationTool } from './application-target.ts';
import { directoryClosure } from './directory-closure.ts';
import { helmClosure, inflatedCharts, referencedFiles } from './helm-closure.ts';
import { filesClosure, mergedClosure } from './merged-closure.ts';
import { refreshPathsClosure } from './refresh-paths.ts';

const ALL_OF_DIRECTORY = { recurse: false, include: '', exclude: '' };

/** All that the Application's builds read in `root`, over those of its parts that read that source. */
export function applicationClosure(
  target: TargetDefinition,
  root: Pick<BuildRoot, 'source' | 'tree' | 'graph' | 'limits'>,
): Closure {
  const { parts = [], refreshPaths = [] } = target.application ?? {};
  const closures = parts
    .filter(({ source }) => source === root.source)
    .flatMap((part) => {
      const built = part.path === undefined ? [] : [partClosure(part, part.path, root)];
      const named = part.ref === undefined ? [] : [referencedFiles(root.tree, part.ref, parts)];
      const watched =
        part.path === undefined || refreshPaths.length === 0
          ? []
          : [refreshPathsClosure(root.tree, part.path, refreshPaths)];
      return [...built, ...named, ...watched];
    });
  const [first = filesClosure(target.path ?? ROOT, {}), ...others] = closures;
  return mergedClosure(first, others);
}

/** What Argo CD builds the directory with: as the manifest says, else what lies in it decides. */
export function toolFor(tree: FileTree, path: RelativePath, part: Pick<ApplicationPart, 'tool'>): ApplicationTool {
  if (part.tool !== undefined) return part.tool;
  if (kustomizationFileIn(tree, path) !== undefined) return 'kustomize';
  return tree.kindOf(childOf(path, 'Chart.yaml')) === 'file' ? 'helm' : 'directory';
}

function partClosure(
  part: ApplicationPart,
  path: RelativePath,
  { tree, graph, limits }: Pick<BuildRoot, 'tree' | 'graph' | 'limits'>,
): Closure {
  if (tree.kindOf(path) !== 'directory') return graph.closure(path);
  const tool = toolFor(tree, path, part);
  switch (tool) {
    case 'directory':
      return sensitiveToTool(directoryClosure(tree, path, part.directory ?? ALL_OF_DIRECTORY, limits), part);
    case 'helm':
      return sensitiveToTool(helmClosure(tree, path, part), part);
    case 'plugin':
      return pluginClosure(tree, path);
    case 'kustomize': {
      const components = (part.components ?? []).flatMap((component) => resolveFrom(path, component) ?? []);
      const built = graph.closure(path, components);
      return mergedClosure(built, inflatedCharts(tree, built));
    }
  }
}

/** A kustomization file, or a Chart.yaml, that comes to the directory makes Argo CD build it with another tool. */
function sensitiveToTool(closure: Closure, part: ApplicationPart): Closure {
  if (part.tool !== undefined) return closure;
  return { ...closure, listings: [...new Set([...closure.listings, closure.directory])].sort() };
}

function pluginClosure(tree: FileTree, path: RelativePath): Closure {
  const message = `${path}: a config management plugin builds it, and what that reads is not known`;
  return filesClosure(path, {
    files: [...walkFiles(tree, path)],
    listings: [path],
    problems: [{ kind: 'unreadable', path, message }],
  });
}
