import type { KubeObject } from '../../domain/kube-object.ts';
import type { PrinterColumn } from '../api/table/custom-columns.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import type { ApiResource, ScalePaths } from './api-resource.ts';
import { byVersionPriority } from './version-priority.ts';

/** What a CustomResourceDefinition defines; undefined while it lacks the names for it. `isServed` is false when no version is to be served. */
export function definedResource(
  definition: KubeObject,
): { readonly resource: ApiResource; readonly isServed: boolean } | undefined {
  const spec = asObject(definition.spec);
  const names = asObject(spec.names);
  const group = asString(spec.group);
  const kind = asString(names.kind);
  const plural = asString(names.plural);
  if (group === undefined || kind === undefined || plural === undefined) return undefined;
  const versions = asArray(spec.versions)
    .map(asObject)
    .filter((version) => version.served !== false && typeof version.name === 'string')
    .sort((a, b) => byVersionPriority(String(a.name), String(b.name)));
  const scale = versions.map(scaleOf).find((each) => each !== undefined);
  const listKind = asString(names.listKind);
  const strings = (list: unknown): readonly string[] => asArray(list).filter((each) => typeof each === 'string');
  const resource: ApiResource = {
    group,
    versions: versions.map(({ name }) => String(name)),
    plural,
    singular: asString(names.singular) ?? kind.toLowerCase(),
    kind,
    namespaced: spec.scope !== 'Cluster',
    shortNames: strings(names.shortNames),
    categories: strings(names.categories),
    hasStatus: versions.some((version) => asObject(version.subresources).status !== undefined),
    hasGeneration: true,
    schemas: byVersion(versions, (version) => {
      const schema = asObject(version.schema).openAPIV3Schema;
      return isJsonObject(schema) ? schema : undefined;
    }),
    printerColumns: byVersion(versions, columnsOf),
    ...(scale === undefined ? {} : { scale }),
    ...(listKind === undefined ? {} : { listKind }),
  };
  return { resource, isServed: versions.length > 0 };
}

function byVersion<T>(
  versions: readonly JsonObject[],
  read: (version: JsonObject) => T | undefined,
): Readonly<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const version of versions) {
    const value = read(version);
    if (value !== undefined) found[String(version.name)] = value;
  }
  return found;
}

function columnsOf({ additionalPrinterColumns }: JsonObject): readonly PrinterColumn[] | undefined {
  const columns = asArray(additionalPrinterColumns).flatMap((given) => {
    const { name, type, jsonPath, format, description, priority } = asObject(given);
    if (typeof name !== 'string' || typeof type !== 'string' || typeof jsonPath !== 'string') return [];
    return [
      {
        name,
        type,
        jsonPath,
        ...(typeof format === 'string' ? { format } : {}),
        ...(typeof description === 'string' ? { description } : {}),
        ...(typeof priority === 'number' ? { priority } : {}),
      },
    ];
  });
  return columns.length === 0 ? undefined : columns;
}

function scaleOf({ subresources }: JsonObject): ScalePaths | undefined {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = asObject(asObject(subresources).scale);
  if (typeof specReplicasPath !== 'string' || typeof statusReplicasPath !== 'string') return undefined;
  return {
    specReplicasPath,
    statusReplicasPath,
    ...(typeof labelSelectorPath === 'string' ? { labelSelectorPath } : {}),
  };
}
