import { KUSTOMIZATION_FIELDS } from '../../domain/kustomization-schema.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import { parseDocuments } from '../manifest-yaml.ts';
import { type ArtifactTree, resolvePath } from './artifact-tree.ts';

/** What a Flux Kustomization adds to the kustomization file at its path; undefined for nothing. Throws in Flux's words. */
export function additionsOf(tree: ArtifactTree, path: string, spec: JsonObject): JsonObject | undefined {
  const additions: Record<string, unknown> = {};
  if (asString(spec.targetNamespace)) additions.namespace = spec.targetNamespace;
  for (const field of ['namePrefix', 'nameSuffix']) if (asString(spec[field])) additions[field] = spec[field];
  for (const field of ['patches', 'images']) if (asArray(spec[field]).length > 0) additions[field] = spec[field];
  const components = asArray(spec.components)
    .map(String)
    .filter((component) => isTaken(tree, path, component, spec.ignoreMissingComponents === true));
  if (components.length > 0) additions.components = components;
  return Object.keys(additions).length === 0 ? undefined : additions;
}

function isTaken(tree: ArtifactTree, path: string, component: string, ignoreMissing: boolean): boolean {
  if (component === '' || component.startsWith('/') || component.includes('://')) {
    throw new Error(`component path '${component}' must be local and relative`);
  }
  if (!ignoreMissing) return true;
  const resolved = resolvePath(path, component);
  return resolved !== undefined && tree.isDirectory(resolved);
}

const HEAD = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };

/** True when the file says what it would say rewritten: then one directory can serve many builds. */
export function isUnchanged(text: string, rewritten: JsonObject): boolean {
  return sameJson({ ...HEAD, ...asObject(parseDocuments(text)[0]) }, rewritten);
}

/**
 * The kustomization file as Flux rewrites it before the build: read without complaint about fields that it does not know, those left
 * out, and with the additions. Throws in Flux's words.
 */
export function rewrittenKustomization(
  text: string | undefined,
  generated: readonly string[],
  additions: JsonObject,
): JsonObject {
  const base: JsonObject = text === undefined ? { resources: generated } : decoded(text);
  const merged: Record<string, unknown> = { ...HEAD, ...base };
  if (text !== undefined && asArray(base.resources).length === 0) {
    // An empty file would be an error: this makes it build to nothing, and marks what generators make.
    merged.buildMetadata = ['originAnnotations'];
  }
  const { images, ...others } = additions;
  for (const [field, value] of Object.entries(others)) {
    merged[field] = Array.isArray(value) ? [...asArray(merged[field]), ...value] : value;
  }
  if (images !== undefined) merged.images = mergedImages(asArray(base.images), asArray(images));
  return merged;
}

/** An image of the same name takes the place of the file's. */
function mergedImages(ofFile: readonly unknown[], ofSpec: readonly unknown[]): readonly unknown[] {
  const byName = new Map([...ofFile, ...ofSpec].map((image) => [asObject(image).name, image]));
  return [...byName.values()];
}

function decoded(text: string): JsonObject {
  const [document] = parseDocuments(text);
  if (document === undefined) return {};
  if (!isJsonObject(document)) throw undecodable(goTypeOf(document), 'value of type types.Kustomization');
  const known = Object.entries(document).filter(([field]) => KUSTOMIZATION_FIELDS.has(field));
  for (const [field, value] of known) {
    const wanted = goTypeWanted(field);
    if (wanted === undefined || value === null || goTypeOf(value) === wanted.json) continue;
    throw undecodable(goTypeOf(value), `struct field Kustomization.${field} of type ${wanted.go}`);
  }
  return Object.fromEntries(known);
}

function undecodable(found: string, wanted: string): Error {
  return new Error(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go ${wanted} <nil>`,
  );
}

function goTypeWanted(field: string): { readonly json: string; readonly go: string } | undefined {
  switch (KUSTOMIZATION_FIELDS.get(field)) {
    case 'string':
      return { json: 'string', go: 'string' };
    case 'strings':
      return { json: 'array', go: '[]string' };
    case 'string-map':
      return { json: 'object', go: 'map[string]string' };
    default:
      return undefined;
  }
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
