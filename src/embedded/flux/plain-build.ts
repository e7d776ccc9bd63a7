import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, isJsonObject } from '../json-value.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';
import { splitApiVersion } from '../store/resource-registry.ts';
import type { ArtifactFile } from './archive.ts';
import { type ArtifactTree, resolvePath } from './artifact-tree.ts';

/** Fields of a kustomization that change nothing. */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'resources']);
/** kustomize acts on these annotations. */
const SPECIAL_ANNOTATION = /config\.kubernetes\.io\/|kustomize\.config\.k8s\.io\//;

/** Not plain: only a real build can tell the result (or the error). */
class NotPlainError extends Error {}

/**
 * The result of a build whose closure holds nothing but `resources` of plain manifests: their concatenation, in the order of
 * reading. Undefined when anything in it, an error too, needs the real builder.
 */
export function plainBuild(
  tree: ArtifactTree,
  directory: string,
  resources: readonly string[] | undefined,
  isRestricted = false,
): KubeObject[] | undefined {
  try {
    const objects: KubeObject[] = [];
    const reading: Reading = { tree, isRestricted, visited: new Set<string>(), objects };
    if (resources === undefined) visit(reading, directory);
    else for (const resource of resources) follow(reading, directory, resource);
    const ids = new Set(objects.map(idOf));
    return ids.size === objects.length ? objects : undefined;
  } catch (error) {
    if (error instanceof NotPlainError) return undefined;
    throw error;
  }
}

interface Reading {
  readonly tree: ArtifactTree;
  /** Files from outside of a kustomization's own directory are left to the builder, which refuses them. */
  readonly isRestricted: boolean;
  readonly visited: Set<string>;
  readonly objects: KubeObject[];
}

function visit(reading: Reading, directory: string): void {
  const { tree, visited } = reading;
  if (visited.has(directory)) throw new NotPlainError();
  visited.add(directory);
  const path = tree.kustomizationFile(directory);
  const file = path === undefined ? undefined : tree.files.get(path);
  if (file === undefined) throw new NotPlainError();
  const documents = documentsOf(file);
  const [kustomization] = documents;
  if (documents.length !== 1 || !isJsonObject(kustomization)) throw new NotPlainError();
  if (!Object.keys(kustomization).every((field) => PLAIN_FIELDS.has(field))) throw new NotPlainError();
  if ((kustomization.kind ?? 'Kustomization') !== 'Kustomization' || asArray(kustomization.resources).length === 0) {
    throw new NotPlainError();
  }
  for (const resource of asArray(kustomization.resources)) {
    if (typeof resource !== 'string') throw new NotPlainError();
    follow(reading, directory, resource);
  }
}

function follow(reading: Reading, directory: string, resource: string): void {
  const { tree, visited, objects, isRestricted } = reading;
  const path = resource.startsWith('/') ? undefined : resolvePath(directory, resource);
  if (path === undefined) throw new NotPlainError();
  const file = tree.files.get(path);
  if (file === undefined) {
    if (!tree.isDirectory(path)) throw new NotPlainError();
    visit(reading, path);
    return;
  }
  const isBelow = directory === '' || path.startsWith(`${directory}/`);
  if (visited.has(path) || (isRestricted && !isBelow)) throw new NotPlainError();
  visited.add(path);
  for (const document of documentsOf(file)) {
    if (!isPlainObject(document)) throw new NotPlainError();
    objects.push(document);
  }
}

const parsed = new WeakMap<ArtifactFile, readonly unknown[]>();

function documentsOf(file: ArtifactFile): readonly unknown[] {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  let documents: readonly unknown[];
  try {
    documents = parseDocuments(file.content.toString());
  } catch {
    // Whatever is wrong, the builder has the right words for it.
    throw new NotPlainError();
  }
  parsed.set(file, documents);
  return documents;
}

function isPlainObject(value: unknown): value is KubeObject {
  if (!isKubeObject(value) || value.kind.endsWith('List')) return false;
  const { annotations, labels, namespace } = value.metadata;
  if (namespace !== undefined && typeof namespace !== 'string') return false;
  const pairs = [annotations ?? {}, labels ?? {}];
  if (!pairs.every((map) => isJsonObject(map) && Object.values(map).every((text) => typeof text === 'string')))
    return false;
  return !Object.keys(annotations ?? {}).some((key) => SPECIAL_ANNOTATION.test(key));
}

function idOf(object: KubeObject): string {
  const { namespace = '', name } = object.metadata;
  return `${splitApiVersion(object.apiVersion).group}/${object.kind}/${namespace}/${name}`;
}

/**
 * Where no builder is installed: the manifests that `resources` (of kustomizations and components) lead to, as they are. Everything else that
 * a kustomization says is left undone. Throws where a file is missing or is no manifest.
 */
export function manifestsAsTheyAre(
  tree: ArtifactTree,
  directory: string,
  resources: readonly string[] | undefined,
): KubeObject[] {
  const objects = new Map<string, KubeObject>();
  const visited = new Set<string>();
  const take = (path: string): void => {
    if (visited.has(path)) return;
    visited.add(path);
    const file = tree.files.get(path);
    if (file !== undefined) {
      for (const document of parseFile(path, file)) {
        if (!isKubeObject(document))
          throw new Error(`${path}: expected Kubernetes objects with apiVersion, kind and metadata.name`);
        objects.set(idOf(document), document);
      }
      return;
    }
    const kustomizationPath = tree.kustomizationFile(path);
    const kustomizationFile = kustomizationPath === undefined ? undefined : tree.files.get(kustomizationPath);
    if (kustomizationPath === undefined || kustomizationFile === undefined) {
      throw new Error(`${path}: expected a file or a directory with a kustomization file, found neither`);
    }
    const [kustomization] = parseFile(kustomizationPath, kustomizationFile);
    if (!isJsonObject(kustomization)) throw new Error(`${kustomizationPath}: expected a kustomization`);
    const { resources: own, bases, components } = kustomization;
    for (const entry of [own, bases, components].flatMap(asArray)) takeEntry(path, entry);
  };
  const takeEntry = (from: string, entry: unknown): void => {
    // Remote bases cannot be followed here.
    if (typeof entry !== 'string' || entry.includes('://') || entry.startsWith('github.com/')) return;
    const path = resolvePath(from, entry);
    if (path === undefined) throw new Error(`${from}: "${entry}" leaves the artifact's root`);
    take(path);
  };
  if (resources === undefined) take(directory);
  else for (const resource of resources) takeEntry(directory, resource);
  return [...objects.values()];
}

function parseFile(path: string, file: ArtifactFile): readonly unknown[] {
  try {
    return parseDocuments(file.content.toString());
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
