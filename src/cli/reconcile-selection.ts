import { isExcludedByAnnotation, isNamed } from '../domain/exclusions.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ObjectId, TargetDefinition } from '../domain/target.ts';
import type { GitOpsEngine } from '../effects/gitops-engine.ts';
import { idOf, type LiveView } from '../effects/live-view.ts';
import { CommandFailedError, UsageError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

export interface Selection {
  readonly selected: readonly ObjectId[];
  /** HelmReleases that were named. */
  readonly releases: readonly KubeObject[];
  readonly excluded: ReadonlySet<ObjectId>;
}

/** What a `reconcile` is about: the named targets, else all. Throws UsageError for a name that means nothing, or more than one thing. */
export function reconcileSelection(
  view: Pick<LiveView, 'definitions' | 'object' | 'objects'>,
  engines: readonly GitOpsEngine[],
  {
    names,
    exclude,
    namespace,
    server,
  }: {
    readonly names: readonly string[];
    readonly exclude: readonly string[];
    readonly namespace: string | undefined;
    readonly server: string;
  },
): Selection {
  const { definitions } = view;
  const kinds = new Set(engines.flatMap(({ targetKinds }) => targetKinds));
  const candidates = definitions.targets.filter(({ kind }) => kinds.has(kind));
  const chosen = chosenBy(names, candidates, view);
  if (candidates.length === 0 && chosen.releases.length === 0) {
    const where = namespace === undefined ? server : `the namespace ${namespace} of ${server}`;
    throw new CommandFailedError(
      `${where} has no ${[...kinds].join(' and no ')}`,
      namespace === undefined
        ? 'is it the right cluster? Choose another with --context; reconcile-machine init makes the objects of a new project'
        : 'leave out --namespace to look in all of them',
    );
  }
  const { selected, releases } = chosen;
  const excluded = new Set(
    selected.filter((id) => {
      const object = view.object(id);
      return object !== undefined && isExcludedByAnnotation(object);
    }),
  );
  const known = candidates.map(({ id }) => id);
  for (const name of exclude) {
    // It may well mean one that is not asked for now, as a configured list does.
    if (!known.some((id) => isNamed(id, name))) throw unknownName('--exclude: ', name, known);
    for (const id of selected) if (isNamed(id, name)) excluded.add(id);
  }
  return { selected, releases, excluded };
}

/** Without names every candidate, and no HelmRelease: those follow the Kustomizations that apply them. */
function chosenBy(
  names: readonly string[],
  candidates: readonly TargetDefinition[],
  view: Pick<LiveView, 'objects'>,
): Omit<Selection, 'excluded'> {
  const known = candidates.map(({ id }) => id);
  if (names.length === 0) return { selected: known, releases: [] };
  const releases = new Map(
    view.objects.filter(({ kind }) => kind === 'HelmRelease').map((object) => [idOf(object), object] as const),
  );
  const chosen = [...new Set(names.map((name) => theOnlyNamed(name, known, [...releases.keys()])))];
  return {
    selected: chosen.filter((id) => !releases.has(id)),
    releases: chosen.flatMap((id) => releases.get(id) ?? []),
  };
}

/** A name that a Kustomization or Application has means that one. */
function theOnlyNamed(name: string, known: readonly ObjectId[], releases: readonly ObjectId[]): ObjectId {
  const found = known.filter((id) => isNamed(id, name));
  const meant = found.length > 0 ? found : releases.filter((id) => isNamed(id, name));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  if (only !== undefined) {
    throw new UsageError(`${name} names ${meant.length} targets: ${meant.join(', ')}`, 'give the whole name');
  }
  throw unknownName('', name, name.startsWith('HelmRelease/') ? releases : known);
}

function unknownName(place: string, name: string, known: readonly ObjectId[]): UsageError {
  const shape = name.split('/').length;
  const forms = known.map((id) => id.split('/').slice(-shape).join('/'));
  const near = nearestName(name, forms);
  return new UsageError(
    `${place}no ${place === '' ? 'Kustomization, Application or HelmRelease' : 'Kustomization or Application'} is called ${name}`,
    near === undefined
      ? `known: ${known.length === 0 ? 'none' : listed(known)}`
      : `did you mean ${near}? Known: ${listed(known)}`,
  );
}

const LISTED_MAX = 10;

function listed(ids: readonly ObjectId[]): string {
  const more = ids.length > LISTED_MAX ? ` and ${ids.length - LISTED_MAX} more` : '';
  return ids.slice(0, LISTED_MAX).join(', ') + more;
}
