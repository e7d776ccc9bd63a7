import { isExcludedByAnnotation, isNamed } from '../domain/exclusions.ts';
import type { Definitions, ObjectId, TargetDefinition } from '../domain/target.ts';
import type { GitOpsEngine } from '../effects/gitops-engine.ts';
import type { LiveView } from '../effects/live-view.ts';
import { CommandFailedError, UsageError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

export interface Selection {
  readonly selected: readonly ObjectId[];
  readonly excluded: ReadonlySet<ObjectId>;
}

/** What a `reconcile` is about: the named targets, else all. Throws UsageError for a name that means nothing, or more than one thing. */
export function reconcileSelection(
  view: Pick<LiveView, 'definitions' | 'object'>,
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
  if (candidates.length === 0) {
    const where = namespace === undefined ? server : `the namespace ${namespace} of ${server}`;
    throw new CommandFailedError(
      `${where} has no ${[...kinds].join(' and no ')}`,
      namespace === undefined
        ? 'is it the right cluster? Choose another with --context; reconcile-machine init makes the objects of a new project'
        : 'leave out --namespace to look in all of them',
    );
  }
  const selected =
    names.length === 0
      ? candidates.map(({ id }) => id)
      : [...new Set(names.map((name) => theOnlyNamed(name, candidates, definitions)))];
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
  return { selected, excluded };
}

function theOnlyNamed(name: string, candidates: readonly TargetDefinition[], definitions: Definitions): ObjectId {
  const found = candidates.filter(({ id }) => isNamed(id, name)).map(({ id }) => id);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    throw new UsageError(`${name} names ${found.length} targets: ${found.join(', ')}`, 'give the whole name');
  }
  if (definitions.targets.some(({ id }) => isNamed(id, name)) || name.startsWith('HelmRelease/')) {
    throw new UsageError(
      `${name} is a HelmRelease: those are reconciled by the Kustomization that applies them`,
      'name that Kustomization; HelmReleases that are stuck are reset on the way',
    );
  }
  throw unknownName(
    '',
    name,
    candidates.map(({ id }) => id),
  );
}

function unknownName(place: string, name: string, known: readonly ObjectId[]): UsageError {
  const shape = name.split('/').length;
  const forms = known.map((id) => id.split('/').slice(-shape).join('/'));
  const near = nearestName(name, forms);
  return new UsageError(
    `${place}no Kustomization or Application is called ${name}`,
    near === undefined ? `known: ${listed(known)}` : `did you mean ${near}? Known: ${listed(known)}`,
  );
}

const LISTED_MAX = 10;

function listed(ids: readonly ObjectId[]): string {
  const more = ids.length > LISTED_MAX ? ` and ${ids.length - LISTED_MAX} more` : '';
  return ids.slice(0, LISTED_MAX).join(', ') + more;
}
