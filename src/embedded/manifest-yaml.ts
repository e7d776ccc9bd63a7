import { parseAllDocuments, type ScalarTag } from 'yaml';
import type { KubeObject } from '../domain/kube-object.ts';
import { isJsonObject } from './json-value.ts';

/** Go's YAML reads `0644` as octal; YAML 1.2 does not. `defaultMode: 0400` is common in manifests. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

/** The documents of a manifest file, empty ones left out. Throws with line and column. */
export function parseDocuments(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text, { merge: true, customTags: (tags) => [OCTAL, ...tags] });
  const values: unknown[] = [];
  for (const document of documents) {
    const problem = document.errors[0];
    if (problem !== undefined) throw problem;
    const value: unknown = document.toJS({ maxAliasCount: 1_000 });
    if (value !== null && value !== undefined) values.push(value);
  }
  return values;
}

/** True for what has apiVersion, kind and a name. */
export function isKubeObject(value: unknown): value is KubeObject {
  return (
    isJsonObject(value) &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isJsonObject(value.metadata) &&
    typeof value.metadata.name === 'string' &&
    value.metadata.name !== ''
  );
}
