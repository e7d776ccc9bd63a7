import { asObject, asString } from '../json-value.ts';
import { parseDocuments } from '../manifest-yaml.ts';
import type { ArtifactFile } from './archive.ts';
import { type ArtifactTree, generatedResources, within } from './artifact-tree.ts';

/** Where Flux's messages say that files are: the real one unpacks each artifact into a directory of its own. */
export const UNPACKED_ROOT = '/tmp/kustomization-0';

/** The path of a file of the artifact in messages. */
export function shownPath(path: string): string {
  return path === '' ? UNPACKED_ROOT : `${UNPACKED_ROOT}/${path}`;
}

/**
 * The `resources` of the kustomization file that Flux writes where `directory` has none. Throws in Flux's words where a manifest
 * below it is no Kubernetes object: one is enough to fail the build.
 */
export function generateResources(tree: ArtifactTree, directory: string): readonly string[] {
  const resources = generatedResources(tree, directory);
  for (const resource of resources) {
    const path = within(directory, resource);
    const file = tree.files.get(path);
    if (file === undefined) continue;
    const mistake = mistakeIn(file);
    if (mistake !== undefined) {
      throw new Error(`failed to decode Kubernetes YAML from ${shownPath(path)}: ${mistake} <nil>`);
    }
  }
  return resources;
}

const mistakes = new WeakMap<ArtifactFile, string | false>();

function mistakeIn(file: ArtifactFile): string | undefined {
  const known = mistakes.get(file) ?? findMistake(file) ?? false;
  mistakes.set(file, known);
  return known === false ? undefined : known;
}

function findMistake(file: ArtifactFile): string | undefined {
  let documents: readonly unknown[];
  try {
    documents = parseDocuments(file.content.toString());
  } catch (error) {
    return malformed(error);
  }
  for (const document of documents) {
    const mistake = objectMistake(document);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

/** kustomize's own parser has other words for what is wrong; the line is the same. */
function malformed(error: unknown): string {
  const { linePos } = error as { readonly linePos?: readonly { readonly line: number }[] };
  const [words = ''] = (error instanceof Error ? error.message : String(error)).split(' at line ');
  return `MalformedYAMLError: yaml: line ${linePos?.[0]?.line ?? 1}: ${words}`;
}

function objectMistake(document: unknown): string | undefined {
  const { apiVersion, kind, metadata } = asObject(document);
  if (apiVersion === undefined && kind === undefined && metadata === undefined) return 'missing Resource metadata';
  const { name, namespace, labels, annotations } = asObject(metadata);
  const written = (value: unknown): string => asString(value) ?? '';
  const object = `{{${written(apiVersion)} ${written(kind)}} {{${written(name)} ${written(namespace)}} ${goMap(labels)} ${goMap(annotations)}}}`;
  if (written(kind) === '') return `missing kind in object ${object}`;
  if (written(name) === '' && !written(kind).endsWith('List')) return `missing metadata.name in object ${object}`;
  return undefined;
}

/** A map as Go prints it. */
function goMap(value: unknown): string {
  const entries = Object.entries(asObject(value)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${String(each)}`).join(' ')}]`;
}
