import { isApplicationSource } from './argo/application-source.ts';
import { type ArtifactTree, artifactTree } from './artifact-layout.ts';
import { expandedArtifacts } from './expanded-artifacts.ts';
import type { FileTree } from './file-tree.ts';
import { KustomizationGraph } from './kustomization-graph.ts';
import type { Limits } from './limits.ts';
import type { RelativePath } from './paths.ts';
import { ReaderIndex } from './reader-index.ts';
import type { Definitions, ObjectId } from './target.ts';
import { objectId } from './target.ts';

/** What a target's `spec.path` counts from: the fed source itself, or an artifact composed from it. */
export interface BuildRoot {
  readonly source: ObjectId;
  /** The ArtifactGenerator in between. */
  readonly generator: ObjectId | undefined;
  readonly tree: FileTree;
  readonly graph: KustomizationGraph;
  readonly readers: ReaderIndex;
  readonly artifact: ArtifactTree | undefined;
  readonly limits: Limits;
}

/** The local files that hold the content of `path` of this root. */
export function localsOf(root: BuildRoot, path: RelativePath): readonly RelativePath[] {
  return root.artifact === undefined ? [path] : root.artifact.toLocals(path);
}

/** The paths of this root where a local file arrives. */
export function rootPathsOf(root: BuildRoot, local: RelativePath): readonly RelativePath[] {
  return root.artifact === undefined ? [local] : root.artifact.toArtifact(local);
}

/** The roots that are fed from `source`, whose visible files are `tree`; keyed by the source a target names. */
export function buildRoots(
  definitions: Definitions,
  source: ObjectId,
  tree: FileTree,
  limits: Limits,
): Map<ObjectId, BuildRoot> {
  const roots = new Map<ObjectId, BuildRoot>([[source, newRoot(source, undefined, tree, undefined, limits)]]);
  for (const generator of definitions.generators) {
    const aliases = new Set(generator.sources.flatMap((entry) => (entry.source === source ? [entry.alias] : [])));
    if (aliases.size === 0) continue;
    for (const definition of expandedArtifacts(generator, tree, aliases)) {
      const artifact = artifactTree(definition, tree, aliases);
      const id = objectId('ExternalArtifact', generator.namespace, definition.name);
      roots.set(id, newRoot(id, generator.id, artifact, artifact, limits));
    }
  }
  return roots;
}

function newRoot(
  source: ObjectId,
  generator: ObjectId | undefined,
  tree: FileTree,
  artifact: ArtifactTree | undefined,
  limits: Limits,
): BuildRoot {
  return {
    source,
    generator,
    tree,
    graph: new KustomizationGraph(tree, { limits, engine: isApplicationSource(source) ? 'argocd' : 'flux' }),
    readers: new ReaderIndex(),
    artifact,
    limits,
  };
}
