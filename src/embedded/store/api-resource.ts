import type { PrinterColumn } from '../api/table/custom-columns.ts';
import type { JsonObject } from '../json-value.ts';

/** Where a resource keeps the numbers that the scale subresource shows, as `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** One resource that the API server serves. */
export interface ApiResource {
  readonly group: string;
  /** All served versions, the preferred one first; objects are kept in that one. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** `status` is written through the status subresource only. */
  readonly hasStatus: boolean;
  /** `metadata.generation` counts the changes of everything but metadata and status. */
  readonly hasGeneration: boolean;
  /** A status that new objects start with (Flux: `observedGeneration: -1`). */
  readonly initialStatus?: Readonly<Record<string, unknown>>;
  /** The scale subresource; absent where there is none. */
  readonly scale?: ScalePaths;
  /** `<kind>List` when absent. */
  readonly listKind?: string;
  /** Custom resources: the openAPIV3Schema of each served version. */
  readonly schemas?: Readonly<Record<string, JsonObject>>;
  /** `additionalPrinterColumns` by version, of versions that have any. */
  readonly printerColumns?: Readonly<Record<string, readonly PrinterColumn[]>>;
}

export function apiVersionOf(resource: ApiResource, version = resource.versions[0] ?? 'v1'): string {
  return resource.group === '' ? version : `${resource.group}/${version}`;
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
