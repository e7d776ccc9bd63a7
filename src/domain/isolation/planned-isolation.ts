import type { RelativePath } from '../paths.ts';
import type { ObjectId } from '../target.ts';
import { objectId } from '../target.ts';
import { artifactTag } from './artifact-tag.ts';
import type { Examined } from './candidate.ts';
import { type Destination, type DestinationOptions, destinationOf } from './destination.ts';
import type { IsolationView } from './isolation-view.ts';
import type { ManifestPlace } from './manifest-place.ts';
import { type OwnRepository, ownRepository } from './own-repository.ts';
import type { Obstacle } from './skip-reason.ts';
import { type SourceReference, sourceRefEdits } from './source-ref-edit.ts';

/** A target with a source of its own, now or after the change. */
export interface IsolatedTarget {
  readonly target: ObjectId;
  readonly source: ObjectId;
  readonly url: string;
  readonly tag: string;
  /** The target's manifest; positions are 1-based. */
  readonly path: RelativePath;
  readonly line: number;
  readonly column: number;
  /** The file of its source. */
  readonly writtenTo: RelativePath;
}

/** One target's move to a source of its own. */
export interface Planned {
  readonly manifest: ManifestPlace;
  readonly own: OwnRepository;
  readonly destination: Destination;
  readonly isolated: IsolatedTarget;
}

/** The change for one manifest, `group` being how each cluster that has it sees it; or why there is none. Takes the name it gives. */
export function plannedIsolation(
  group: readonly Examined[],
  options: DestinationOptions,
  taken: Set<string>,
): Planned | Obstacle {
  const [first] = group;
  const obstacle = group.map(({ verdict }) => verdict).find((verdict) => 'reason' in verdict);
  if (obstacle !== undefined) return obstacle;
  const manifest = first?.manifest;
  if (first === undefined || manifest === undefined) {
    return { reason: 'not-here', message: 'its manifest is not in this repository' };
  }
  const at = { path: manifest.file.path, line: manifest.line, column: manifest.column };
  const name = freeName(group, taken);
  if (name === undefined) {
    return { reason: 'name-taken', message: `an OCIRepository ${first.target.name} is there already`, ...at };
  }
  const repositories = group.map((look) => repositoryOf(look, manifest, name));
  const [own] = repositories;
  if (own === undefined || repositories.some(({ text }) => text !== own.text)) {
    return { reason: 'differs', message: 'clusters share its manifest, and their sources differ', ...at };
  }
  const edits = sourceRefEdits(manifest.written, manifest.file, referenceTo(name, manifest));
  if ('obstacle' in edits) {
    return { reason: 'layout', message: edits.obstacle, path: at.path, ...manifest.file.placeAt(edits.offset) };
  }
  const destination = destinationOf(group, manifest, options);
  if ('reason' in destination) return destination;
  for (const { view, target } of group) taken.add(nameKey(view, target.namespace, name));
  const { url, ref } = own.object.spec as { url: string; ref: { tag: string } };
  const isolated: IsolatedTarget = {
    target: first.target.id,
    source: objectId('OCIRepository', first.target.namespace, name),
    url,
    tag: ref.tag,
    path: at.path,
    ...manifest.file.placeAt(edits.offset),
    writtenTo: destination.path,
  };
  return { manifest, own, destination, isolated };
}

function repositoryOf({ view, target, verdict }: Examined, manifest: ManifestPlace, name: string): OwnRepository {
  const { shared } = view;
  if ('reason' in verdict || shared === undefined) throw new Error(`${target.id} has no place for an artifact`);
  return ownRepository({
    target: target.id,
    name,
    namespace: manifest.written.object.metadata.namespace,
    from: target.source,
    shared: shared.object,
    url: verdict.place.url,
    tag: artifactTag(verdict.place.tag, verdict.path, target.components),
  });
}

/** What the target's sourceRef says afterwards. */
export function referenceTo(name: string, { written }: ManifestPlace): SourceReference {
  return { kind: 'OCIRepository', name, namespace: written.object.metadata.namespace };
}

/** The target's own name, so that the two are found together; with a suffix where that is another source's. */
function freeName(group: readonly Examined[], taken: ReadonlySet<string>): string | undefined {
  const name = group[0]?.target.name ?? '';
  return [name, `${name}-isolated`].find((candidate) =>
    group.every(({ view, target }) => !taken.has(nameKey(view, target.namespace, candidate))),
  );
}

/** The names of sources that are there already, cluster by cluster. */
export function takenNames(views: readonly IsolationView[]): Set<string> {
  return new Set(
    views.flatMap((view) =>
      view.cluster.definitions.sources
        .filter(({ kind }) => kind === 'OCIRepository')
        .map(({ namespace, name }) => nameKey(view, namespace, name)),
    ),
  );
}

function nameKey({ cluster }: IsolationView, namespace: string, name: string): string {
  return `${cluster.entry}\0${namespace}\0${name}`;
}
