import { INSTANCE_LABEL, TRACKING_ID } from '../argo/annotations.ts';
import { isAutomated } from '../argo/application-definition.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { type ObjectId, objectId, type SourceDefinition } from '../target.ts';
import { ownerObstacle, parentOf } from './session-obstacle.ts';
import type { Obstacle } from './skip-reason.ts';

/** The object of that id, as it is in the cluster. */
export type LookUp = (id: ObjectId) => KubeObject | undefined;

/** Where the artifacts of single Applications go: the repository as the cluster calls it, or why there is none. */
export function applicationPlace(
  source: SourceDefinition | undefined,
  registry: string | undefined,
): { readonly url: string } | Obstacle {
  const id = source?.id ?? 'its source';
  if (source?.kind === 'OCISource' && source.url !== undefined) {
    if (source.ref?.digest !== undefined) return no('digest', `${id} is pinned to a digest, which says what is to run`);
    if (source.ref?.semver === undefined) return { url: source.url };
    return no('semver', `${id} follows versions (targetRevision): who releases decides what runs`);
  }
  if (source?.kind === 'GitSource' && registry !== undefined) return { url: registry };
  const message = `${id} is no OCI repository: say with --registry oci://HOST/REPOSITORY where artifacts go`;
  return no('no-registry', message);
}

/** Why an Application stays on its shared source during a session, in words; undefined: it can be moved. */
export function applicationObstacle(object: KubeObject, lookUp: LookUp): Obstacle | undefined {
  const spec = asFields(object.spec);
  if (asList(spec.sources).length > 0) {
    return no('several-sources', 'it has several sources (spec.sources), whose revisions belong together');
  }
  if (spec.sourceHydrator !== undefined && spec.sourceHydrator !== null) {
    return no('hydrated', 'a hydrator writes what it reads (spec.sourceHydrator)');
  }
  if (asText(asFields(spec.source).chart) !== undefined) {
    return no('chart', 'it takes a chart from a repository of charts (spec.source.chart)');
  }
  const [owner] = asList(object.metadata.ownerReferences).map(asFields);
  if (owner !== undefined) {
    const message = `${asText(owner.kind)} ${asText(owner.name)} makes it, and would put its source back at once`;
    return no('generated', message);
  }
  const applies = parentOf(object);
  if (applies !== undefined) {
    const message = `Kustomization ${applies.namespace}/${applies.name} of Flux applies it, and would put its source back`;
    return no('generated', message);
  }
  return ownerObstacle(object) ?? parentObstacle(object, lookUp);
}

/** Its parent (app of apps), where that leaves it alone until somebody syncs it. */
export function lenientParent(object: KubeObject, lookUp: LookUp): KubeObject | undefined {
  const named = parentNamed(object);
  const parent = named === undefined ? undefined : parentAmong(named, object, lookUp);
  return parent === undefined || heals(parent) ? undefined : parent;
}

function parentObstacle(object: KubeObject, lookUp: LookUp): Obstacle | undefined {
  const named = parentNamed(object);
  if (named === undefined) return undefined;
  const parent = parentAmong(named, object, lookUp);
  if (parent === undefined) {
    // The label alone is common, and says nothing without an Application of that name.
    if (!named.isCertain) return undefined;
    return no('parent', `Application ${named.name} applies it, is not to be seen here, and may put its source back`);
  }
  const { name, namespace } = parent.metadata;
  if (name === object.metadata.name && namespace === object.metadata.namespace) {
    const message = 'it applies its own manifest: a mistake in an artifact of its own could not be mended by another';
    return no('applies-itself', message);
  }
  if (!heals(parent)) return undefined;
  return no(
    'parent',
    `Application ${namespace}/${name} applies it and heals itself: it would put its source back at once`,
  );
}

interface NamedParent {
  /** `<name>`, or `<namespace>_<name>` outside of the control plane's namespace. */
  readonly name: string;
  /** Its tracking id says so, which names the object itself. */
  readonly isCertain: boolean;
}

function parentNamed({ metadata }: KubeObject): NamedParent | undefined {
  const { annotations = {}, labels = {}, namespace, name } = metadata;
  const [parent, kind, place] = annotations[TRACKING_ID]?.split(':') ?? [];
  // One that was copied from another object does not count.
  if (parent && kind === 'argoproj.io/Application' && place === `${namespace}/${name}`) {
    return { name: parent, isCertain: true };
  }
  const instance = labels[INSTANCE_LABEL];
  return instance === undefined || instance === '' ? undefined : { name: instance, isCertain: false };
}

function parentAmong({ name, isCertain }: NamedParent, object: KubeObject, lookUp: LookUp): KubeObject | undefined {
  const at = name.indexOf('_');
  const { namespace: home = 'argocd' } = object.metadata;
  const controlPlane = asText(asFields(object.status).controllerNamespace) ?? home;
  const ids =
    at < 0
      ? [objectId('Application', controlPlane, name), objectId('Application', home, name)]
      : [objectId('Application', name.slice(0, at), name.slice(at + 1))];
  return ids.flatMap((id) => lookUp(id) ?? []).find((parent) => isCertain || lists(parent, object));
}

function lists({ status }: KubeObject, { metadata }: KubeObject): boolean {
  return asList(asFields(status).resources)
    .map(asFields)
    .some(
      ({ kind, namespace, name }) =>
        kind === 'Application' && name === metadata.name && namespace === metadata.namespace,
    );
}

/** Puts back at once whatever somebody changes on what it applies. */
function heals({ spec }: KubeObject): boolean {
  const fields = asFields(spec);
  return isAutomated(fields) && asFields(asFields(fields.syncPolicy).automated).selfHeal === true;
}

function no(reason: Obstacle['reason'], message: string): Obstacle {
  return { reason, message };
}
