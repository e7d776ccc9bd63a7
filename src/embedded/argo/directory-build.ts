import { pathGlob } from '../../domain/argo/path-glob.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import type { ArtifactFiles } from '../flux/archive.ts';
import { artifactTree, within } from '../flux/artifact-tree.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';
import { wordsOf } from './oci-artifact.ts';

const MANIFEST_FILE = /\.(yaml|yml|json|jsonnet)$/;

/** The objects in the manifests of a plain directory; `options` is `source.directory`. Throws in Argo CD's words. */
export function directoryBuild(files: ArtifactFiles, directory: string, options: JsonObject): readonly KubeObject[] {
  const include = asString(options.include) ?? '';
  const exclude = asString(options.exclude) ?? '';
  const isIncluded = include === '' ? () => true : pathGlob(include);
  const isExcluded = exclude === '' ? () => false : pathGlob(exclude);
  return [...manifestPaths(files, directory, options.recurse === true)]
    .filter((path) => {
      const below = directory === '' ? path : path.slice(directory.length + 1);
      return !isExcluded(below) && isIncluded(below);
    })
    .flatMap((path) => objectsIn(path, files.get(path)?.content.toString() ?? ''));
}

/** Lists in manifests count as what is in them. */
export function listed(object: KubeObject): readonly KubeObject[] {
  if (!object.kind.endsWith('List') || !Array.isArray(object.items)) return [object];
  return asArray(object.items).filter(isKubeObject);
}

function* manifestPaths(files: ArtifactFiles, directory: string, recurse: boolean): Generator<string> {
  const tree = artifactTree(files);
  for (const name of tree.list(directory)) {
    const path = within(directory, name);
    if (!tree.isDirectory(path)) {
      if (MANIFEST_FILE.test(name)) yield path;
    } else if (recurse) yield* manifestPaths(files, path, recurse);
  }
}

function objectsIn(path: string, text: string): readonly KubeObject[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.endsWith('.jsonnet')) throw new Error(`Failed to evaluate jsonnet "${name}": this stand-in has no Jsonnet`);
  if (name.endsWith('.json')) return jsonObjects(name, text);
  const found: KubeObject[] = [];
  try {
    for (const document of parseDocuments(text)) {
      if (!isListOrObject(document)) throw new Error("Object 'Kind' is missing");
      found.push(document);
    }
  } catch (error) {
    // Without anything that looks like a manifest it is a file of something else.
    const looksLikeManifest = ['apiVersion:', 'kind:', 'metadata:'].every((field) => text.includes(field));
    if (found.length === 0 && !looksLikeManifest) return [];
    throw new Error(`Failed to unmarshal "${name}": failed to unmarshal manifest: ${wordsOf(error)}`, { cause: error });
  }
  return found.flatMap(listed);
}

function jsonObjects(name: string, text: string): readonly KubeObject[] {
  try {
    const object: unknown = JSON.parse(text);
    if (!isListOrObject(object)) throw new Error("Object 'Kind' is missing");
    return listed(object);
  } catch (error) {
    throw new Error(`Failed to unmarshal "${name}": ${wordsOf(error)}`, { cause: error });
  }
}

function isListOrObject(value: unknown): value is KubeObject {
  return (
    isJsonObject(value) &&
    typeof value.kind === 'string' &&
    (isKubeObject(value) || asObject(value).items !== undefined)
  );
}
