import { ISOLATED_FROM, isolatedFrom } from '../domain/isolation/isolated-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, objectId, parseObjectId } from '../domain/target.ts';
import type { EmbeddedCluster } from './cluster.ts';
import { type Reference, referenceOf } from './flux/flux-object.ts';
import { asArray, asObject, asString } from './json-value.ts';
import type { EmbeddedRegistry } from './registry/registry.ts';

export interface LoadOptions {
  readonly cluster: Pick<EmbeddedCluster, 'objects'>;
  readonly registry: Pick<EmbeddedRegistry, 'host'>;
  /** Flux's custom resources of one cluster, and whatever else shall be there from the start. */
  readonly objects: readonly KubeObject[];
  /** The sources that the directory feeds, as `<Kind>/<namespace>/<name>`. Default: the one that most objects read from. */
  readonly fedSources?: readonly ObjectId[];
  /** For objects without one. Default `flux-system`. */
  readonly defaultNamespace?: string;
}

export interface LoadResult {
  /** The fed sources as they are now: `OCIRepository/<namespace>/<name>`. */
  readonly fed: readonly ObjectId[];
  /** What is different from the manifests, one sentence each. */
  readonly rewritten: readonly string[];
  /** What was written to the cluster, in order. */
  readonly objects: readonly KubeObject[];
  /**
   * The same replacement for what Kustomizations of the repository apply: give it to startFlux, or a parent puts the old source back. Undefined for a
   * source that is replaced by one of another kind.
   */
  readonly rewrite: (object: KubeObject) => KubeObject | undefined;
}

const REPLACED_KINDS: ReadonlySet<string> = new Set(['GitRepository', 'OCIRepository', 'Bucket']);
const NAMESPACE_FIRST = ['Namespace', 'CustomResourceDefinition', 'OCIRepository', 'ArtifactGenerator'];

/**
 * Puts the Flux objects of a repository into an embedded cluster: what the directory feeds becomes an OCIRepository of the same name
 * that reads `oci://<registry>/<namespace>/<name>:latest`, and everything that read from the old source reads from it. A Kustomization's own
 * source, split from the fed one by `isolate`, reads its tag there.
 */
export function loadRepository(options: LoadOptions): LoadResult {
  const defaultNamespace = options.defaultNamespace ?? 'flux-system';
  const { objects: live } = options.cluster;
  const given = options.objects.map((object) => placed(object, defaultNamespace));
  const rewritten: string[] = [];
  const fed = new Set(options.fedSources ?? mostRead(given));
  const isFed = (reference: Reference): boolean => REPLACED_KINDS.has(reference.kind) && fed.has(idOf(reference));

  const elsewhere = (object: KubeObject, said: string[]): KubeObject =>
    fed.has(isolatedFrom(object) ?? '') ? ownSourceFor(object, options) : rewire(object, isFed, said);
  const objects = given.filter((object) => !fed.has(idOfObject(object))).map((object) => elsewhere(object, rewritten));
  const sources: KubeObject[] = [];
  for (const id of fed) {
    const [kind = '', namespace = '', name = ''] = id.split('/');
    const before = given.find((object) => idOfObject(object) === id);
    const url = urlOf(options, namespace, name);
    const why =
      before === undefined
        ? 'is defined nowhere'
        : `reads ${asString(before.spec?.url) ?? 'elsewhere'} in the manifests`;
    rewritten.push(`${id} ${why}: OCIRepository/${namespace}/${name} reads ${url}:latest in its place`);
    sources.push(sourceFor(before, kind, namespace, name, url));
  }
  const rank = (object: KubeObject): number => {
    const place = NAMESPACE_FIRST.indexOf(object.kind);
    return place < 0 ? NAMESPACE_FIRST.length : place;
  };
  const ordered = [...sources, ...objects].sort((a, b) => rank(a) - rank(b));
  const written = ordered.map((object) => live.apply(object, 'load'));
  const fedNow = sources.map((source) => idOfObject(source));
  const rewrite = (object: KubeObject): KubeObject | undefined => {
    const { kind, metadata } = object;
    if (!fed.has(idOfObject(object))) return elsewhere(object, []);
    if (kind !== 'OCIRepository') return undefined;
    return sourceFor(
      object,
      kind,
      metadata.namespace ?? '',
      metadata.name,
      urlOf(options, metadata.namespace ?? '', metadata.name),
    );
  };
  return { fed: fedNow, rewritten, objects: written, rewrite };
}

function urlOf({ registry }: LoadOptions, namespace: string, name: string): string {
  return `oci://${registry.host}/${repositoryName(namespace)}/${repositoryName(name)}`;
}

function placed(object: KubeObject, defaultNamespace: string): KubeObject {
  const isClusterScoped = object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition';
  if (isClusterScoped || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: defaultNamespace } };
}

function idOf({ kind, namespace, name }: Reference): ObjectId {
  return objectId(kind, namespace, name);
}

function idOfObject(object: KubeObject): ObjectId {
  return objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

/** The sources an object reads from. */
function readsFrom(object: KubeObject): readonly Reference[] {
  if (object.kind === 'Kustomization') return [referenceOf(object.spec?.sourceRef, object)];
  if (object.kind === 'ArtifactGenerator')
    return asArray(object.spec?.sources).map((source) => referenceOf(source, object));
  return [];
}

/** What is read by way of a source of its own counts for the one that was split from. */
function mostRead(objects: readonly KubeObject[]): readonly ObjectId[] {
  const shared = new Map(objects.map((object) => [idOfObject(object), isolatedFrom(object)]));
  const counts = new Map<ObjectId, number>();
  for (const reference of objects.flatMap(readsFrom)) {
    const id = shared.get(idOf(reference)) ?? idOf(reference);
    if (REPLACED_KINDS.has(parseObjectId(id).kind)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([a, read], [b, readB]) => readB - read || (a < b ? -1 : 1));
  return first === undefined ? [] : [first[0]];
}

function rewire(object: KubeObject, isFed: (reference: Reference) => boolean, rewritten: string[]): KubeObject {
  const subject = idOfObject(object);
  const rewired = (value: unknown): unknown => {
    const reference = referenceOf(value, object);
    if (!isFed(reference) || reference.kind === 'OCIRepository') return value;
    rewritten.push(
      `${subject} reads OCIRepository/${reference.namespace}/${reference.name} instead of ${idOf(reference)}`,
    );
    const { apiVersion: _apiVersion, ...rest } = asObject(value);
    return { ...rest, kind: 'OCIRepository' };
  };
  const { spec = {} } = object;
  if (object.kind === 'Kustomization') return { ...object, spec: { ...spec, sourceRef: rewired(spec.sourceRef) } };
  if (object.kind === 'ArtifactGenerator')
    return { ...object, spec: { ...spec, sources: asArray(spec.sources).map(rewired) } };
  return object;
}

function sourceFor(
  before: KubeObject | undefined,
  kind: string,
  namespace: string,
  name: string,
  url: string,
): KubeObject {
  const { interval, ignore, layerSelector } = before?.spec ?? {};
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { ...metadataOf(before), name, namespace },
    spec: {
      interval: interval ?? '1m',
      url,
      insecure: true,
      ref: { tag: 'latest' },
      ...(ignore === undefined ? {} : { ignore }),
      ...(kind === 'OCIRepository' && layerSelector !== undefined ? { layerSelector } : {}),
    },
  };
}

/** Its artifacts lie beside the shared one, under tags of their own. The embedded registry asks for no credentials. */
function ownSourceFor(own: KubeObject, options: LoadOptions): KubeObject {
  const { namespace, name } = parseObjectId(isolatedFrom(own) ?? '');
  const { interval, ref, ignore } = own.spec ?? {};
  const annotations = { ...own.metadata.annotations, [ISOLATED_FROM]: objectId('OCIRepository', namespace, name) };
  return {
    ...own,
    metadata: { ...own.metadata, annotations },
    spec: { interval: interval ?? '1m', url: urlOf(options, namespace, name), insecure: true, ref, ignore },
  };
}

function metadataOf(before: KubeObject | undefined): { labels?: Readonly<Record<string, string>> } {
  const labels = before?.metadata.labels;
  return labels === undefined ? {} : { labels };
}

/** A Kubernetes name is nearly a repository name; what is not allowed there becomes `-`. */
function repositoryName(name: string): string {
  return name.replace(/[^a-z0-9-]+/g, '-').replace(/-{2,}/g, '-');
}
