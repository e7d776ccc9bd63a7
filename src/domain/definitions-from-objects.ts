import { type ApplicationOptions, applicationDefinition, isApplication } from './argo/application-definition.ts';
import type { DefiningObject } from './defining-object.ts';
import { goDurationMs } from './go-duration.ts';
import { asFields, asList, asText, type Fields, textList } from './object-fields.ts';
import { relativePath, resolveFrom } from './paths.ts';
import { placeholderIn, specPath } from './spec-path.ts';
import type { Definitions, GeneratorDefinition, ObjectId, SourceDefinition, TargetDefinition } from './target.ts';
import { objectId } from './target.ts';

export type { DefiningObject } from './defining-object.ts';

type SourceKind = SourceDefinition['kind'];
type Copy = GeneratorDefinition['artifacts'][number]['copy'][number];

const SOURCE_KINDS: Readonly<Record<string, string>> = {
  OCIRepository: 'source.toolkit.fluxcd.io',
  GitRepository: 'source.toolkit.fluxcd.io',
  Bucket: 'source.toolkit.fluxcd.io',
  HelmRepository: 'source.toolkit.fluxcd.io',
  HelmChart: 'source.toolkit.fluxcd.io',
  ExternalArtifact: 'source.toolkit.fluxcd.io',
};
const CHART_SOURCE_KINDS: ReadonlySet<string> = new Set(['GitRepository', 'Bucket']);
/** What the Kubernetes API takes when an object names no namespace. */
const NAMESPACE_DEFAULT = 'default';

/**
 * The targets, sources and artifact generators among `objects`; everything else is passed over. An object named twice counts
 * once, the later one.
 */
export function definitionsFromObjects(
  objects: readonly DefiningObject[],
  options: ApplicationOptions = {},
): Definitions {
  const targets = new Map<ObjectId, TargetDefinition>();
  const sources = new Map<ObjectId, SourceDefinition>();
  const generators = new Map<ObjectId, GeneratorDefinition>();
  for (const defining of objects) {
    const { kind } = defining.object;
    const group = String(defining.object.apiVersion).split('/')[0] ?? '';
    if (kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io') {
      const target = kustomizationTarget(defining);
      targets.set(target.id, target);
    } else if (kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io') {
      const target = chartTarget(defining);
      if (target !== undefined) targets.set(target.id, target);
    } else if (kind === 'ArtifactGenerator' && group === 'source.extensions.fluxcd.io') {
      const generator = artifactGenerator(defining);
      generators.set(generator.id, generator);
    } else if (isApplication(defining.object)) {
      const application = applicationDefinition(defining, options);
      if (application === undefined) continue;
      targets.set(application.target.id, application.target);
      for (const source of application.sources) sources.set(source.id, source);
    } else if (SOURCE_KINDS[kind] === group) {
      const source = sourceDefinition(defining, kind as SourceKind);
      sources.set(source.id, source);
    }
  }
  return { targets: [...targets.values()], sources: [...sources.values()], generators: [...generators.values()] };
}

function kustomizationTarget(defining: DefiningObject): TargetDefinition {
  const spec = asFields(defining.object.spec);
  const named = identity(defining, 'Kustomization');
  const rawPath = asText(spec.path) ?? './';
  const path = specPath(rawPath);
  return {
    ...named,
    kind: 'Kustomization',
    source: referencedSource(spec.sourceRef, named.namespace),
    path,
    rawPath,
    components:
      path === undefined ? [] : textList(spec.components).flatMap((component) => resolveFrom(path, component) ?? []),
    dependsOn: dependencies(spec.dependsOn, 'Kustomization', named.namespace),
    suspended: spec.suspend === true,
    substituteFrom: namedObjects(asFields(spec.postBuild).substituteFrom, named.namespace),
    ...optional('timeoutMs', timeoutMs(spec.timeout)),
    ...optional('generation', defining.object.metadata.generation),
    ...optional('definedIn', defining.definedIn),
  };
}

/** Only where the chart is a directory of a source that files can be pushed to or committed to. */
function chartTarget(defining: DefiningObject): TargetDefinition | undefined {
  const spec = asFields(defining.object.spec);
  const chart = asFields(asFields(spec.chart).spec);
  const rawPath = asText(chart.chart);
  const sourceKind = asText(asFields(chart.sourceRef).kind) ?? '';
  if (rawPath === undefined || !CHART_SOURCE_KINDS.has(sourceKind)) return undefined;
  const named = identity(defining, 'HelmRelease');
  return {
    ...named,
    kind: 'HelmRelease',
    source: referencedSource(chart.sourceRef, named.namespace),
    path: specPath(rawPath),
    rawPath,
    components: [],
    dependsOn: dependencies(spec.dependsOn, 'HelmRelease', named.namespace),
    suspended: spec.suspend === true,
    substituteFrom: namedObjects(spec.valuesFrom, named.namespace),
    ...optional('timeoutMs', timeoutMs(spec.timeout)),
    ...optional('generation', defining.object.metadata.generation),
    ...optional('definedIn', defining.definedIn),
    reconcileStrategy: chart.reconcileStrategy === 'Revision' ? 'Revision' : 'ChartVersion',
    valuesFiles: textList(chart.valuesFiles).flatMap((file) => (placeholderIn(file) ? [] : (relativePath(file) ?? []))),
  };
}

function sourceDefinition(defining: DefiningObject, kind: SourceKind): SourceDefinition {
  const spec = asFields(defining.object.spec);
  const ref = asFields(spec.ref);
  const refFields = {
    ...optional('tag', asText(ref.tag)),
    ...optional('semver', asText(ref.semver)),
    ...optional('digest', asText(ref.digest)),
  };
  return {
    ...identity(defining, kind),
    kind,
    ...optional('url', asText(spec.url)),
    ...(kind === 'OCIRepository' && Object.keys(refFields).length > 0 ? { ref: refFields } : {}),
    ...(spec.insecure === true ? { insecure: true } : {}),
    ...optional('ignore', asText(spec.ignore)),
    suspended: spec.suspend === true,
    ...optional('definedIn', defining.definedIn),
  };
}

function artifactGenerator(defining: DefiningObject): GeneratorDefinition {
  const spec = asFields(defining.object.spec);
  const named = identity(defining, 'ArtifactGenerator');
  return {
    ...named,
    sources: asList(spec.sources).flatMap((item) => {
      const alias = asText(asFields(item).alias);
      return alias === undefined ? [] : [{ alias, source: referencedSource(item, named.namespace) }];
    }),
    artifacts: asList(spec.artifacts).flatMap((item) => {
      const name = asText(asFields(item).name);
      return name === undefined ? [] : [{ name, copy: asList(asFields(item).copy).flatMap(copyRule) }];
    }),
    ...optional('pathPattern', asText(spec.pathPattern)),
    ...optional('definedIn', defining.definedIn),
  };
}

function copyRule(value: unknown): Copy[] {
  const fields = asFields(value);
  const from = asText(fields.from);
  const to = asText(fields.to);
  if (from === undefined || to === undefined) return [];
  const { strategy } = fields;
  return [
    {
      from,
      to,
      exclude: textList(fields.exclude),
      ...(strategy === 'Overwrite' || strategy === 'Merge' || strategy === 'Extract' ? { strategy } : {}),
      ...(fields.optional === true ? { optional: true } : {}),
    },
  ];
}

function identity(defining: DefiningObject, kind: string): { id: ObjectId; namespace: string; name: string } {
  const { name } = defining.object.metadata;
  const namespace = defining.object.metadata.namespace ?? NAMESPACE_DEFAULT;
  return { id: objectId(kind, namespace, name), namespace, name };
}

function referencedSource(reference: unknown, namespace: string): ObjectId {
  const fields = asFields(reference);
  return objectId(asText(fields.kind) ?? '', asText(fields.namespace) ?? namespace, asText(fields.name) ?? '');
}

function dependencies(value: unknown, kind: string, namespace: string): ObjectId[] {
  return asList(value).flatMap((item) => {
    const fields = asFields(item);
    const name = asText(fields.name);
    return name === undefined ? [] : [objectId(kind, asText(fields.namespace) ?? namespace, name)];
  });
}

function namedObjects(value: unknown, namespace: string): ObjectId[] {
  return asList(value).flatMap((item) => {
    const fields: Fields = asFields(item);
    const kind = asText(fields.kind);
    const name = asText(fields.name);
    return kind === undefined || name === undefined ? [] : [objectId(kind, namespace, name)];
  });
}

function timeoutMs(value: unknown): number | undefined {
  const text = asText(value);
  return text === undefined ? undefined : goDurationMs(text);
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
