import { definitionsReading } from '../domain/argo/application-definition.ts';
import { isApplicationSource } from '../domain/argo/application-source.ts';
import { FailureError } from '../domain/failure.ts';
import { repositoryOf } from '../domain/repository-name.ts';
import { isFedKind, isGitKind, isOciKind } from '../domain/source-kinds.ts';
import { isSourceNamed } from '../domain/source-name.ts';
import {
  type Definitions,
  type ObjectId,
  objectId,
  type SourceDefinition,
  type TargetDefinition,
} from '../domain/target.ts';

/** The source a watched directory feeds, and whether it can be pushed from here. */
export interface FedSource {
  readonly id: ObjectId;
  readonly definition: SourceDefinition | undefined;
  /** Where a push goes; undefined: nowhere, for the reason beside it. */
  readonly push: { readonly url: string; readonly tag: string; readonly insecure: boolean } | undefined;
  /** Why it cannot be pushed, and what to do, in words. */
  readonly notPushable: string | undefined;
}

export interface FedSourceChoice {
  /** `--source`: `namespace/name`, or with its kind before it; of Applications the name alone: `oci://host/repository:tag`. */
  readonly wanted: string | undefined;
  readonly registry: string | undefined;
  readonly tag: string | undefined;
  /** `--engine`, else as configured: whose source it is where both have one that fits. */
  readonly engine?: 'flux' | 'argocd' | undefined;
  /** True for a spec.path that exists below the directory that the source would be counted from. */
  readonly pathExists: (path: string, source: SourceDefinition) => boolean;
}

/** Finds the source that the watched directory feeds; throws a FailureError that names the candidates when it cannot be told. */
export function fedSource(definitions: Definitions, choice: FedSourceChoice): FedSource {
  const candidates = definitions.sources.filter(({ kind }) => isFedKind(kind));
  const found =
    choice.wanted === undefined ? onlyFitting(definitions, candidates, choice) : named(candidates, choice.wanted);
  return { id: found.id, definition: found, ...pushTarget(found, choice) };
}

function named(candidates: readonly SourceDefinition[], wanted: string): SourceDefinition {
  const matching = candidates.filter(({ id }) => isSourceNamed(id, wanted));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  if (only !== undefined)
    throw usage(
      `--source ${wanted} names ${matching.length} sources: ${list(matching)}`,
      'give its kind too, e.g. --source OCIRepository/flux-system/apps',
    );
  throw usage(
    `--source ${wanted}: there is no such source in the cluster`,
    candidates.length === 0 ? 'create it first' : `known: ${list(candidates)}`,
  );
}

function onlyFitting(
  definitions: Definitions,
  candidates: readonly SourceDefinition[],
  choice: FedSourceChoice,
): SourceDefinition {
  const fitting = candidates
    .map((source) => ({
      source,
      targets: targetsFedBy(definitions, source.id).filter(
        // A path in an ExternalArtifact counts from that artifact's root, not from the source's.
        (target) => target.source !== source.id || target.path === undefined || choice.pathExists(target.path, source),
      ).length,
    }))
    .filter(({ targets }) => targets > 0)
    .sort((a, b) => b.targets - a.targets);
  const [best] = fitting;
  if (best === undefined) {
    throw usage(
      definitions.targets.length === 0
        ? 'the cluster has no Flux Kustomization and no Argo CD Application'
        : `none of the ${counted(definitions.targets)} in the cluster has its path in this directory`,
      definitions.targets.length === 0
        ? 'create one (flux create kustomization, argocd app create), or widen --namespace'
        : 'watch the directory that the path counts from, name it with --root, or name the source with --source',
    );
  }
  const meant = ofRegistry(ofEngine(fitting, choice), choice);
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only.source;
  throw usage(
    `${meant.length} sources fit this directory: ${meant.map(described).join(', ')}`,
    `choose one, e.g. --source ${nameOf(best.source)}`,
  );
}

interface Fitting {
  readonly source: SourceDefinition;
  readonly targets: number;
}

function ofEngine(fitting: readonly Fitting[], { engine }: FedSourceChoice): readonly Fitting[] {
  const found = fitting.filter(({ source }) => isApplicationSource(source.id) === (engine === 'argocd'));
  return engine === undefined || found.length === 0 ? fitting : found;
}

/** Where several fit, the one that reads what is pushed is meant. */
function ofRegistry(fitting: readonly Fitting[], { registry }: FedSourceChoice): readonly Fitting[] {
  if (fitting.length < 2 || registry === undefined) return fitting;
  const found = fitting.filter(
    ({ source: { kind, url } }) => isOciKind(kind) && repositoryIn(url) === repositoryIn(registry),
  );
  return found.length === 0 ? fitting : found;
}

function repositoryIn(reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : repositoryOf(reference.replace(/:[^/:]*$/, ''));
}

function described({ source: { id, namespace, name }, targets }: Fitting): string {
  const kind = isApplicationSource(id) ? 'Application' : 'Kustomization';
  return `${namespace === '' ? name : id} (${targets} ${kind}${targets === 1 ? '' : 's'})`;
}

/** How `--source` takes it. */
function nameOf({ namespace, name }: SourceDefinition): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** `3 Kustomizations`, `2 Applications`, or both. */
function counted(targets: readonly TargetDefinition[]): string {
  const applications = targets.filter(({ kind }) => kind === 'Application').length;
  const others = targets.length - applications;
  const parts = [others > 0 ? `${others} Kustomizations` : [], applications > 0 ? `${applications} Applications` : []];
  return parts.flat().join(' and ');
}

/** The targets on the source itself, or on an ExternalArtifact made from it; an Application as it is seen from there. */
export function targetsFedBy(definitions: Definitions, source: ObjectId): TargetDefinition[] {
  const artifacts = new Set(
    definitions.generators
      .filter((generator) => generator.sources.some((from) => from.source === source))
      .flatMap(({ namespace, artifacts: made }) =>
        made.map(({ name }) => objectId('ExternalArtifact', namespace, name)),
      ),
  );
  const { targets } = definitionsReading(definitions, source);
  return targets.filter((target) => target.source === source || artifacts.has(target.source));
}

/** Where a push for this source goes, or why there is none. */
export function pushTarget(
  source: SourceDefinition,
  choice: Pick<FedSourceChoice, 'registry' | 'tag'>,
): Pick<FedSource, 'push' | 'notPushable'> {
  const no = (notPushable: string): Pick<FedSource, 'push' | 'notPushable'> => ({ push: undefined, notPushable });
  if (!isOciKind(source.kind)) {
    const asked =
      source.kind === 'GitSource'
        ? 'argocd app get NAME --refresh'
        : `flux reconcile source git ${source.name} -n ${source.namespace}`;
    return no(
      isGitKind(source.kind)
        ? `${source.id} is read from ${source.url ?? 'Git'}: a save cannot be pushed from here. Commit and git push, then run ${asked}`
        : `${source.id} is a Bucket: a save cannot be pushed from here. Upload it as you do otherwise`,
    );
  }
  const url = choice.registry ?? source.url;
  if (url === undefined)
    return no(`${source.id} has no spec.url: name the registry with --registry oci://HOST/REPOSITORY`);
  if (choice.tag === undefined && source.ref?.digest !== undefined) {
    return no(
      `${source.id} is pinned to a digest (${source.ref.digest}): a push would not be seen. Give it a tag in spec.ref`,
    );
  }
  if (choice.tag === undefined && source.ref?.semver !== undefined) {
    return no(
      `${source.id} follows the versions ${source.ref.semver}: give it a tag in spec.ref, or name one with --tag`,
    );
  }
  return {
    push: { url, tag: choice.tag ?? source.ref?.tag ?? 'latest', insecure: source.insecure === true },
    notPushable: undefined,
  };
}

function list(sources: readonly SourceDefinition[]): string {
  return sources.map(({ id }) => id).join(', ');
}

function usage(message: string, hint: string): FailureError {
  return new FailureError({ kind: 'invalid', message, hint });
}
