import type { KubeObject } from '../domain/kube-object.ts';
import { isFedKind } from '../domain/source-kinds.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import {
  applicationRewriting,
  type EmbeddedCluster,
  type EmbeddedRegistry,
  loadApplications,
  loadRepository,
  startArgoCd,
  startFlux,
} from '../embedded/testing.ts';

/** Flux's own default is 30 s (`--requeue-dependency`); its example repository sets this. Nobody wants to watch a demo wait. */
const DEPENDENCY_REQUEUE_MS = 5_000;

/** The stand-ins of one engine at work on the objects of a repository. */
export interface EmbeddedEngine {
  readonly fed: ObjectId | undefined;
  /** What is different from the manifests, in words. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

export interface EmbeddedEngineInput {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly objects: readonly KubeObject[];
  /** `--source`. */
  readonly source: string | undefined;
}

/** The engines that the objects are for, Flux first. */
export async function startEmbeddedEngines(input: EmbeddedEngineInput): Promise<readonly EmbeddedEngine[]> {
  const forArgo = input.objects.filter(isOfArgo);
  const forFlux = input.objects.filter((object) => !isOfArgo(object));
  const engines: EmbeddedEngine[] = [];
  if (forFlux.length > 0) engines.push(await startEmbeddedFlux({ ...input, objects: forFlux }));
  if (forArgo.length > 0) engines.push(await startEmbeddedArgo({ ...input, objects: forArgo }));
  return engines;
}

async function startEmbeddedFlux({ cluster, registry, objects, source }: EmbeddedEngineInput): Promise<EmbeddedEngine> {
  const wanted = source === undefined ? undefined : sourceIds(source, objects);
  const loaded = loadRepository({
    cluster,
    registry,
    objects,
    ...(wanted === undefined ? {} : { fedSources: wanted }),
  });
  const flux = await startFlux({ cluster, rewrite: loaded.rewrite, dependencyRequeueMs: DEPENDENCY_REQUEUE_MS });
  return { fed: loaded.fed[0], notes: [...loaded.rewritten, ...builderNotes(flux)], stop: () => flux.stop() };
}

async function startEmbeddedArgo({ cluster, registry, objects, source }: EmbeddedEngineInput): Promise<EmbeddedEngine> {
  const options = { cluster, registry, objects, fedSource: namedSource(source) };
  const argo = await startArgoCd({
    cluster,
    rewrite: applicationRewriting(options).rewrite,
    unknownKinds: 'serve',
    remoteSources: 'assume',
    applicationNamespaces: ['*'],
  });
  const { fed, rewritten } = loadApplications(options);
  return { fed, notes: [...rewritten, ...builderNotes(argo)], stop: () => argo.stop() };
}

function isOfArgo({ apiVersion }: KubeObject): boolean {
  return apiVersion.startsWith('argoproj.io/');
}

function builderNotes({ builder }: { readonly builder: string }): readonly string[] {
  if (builder !== 'plain') return [];
  return [
    'neither kubectl nor kustomize is installed: manifests are applied as they are, without overlays and patches',
  ];
}

/** The source of Applications that `--source` names, by its id or its name alone. */
function namedSource(source: string | undefined): ObjectId | undefined {
  if (source === undefined) return undefined;
  if (isFedKind(parseObjectId(source).kind)) return source;
  return source.startsWith('oci://') ? `OCISource//${source}` : `GitSource//${source}`;
}

function sourceIds(source: string, objects: readonly KubeObject[]): ObjectId[] {
  const [namespace, name] = source.split('/').slice(-2);
  return objects
    .filter(
      ({ kind, metadata }) =>
        /Repository$|^Bucket$/.test(kind) &&
        metadata.name === name &&
        (metadata.namespace ?? 'flux-system') === namespace,
    )
    .map(({ kind }) => `${kind}/${namespace}/${name}`);
}
