import type { KubeObject } from '../../domain/kube-object.ts';
import type { ArtifactFiles } from '../flux/archive.ts';
import { artifactTree, resolvePath } from '../flux/artifact-tree.ts';
import type { KustomizeBuilder } from '../flux/kustomize-build.ts';
import type { OciReference } from '../flux/oci-pull.ts';
import { isLoopback } from '../flux/source-controller.ts';
import { asObject, asString, type JsonObject } from '../json-value.ts';
import type { ArgoContext } from './argo-context.ts';
import { directoryBuild, listed } from './directory-build.ts';
import { withKustomizeOptions } from './kustomize-options.ts';
import { extractArtifact, resolveRevision, wordsOf } from './oci-artifact.ts';
import { repositoryAccess } from './repository-secrets.ts';

/** The files of a Git repository at a revision, from wherever a test has them. */
export type GitFiles = (
  repoURL: string,
  revision: string,
) => Promise<{ readonly commit: string; readonly files: ArtifactFiles } | undefined>;

export interface Manifests {
  readonly revision: string;
  readonly sourceType: string;
  readonly objects: readonly KubeObject[];
}

/** How long a revision stays resolved when nobody asked for a refresh, and how many artifacts and builds are kept. */
const REVISION_CACHE_MS = 180_000;
const ARTIFACTS_MAX = 16;
const BUILDS_MAX = 2_000;

/** What stands for a source that is not looked at. */
const ASSUMED: Manifests = { revision: 'assumed', sourceType: 'Directory', objects: [] };

/** The repo-server's part: revisions to digests, artifacts to files, files to manifests. */
export class RepoServer {
  readonly #context: ArgoContext;
  readonly #builder: KustomizeBuilder;
  readonly #git: GitFiles;
  readonly #revisions = new Map<string, { readonly revision: string; readonly atMs: number }>();
  readonly #artifacts = new Map<string, Promise<ArtifactFiles>>();
  readonly #manifests = new Map<string, Promise<Manifests>>();

  constructor(context: ArgoContext, builder: KustomizeBuilder, git: GitFiles) {
    this.#context = context;
    this.#builder = builder;
    this.#git = git;
  }

  /** The manifests of one source. `isFresh` resolves the revision anew; `isHard` makes everything anew. Throws in Argo CD's words. */
  async manifests(
    source: JsonObject,
    revision: string,
    { isFresh, isHard }: { readonly isFresh: boolean; readonly isHard: boolean },
  ): Promise<Manifests> {
    const url = asString(source.repoURL) ?? '';
    if (this.#context.remoteSources === 'assume' && !isLoopback(url)) return ASSUMED;
    const resolved = await this.#resolve(url, revision, isFresh || isHard);
    if (asString(source.ref) && !asString(source.path))
      return { revision: resolved, sourceType: 'Directory', objects: [] };
    const { targetRevision: _, ...settings } = source;
    const key = `${resolved} ${JSON.stringify(settings)}`;
    if (isHard) this.#manifests.delete(key);
    const known = this.#manifests.get(key);
    if (known !== undefined) return known;
    const made = this.#make(source, resolved, isHard);
    remember(this.#manifests, key, made, BUILDS_MAX);
    // A failure is tried again with the next comparison.
    made.catch(() => this.#manifests.delete(key));
    return made;
  }

  /** The files behind a source, for generators of ApplicationSets. */
  async files(url: string, revision: string): Promise<ArtifactFiles> {
    return this.#files(url, await this.#resolve(url, revision, true), false);
  }

  async #resolve(url: string, revision: string, isFresh: boolean): Promise<string> {
    const key = `${url} ${revision}`;
    const known = this.#revisions.get(key);
    const now = this.#context.clock.now();
    if (!isFresh && known !== undefined && now - known.atMs < REVISION_CACHE_MS) return known.revision;
    const resolved = url.startsWith('oci://')
      ? await resolveRevision(this.#repository(url), revision || 'latest')
      : (await this.#gitFiles(url, revision || 'HEAD')).commit;
    this.#revisions.set(key, { revision: resolved, atMs: now });
    return resolved;
  }

  #files(url: string, revision: string, isHard: boolean): Promise<ArtifactFiles> {
    const key = `${url} ${revision}`;
    if (isHard) this.#artifacts.delete(key);
    const known = this.#artifacts.get(key);
    if (known !== undefined) return known;
    const fetched = url.startsWith('oci://')
      ? extractArtifact(this.#repository(url), revision)
      : this.#gitFiles(url, revision).then(({ files }) => files);
    remember(this.#artifacts, key, fetched, ARTIFACTS_MAX);
    fetched.catch(() => this.#artifacts.delete(key));
    return fetched;
  }

  async #gitFiles(url: string, revision: string): Promise<NonNullable<Awaited<ReturnType<GitFiles>>>> {
    const found = await this.#git(url, revision);
    if (found !== undefined) return found;
    throw new Error(
      `failed to list refs: repository ${url} not found: this stand-in has no Git but what startArgoCd is given`,
    );
  }

  #repository(url: string): OciReference {
    const { credentials, isPlainHttp } = repositoryAccess(this.#context, url);
    return { url, insecure: isPlainHttp, ...(credentials === undefined ? {} : { credentials }) };
  }

  async #make(source: JsonObject, revision: string, isHard: boolean): Promise<Manifests> {
    const files = await this.#files(asString(source.repoURL) ?? '', revision, isHard);
    const written = asString(source.path) ?? '';
    const path = resolvePath('', written);
    if (path === undefined) throw new Error(`${written}: app path outside root`);
    const tree = artifactTree(files);
    if (!tree.isDirectory(path)) throw new Error(`${written}: app path does not exist`);
    const sourceType = typeOf(source, path, files);
    return { revision, sourceType, objects: await this.#build(sourceType, files, path, source) };
  }

  async #build(
    sourceType: string,
    files: ArtifactFiles,
    path: string,
    source: JsonObject,
  ): Promise<readonly KubeObject[]> {
    switch (sourceType) {
      case 'Kustomize':
        try {
          const edited = withKustomizeOptions(files, path, asObject(source.kustomize));
          return (await this.#builder.build(edited, { path })).flatMap(listed);
        } catch (error) {
          const words = wordsOf(error).replace(/^kustomize build failed: /, '');
          throw new Error(`\`kustomize build <path to cached source>/${path}\` failed exit status 1: ${words}`, {
            cause: error,
          });
        }
      case 'Directory':
        return directoryBuild(files, path, asObject(source.directory));
      case 'Helm':
        // As with HelmReleases: no chart is rendered here.
        return [];
      default:
        throw new Error('plugins have no sidecar here: could not find plugin supporting the given repository');
    }
  }
}

/** As the source says, else as its directory looks; a kustomization file counts before a chart. */
function typeOf(source: JsonObject, path: string, files: ArtifactFiles): string {
  const explicit = ['Kustomize', 'Helm', 'Directory', 'Plugin'].filter(
    (type) => source[type.toLowerCase()] !== undefined,
  );
  if (explicit.length > 1) throw new Error(`multiple application sources defined: ${explicit.join(',')}`);
  if (explicit[0] !== undefined) return explicit[0];
  if (artifactTree(files).kustomizationFile(path) !== undefined) return 'Kustomize';
  return files.has(path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`) ? 'Helm' : 'Directory';
}

function remember<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.set(key, value);
  for (const old of [...map.keys()].slice(0, Math.max(0, map.size - max))) map.delete(old);
}
