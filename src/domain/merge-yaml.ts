import { parseAllDocuments, stringify } from 'yaml';
import { asFields, type Fields } from './object-fields.ts';

/**
 * What an ArtifactGenerator's `Merge` makes of two YAML files: maps are merged key by key, everything else is replaced by the
 * later file's. Throws a YAMLParseError.
 */
export function mergeYaml(earlier: string, later: string): string {
  return stringify(mergeMaps(onlyMap(earlier), onlyMap(later)), { sortMapEntries: true });
}

function onlyMap(text: string): Fields {
  let merged: Fields = {};
  for (const document of parseAllDocuments(text)) {
    if (!('errors' in document)) continue;
    if (document.errors[0] !== undefined) throw document.errors[0];
    merged = mergeMaps(merged, asFields(document.toJS({ maxAliasCount: 100 })));
  }
  return merged;
}

function mergeMaps(base: Fields, overlay: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? mergeMaps(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
