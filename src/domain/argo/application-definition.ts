import type { DefiningObject } from '../defining-object.ts';
import { beforeMove } from '../isolation/application-marks.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields, textList } from '../object-fields.ts';
import { ROOT, resolveFrom } from '../paths.ts';
import { specPath } from '../spec-path.ts';
import type { Definitions, ObjectId, SourceDefinition, TargetDefinition } from '../target.ts';
import { objectId } from '../target.ts';
import { INSTANCE_LABEL, MANIFEST_GENERATE_PATHS, SKIP_RECONCILE, TRACKING_ID } from './annotations.ts';
import { applicationSource, isApplicationSource } from './application-source.ts';
import type { ApplicationPart, ApplicationTarget, ApplicationTool } from './application-target.ts';

export { isApplication } from './is-application.ts';

export interface ApplicationOptions {
  /** Applications without automated sync are synced on request; else they count as suspended. */
  readonly syncsManual?: boolean;
}

/** Where an Application lies that names no namespace. */
const NAMESPACE_DEFAULT = 'argocd';

/**
 * The Application as a target, and the sources it names; undefined for one that names none. One that a session moved is on the source it read
 * before, whose files it still has, with its own named beside it.
 */
export function applicationDefinition(
  { object, definedIn }: DefiningObject,
  { syncsManual = false }: ApplicationOptions = {},
): { readonly target: TargetDefinition; readonly sources: readonly SourceDefinition[] } | undefined {
  const { spec, ownSource } = beforeMove(object);
  const listed = asList(spec.sources).map(asFields);
  const given = listed.length > 0 ? listed : singleSource(spec);
  const sources = given.map(applicationSource);
  const parts = given.flatMap((source, index) => partOf(source, sources[index]) ?? []);
  const main = parts.find(({ path }) => path !== undefined) ?? parts[0];
  if (main === undefined) return undefined;
  const { name, namespace = NAMESPACE_DEFAULT } = object.metadata;
  const automated = isAutomated(spec);
  const target: TargetDefinition = {
    id: objectId('Application', namespace, name),
    kind: 'Application',
    namespace,
    name,
    ...placeOf(main),
    ...(ownSource === undefined ? {} : { ownSource }),
    dependsOn: [],
    suspended: object.metadata.annotations?.[SKIP_RECONCILE] === 'true' || !(automated || syncsManual),
    substituteFrom: [],
    application: {
      parts,
      isMultiSource: listed.length > 0,
      automated,
      refreshPaths: refreshPaths(object),
      ...madeBy(object),
    },
    ...(definedIn === undefined ? {} : { definedIn }),
  };
  return { target, sources };
}

/**
 * The Application as seen from `source`: the part that reads it is what `path` is about. As it is where none of its parts does, or
 * where that is the case already.
 */
export function readingFrom(target: TargetDefinition, source: ObjectId): TargetDefinition {
  if (target.source === source) return target;
  const own = target.application?.parts.filter((part) => part.source === source) ?? [];
  const main = own.find(({ path }) => path !== undefined) ?? own[0];
  return main === undefined ? target : { ...target, ...placeOf(main) };
}

/** The definitions with each Application seen from `source`, where it reads that one among others. */
export function definitionsReading(definitions: Definitions, source: ObjectId): Definitions {
  if (!isApplicationSource(source)) return definitions;
  return { ...definitions, targets: definitions.targets.map((target) => readingFrom(target, source)) };
}

/** True while nobody has to ask for a sync. */
export function isAutomated(spec: Fields): boolean {
  const automated = asFields(spec.syncPolicy).automated;
  return typeof automated === 'object' && automated !== null && asFields(automated).enabled !== false;
}

function singleSource(spec: Fields): Fields[] {
  // A hydrator renders its dry source into branches of its own: a change of that source is what people make.
  const source = spec.source ?? asFields(spec.sourceHydrator).drySource;
  return source === undefined ? [] : [asFields(source)];
}

function placeOf({ source, path, rawPath, ref, components = [] }: ApplicationPart) {
  // Files that other parts name count from the source's root.
  const directory = path ?? (ref === undefined ? undefined : ROOT);
  return {
    source,
    path: directory,
    rawPath,
    components: path === undefined ? [] : components.flatMap((component) => resolveFrom(path, component) ?? []),
  };
}

function partOf(source: Fields, definition: SourceDefinition | undefined): ApplicationPart | undefined {
  if (definition === undefined) return undefined;
  const ref = asText(source.ref);
  const rawPath = asText(source.path) ?? '';
  const tool = toolOf(source);
  // Where only a ref is given, the source makes nothing itself.
  const makesNothing = (ref !== undefined && rawPath === '') || definition.kind === 'HelmSource';
  const { directory, kustomize, helm } = source;
  return {
    source: definition.id,
    path: makesNothing ? undefined : specPath(rawPath),
    rawPath,
    ...(ref === undefined ? {} : { ref }),
    ...(tool === undefined ? {} : { tool }),
    ...(directory === undefined ? {} : { directory: directoryOptions(asFields(directory)) }),
    ...(kustomize === undefined ? {} : { components: textList(asFields(kustomize).components) }),
    ...(helm === undefined ? {} : { helm: helmFiles(asFields(helm)) }),
  };
}

function toolOf(source: Fields): ApplicationTool | undefined {
  if (source.plugin !== undefined) return 'plugin';
  if (source.helm !== undefined) return 'helm';
  if (source.kustomize !== undefined) return 'kustomize';
  return source.directory === undefined ? undefined : 'directory';
}

function directoryOptions({ recurse, include, exclude }: Fields): NonNullable<ApplicationPart['directory']> {
  return { recurse: recurse === true, include: asText(include) ?? '', exclude: asText(exclude) ?? '' };
}

function helmFiles(helm: Fields): NonNullable<ApplicationPart['helm']> {
  const parameters = asList(helm.fileParameters).flatMap((parameter) => asText(asFields(parameter).path) ?? []);
  return {
    files: [...textList(helm.valueFiles), ...parameters],
    ignoresMissing: helm.ignoreMissingValueFiles === true,
  };
}

function refreshPaths(object: KubeObject): readonly string[] {
  const written = object.metadata.annotations?.[MANIFEST_GENERATE_PATHS] ?? '';
  return written
    .split(';')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

function madeBy(object: KubeObject): Pick<ApplicationTarget, 'madeBy'> {
  const { annotations, labels, ownerReferences, namespace = NAMESPACE_DEFAULT } = object.metadata;
  const set = asList(ownerReferences)
    .map(asFields)
    .find(({ kind }) => kind === 'ApplicationSet');
  if (set !== undefined) return { madeBy: objectId('ApplicationSet', namespace, asText(set.name) ?? '') };
  const parent = annotations?.[TRACKING_ID]?.split(':')[0] ?? labels?.[INSTANCE_LABEL];
  if (parent === undefined || parent === '') return {};
  // An Application outside of the control plane's namespace is tracked as `<namespace>_<name>`.
  const [first = '', ...rest] = parent.split('_');
  const isQualified = rest.length > 0;
  return {
    madeBy: objectId('Application', isQualified ? first : NAMESPACE_DEFAULT, isQualified ? rest.join('_') : first),
  };
}
