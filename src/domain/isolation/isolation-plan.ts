import type { FileTree } from '../file-tree.ts';
import type { KustomizationGraph } from '../kustomization-graph.ts';
import type { Limits } from '../limits.ts';
import type { RelativePath } from '../paths.ts';
import type { ObjectId } from '../target.ts';
import { objectId } from '../target.ts';
import { type Examined, examined } from './candidate.ts';
import type { DestinationOptions } from './destination.ts';
import { type FileChange, FileChanges } from './file-changes.ts';
import { isolatedFrom } from './isolated-source.ts';
import { type IsolationView, localFilesOf } from './isolation-view.ts';
import { type ManifestPlace, WrittenFiles } from './manifest-place.ts';
import { type IsolatedTarget, type Planned, plannedIsolation, referenceTo, takenNames } from './planned-isolation.ts';
import type { Skipped } from './skip-reason.ts';
import { sourceRefEdits, withSourceRef } from './source-ref-edit.ts';

export interface IsolationInput {
  /** The source root, as on disk. */
  readonly tree: FileTree;
  /** Of that tree. */
  readonly graph: KustomizationGraph;
  readonly limits: Limits;
  /** Every cluster of the repository: they may share manifests. */
  readonly views: readonly IsolationView[];
  /** Only what this cluster uses is changed. */
  readonly entry?: RelativePath | undefined;
  /** `oci://…`, for sources that are no OCIRepository. */
  readonly registry?: string | undefined;
}

export interface IsolationPlan {
  /** All of them, or none, are to be written. Sorted by path. */
  readonly files: readonly FileChange[];
  readonly isolated: readonly IsolatedTarget[];
  /** Have a source of their own already, and are left alone. */
  readonly kept: readonly ObjectId[];
  readonly skipped: readonly Skipped[];
  /** Sources of single targets that nothing reads any more. */
  readonly leftovers: readonly { readonly source: ObjectId; readonly path: RelativePath | undefined }[];
  /** New files that nothing in the repository applies. */
  readonly unapplied: readonly RelativePath[];
}

/**
 * The change that gives each Kustomization on the fed source one of its own. Nothing is written: the new contents are the answer.
 * Throws FailureError where a file cannot be edited safely.
 */
export function isolationPlan(input: IsolationInput): IsolationPlan {
  const { tree, graph, limits, views, registry } = input;
  const files = new WrittenFiles(tree, limits);
  const looks = views.flatMap((view) =>
    view.targets.filter((target) => !view.own.has(target.id)).map((target) => examined(view, target, files, registry)),
  );
  const options: DestinationOptions = { tree, graph, files, clustersOf: (path) => clustersOf(path, views) };
  const isWanted = ({ view }: Examined): boolean => input.entry === undefined || view.cluster.entry === input.entry;
  const skipped: Skipped[] = [];
  const planned: Planned[] = [];
  const taken = takenNames(views);
  for (const group of groupsOf(looks)) {
    if (!group.some(isWanted)) continue;
    const outcome = plannedIsolation(group, options, taken);
    if ('own' in outcome) planned.push(outcome);
    else skipped.push(...group.filter(isWanted).map(({ target }) => ({ target: target.id, ...outcome })));
  }
  const changes = changesOf(planned, limits);
  const kept = views
    .filter(({ cluster }) => input.entry === undefined || cluster.entry === input.entry)
    .flatMap(({ own }) => [...own.keys()]);
  return {
    files: changes,
    isolated: planned.map(({ isolated }) => isolated).sort(byTarget),
    kept: [...new Set(kept)].sort(),
    skipped: unique(skipped).sort(byTarget),
    leftovers: leftoversOf(views),
    unapplied: unappliedFiles(planned, looks, graph),
  };
}

/** One manifest, as each cluster that has it sees it. */
function groupsOf(looks: readonly Examined[]): Examined[][] {
  const groups = new Map<string, Examined[]>();
  for (const [index, look] of looks.entries()) {
    const key = look.manifest?.key ?? `#${index}`;
    groups.set(key, [...(groups.get(key) ?? []), look]);
  }
  return [...groups.values()];
}

function changesOf(planned: readonly Planned[], limits: Limits): FileChange[] {
  const changes = new FileChanges(limits);
  const listed = new Set<string>();
  for (const { manifest, own, destination, isolated } of [...planned].sort((a, b) =>
    byTarget(a.isolated, b.isolated),
  )) {
    const { file, written } = manifest;
    const to = referenceTo(own.object.metadata.name, manifest);
    const edits = sourceRefEdits(written, file, to);
    if ('obstacle' in edits) throw new Error(`${isolated.target}: ${edits.obstacle}`);
    changes.edit(file, edits.edits, (now) => replaced(now, written, (object) => withSourceRef(object, to)));
    changes.append(destination.path, destination.file, own);
    for (const { file: lister, added } of destination.entries) {
      const key = `${lister.path}\0${destination.path}`;
      if (!listed.has(key)) changes.edit(lister, [added.edit], added.values);
      listed.add(key);
    }
  }
  return changes.all();
}

function replaced(
  values: readonly unknown[],
  { document, item }: ManifestPlace['written'],
  change: (object: unknown) => unknown,
): readonly unknown[] {
  return values.map((value, index) => {
    if (index !== document) return value;
    if (item === undefined) return change(value);
    const list = value as { readonly items: readonly unknown[] };
    return { ...list, items: list.items.map((inner, at) => (at === item ? change(inner) : inner)) };
  });
}

function clustersOf(path: RelativePath, views: readonly IsolationView[]): string {
  return views
    .filter(({ cluster }) => cluster.objects.some(({ definedIn }) => definedIn === path))
    .map(({ cluster }) => cluster.entry)
    .join('\0');
}

function leftoversOf(views: readonly IsolationView[]): IsolationPlan['leftovers'] {
  const leftovers = views.flatMap(({ cluster, own }) => {
    const read = new Set([...own.values()].map(({ object }) => object));
    return cluster.objects
      .filter(({ object }) => isolatedFrom(object) !== undefined && !read.has(object))
      .map(({ object: { kind, metadata }, definedIn }) => ({
        source: objectId(kind, metadata.namespace ?? 'default', metadata.name),
        path: definedIn,
      }));
  });
  return unique(leftovers);
}

function unappliedFiles(
  planned: readonly Planned[],
  looks: readonly Examined[],
  graph: KustomizationGraph,
): RelativePath[] {
  const applied = new Set(looks.flatMap(({ state }) => (state === undefined ? [] : localFilesOf(state))));
  const created = planned.filter(
    ({ destination: { beside, file } }) =>
      file === undefined && !applied.has(beside) && graph.readers(beside).length === 0,
  );
  return [...new Set(created.map(({ destination }) => destination.path))].sort();
}

function byTarget(left: { readonly target: ObjectId }, right: { readonly target: ObjectId }): number {
  return left.target < right.target ? -1 : Number(left.target > right.target);
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
