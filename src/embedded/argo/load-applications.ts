import { applicationSource } from '../../domain/argo/application-source.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { isFedKind } from '../../domain/source-kinds.ts';
import type { ObjectId } from '../../domain/target.ts';
import type { EmbeddedCluster } from '../cluster.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import type { EmbeddedRegistry } from '../registry/registry.ts';

export interface LoadApplicationsOptions {
  /** In which startArgoCd has been called, or is about to be. */
  readonly cluster: Pick<EmbeddedCluster, 'objects'>;
  readonly registry: Pick<EmbeddedRegistry, 'host'>;
  /** Applications, ApplicationSets, AppProjects, and whatever else shall be there from the start. */
  readonly objects: readonly KubeObject[];
  /** What the directory feeds, as the id of an application source. Default: what most Applications read. */
  readonly fedSource?: ObjectId | undefined;
  /** Argo CD's. Default `argocd`. */
  readonly namespace?: string;
}

export interface LoadedApplications {
  /** What is fed now: `OCISource//oci://<registry>/<name>:latest`; undefined where nothing is read. */
  readonly fed: ObjectId | undefined;
  /** What is different from the manifests, one sentence each. */
  readonly rewritten: readonly string[];
  /** The same replacement for what Applications apply themselves: give it to startArgoCd. */
  readonly rewrite: (object: KubeObject) => KubeObject;
}

const IN_CLUSTER = 'https://kubernetes.default.svc';
const TAG = 'latest';

/**
 * What replaces the sources of a repository's Applications in an embedded cluster: what the directory feeds, whatever it is read from, becomes an OCI
 * artifact on the embedded registry, and every destination that cluster.
 */
export function applicationRewriting(
  options: Omit<LoadApplicationsOptions, 'cluster'>,
): LoadedApplications & { readonly url: string } {
  const fedBefore = options.fedSource ?? mostRead(options.objects);
  const url = `oci://${options.registry.host}/${repositoryName(fedBefore ?? 'applications')}`;
  const isFed = (source: JsonObject): boolean => applicationSource(source).id === fedBefore;
  const rewired = (source: unknown): unknown =>
    isJsonObject(source) && isFed(source) ? { ...source, repoURL: url, targetRevision: TAG } : source;
  const fed = fedBefore === undefined ? undefined : applicationSource({ repoURL: url, targetRevision: TAG }).id;
  return {
    url,
    fed,
    rewritten:
      fedBefore === undefined || fed === undefined ? [] : [`${fedBefore} is pushed to ${url}:${TAG} in its place`],
    rewrite: (object) => rewriteObject(object, rewired, url),
  };
}

/** Puts the Applications of a repository into an embedded cluster, with the way to its registry and the namespaces they name. */
export function loadApplications(options: LoadApplicationsOptions): LoadedApplications {
  const { cluster, namespace = 'argocd' } = options;
  const { objects: live } = cluster;
  const { url, ...loaded } = applicationRewriting(options);
  live.apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'embedded-registry',
        namespace,
        labels: { 'argocd.argoproj.io/secret-type': 'repository' },
      },
      stringData: { type: 'oci', url, insecureOCIForceHttp: 'true' },
    },
    'load',
  );
  const placed = options.objects.map((object) => withNamespace(loaded.rewrite(object), namespace));
  for (const name of new Set(placed.flatMap(destinationOf))) {
    live.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'load');
  }
  for (const object of [...placed].sort((a, b) => rankOf(a) - rankOf(b))) live.apply(object, 'load');
  return loaded;
}

function rewriteObject(object: KubeObject, rewired: (source: unknown) => unknown, url: string): KubeObject {
  if (!String(object.apiVersion).startsWith('argoproj.io/')) return object;
  const { spec = {} } = object;
  switch (object.kind) {
    case 'Application':
      return { ...object, spec: rewriteSpec(spec, rewired) };
    case 'ApplicationSet': {
      const template = asObject(spec.template);
      const generators = asArray(spec.generators).map((generator) => rewriteGenerator(asObject(generator), rewired));
      return {
        ...object,
        spec: { ...spec, generators, template: { ...template, spec: rewriteSpec(asObject(template.spec), rewired) } },
      };
    }
    case 'AppProject': {
      const destinations = asArray(spec.destinations).map((each) => ({
        server: '*',
        namespace: asObject(each).namespace ?? '*',
      }));
      return { ...object, spec: { ...spec, sourceRepos: [...asArray(spec.sourceRepos), url], destinations } };
    }
    default:
      return object;
  }
}

function rewriteSpec(spec: JsonObject, rewired: (source: unknown) => unknown): JsonObject {
  const { namespace } = asObject(spec.destination);
  return {
    ...spec,
    destination: { server: IN_CLUSTER, ...(namespace === undefined ? {} : { namespace }) },
    ...(spec.source === undefined ? {} : { source: rewired(spec.source) }),
    ...(spec.sources === undefined ? {} : { sources: asArray(spec.sources).map(rewired) }),
  };
}

/** A git generator looks into the same files. */
function rewriteGenerator(generator: JsonObject, rewired: (source: unknown) => unknown): JsonObject {
  const { git } = generator;
  if (!isJsonObject(git)) return generator;
  const { revision, ...rest } = git;
  const { targetRevision, ...replaced } = asObject(rewired({ ...rest, targetRevision: revision }));
  return { ...generator, git: { ...replaced, revision: targetRevision } };
}

function mostRead(objects: readonly KubeObject[]): ObjectId | undefined {
  const counts = new Map<ObjectId, number>();
  for (const source of objects.flatMap(sourcesIn)) {
    const { id, kind } = applicationSource(source);
    if (isFedKind(kind)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort(([a, read], [b, readB]) => readB - read || (a < b ? -1 : 1))[0]?.[0];
}

function sourcesIn({ kind, spec = {} }: KubeObject): readonly JsonObject[] {
  const own = kind === 'ApplicationSet' ? asObject(asObject(spec.template).spec) : kind === 'Application' ? spec : {};
  return [own.source, ...asArray(own.sources)].filter(isJsonObject);
}

function destinationOf({ kind, spec = {} }: KubeObject): readonly string[] {
  const own = kind === 'ApplicationSet' ? asObject(asObject(spec.template).spec) : kind === 'Application' ? spec : {};
  const namespace = asString(asObject(own.destination).namespace) ?? '';
  return namespace === '' || namespace.includes('{{') ? [] : [namespace];
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  if (object.metadata.namespace !== undefined || !String(object.apiVersion).startsWith('argoproj.io/')) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function rankOf({ kind }: KubeObject): number {
  return ['Namespace', 'CustomResourceDefinition', 'AppProject'].indexOf(kind) < 0 ? 1 : 0;
}

/** The last part of its address, in the letters that a repository may have. */
function repositoryName(source: string): string {
  const last =
    source
      .replace(/[@:][^/]*$/, '')
      .replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? '';
  return (
    last
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'applications'
  );
}
