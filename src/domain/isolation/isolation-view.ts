import { type BuildRoot, buildRoots, localsOf } from '../build-root.ts';
import type { DefiningObject } from '../definitions-from-objects.ts';
import { fedSourceCandidates } from '../fed-source.ts';
import type { FileTree } from '../file-tree.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Limits } from '../limits.ts';
import type { RelativePath } from '../paths.ts';
import { sourceView } from '../source-view.ts';
import type { Definitions, ObjectId, SourceDefinition, TargetDefinition } from '../target.ts';
import { objectId, parseObjectId } from '../target.ts';
import { type TargetState, targetState } from '../target-state.ts';
import { VisibleTree } from '../visible-tree.ts';
import { beforeIsolation, isolatedSources } from './isolated-source.ts';

/** One cluster that a repository holds. */
export interface RepositoryCluster {
  readonly entry: RelativePath;
  readonly definitions: Definitions;
  readonly objects: readonly DefiningObject[];
}

/** One cluster with its targets on the source that the directory feeds, whether or not they have one of their own by now. */
export interface IsolationView {
  readonly cluster: RepositoryCluster;
  /** Undefined: no target reads a source that the directory could feed. */
  readonly fedSource: ObjectId | undefined;
  /** As in the repository. */
  readonly shared: DefiningObject | undefined;
  /** Every target on its shared source. */
  readonly targets: readonly TargetDefinition[];
  /** The OCIRepository of a target's own, by the target. */
  readonly own: ReadonlyMap<ObjectId, DefiningObject>;
  /** Undefined for a target that is not fed from here. */
  stateOf(target: TargetDefinition): TargetState | undefined;
}

/** `tree` is the source root; `wanted` the source to take where that is not to be found out. */
export function isolationView(
  cluster: RepositoryCluster,
  tree: FileTree,
  limits: Limits,
  wanted?: ObjectId,
): IsolationView {
  const definitions = beforeIsolation(cluster.definitions, cluster.objects);
  const fedSource = wanted ?? fedSourceCandidates(definitions, tree)[0];
  const isolated = isolatedSources(cluster.objects);
  const own = new Map<ObjectId, DefiningObject>();
  for (const { id, source } of cluster.definitions.targets) {
    const object = isolated.get(source);
    if (object !== undefined) own.set(id, object);
  }
  const roots =
    fedSource === undefined ? new Map<ObjectId, BuildRoot>() : rootsOf(definitions, fedSource, tree, limits);
  return {
    cluster,
    fedSource,
    shared: fedSource === undefined ? undefined : definingObject(cluster.objects, fedSource),
    targets: definitions.targets,
    own,
    stateOf: (target) => {
      const root = roots.get(target.source);
      return root === undefined ? undefined : targetState(target, root);
    },
  };
}

/** The local files that the target's build reads. */
export function localFilesOf(state: TargetState): readonly RelativePath[] {
  return (state.closure?.files ?? []).flatMap((file) => localsOf(state.root, file));
}

function rootsOf(
  definitions: Definitions,
  fedSource: ObjectId,
  tree: FileTree,
  limits: Limits,
): ReadonlyMap<ObjectId, BuildRoot> {
  const ignore = definitions.sources.find(({ id }) => id === fedSource)?.ignore;
  const kind = parseObjectId(fedSource).kind as SourceDefinition['kind'];
  const visible = new VisibleTree(tree, sourceView({ tree, ignore, kind }));
  return buildRoots(definitions, fedSource, visible, limits);
}

function definingObject(objects: readonly DefiningObject[], id: ObjectId): DefiningObject | undefined {
  const idOf = ({ kind, metadata }: KubeObject) => objectId(kind, metadata.namespace ?? 'default', metadata.name);
  return objects.findLast(({ object }) => object.apiVersion.startsWith('source.toolkit.') && idOf(object) === id);
}
