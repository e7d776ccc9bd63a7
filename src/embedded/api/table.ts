import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { badRequest } from './status-error.ts';
import type { Printer } from './table/columns.ts';
import { nameAndTimePrinter } from './table/core-kinds.ts';
import { AGE_COLUMN, customPrinter, type PrinterColumn } from './table/custom-columns.ts';
import { FLUX_COLUMNS } from './table/flux-columns.ts';
import { PRINTERS } from './table/printers.ts';

const META = 'meta.k8s.io/v1';

/** What of the object itself a row carries. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

export interface TableInput {
  readonly resource: ApiResource;
  /** Of the request's path. */
  readonly version: string;
  readonly objects: readonly KubeObject[];
  /** Of the list, or the resourceVersion of the one object. */
  readonly metadata: {
    readonly resourceVersion?: string | undefined;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  /** False: `columnDefinitions` is null, as in every event of a watch but the first. Default true. */
  readonly headers?: boolean;
}

/** `meta.k8s.io/v1` Table: what kubectl shows. */
export function tableOf(input: TableInput): Readonly<Record<string, unknown>> {
  const { resource, version, objects, metadata, includeObject, nowMs } = input;
  const printer = printerOf(resource, version);
  return {
    kind: 'Table',
    apiVersion: META,
    metadata,
    columnDefinitions: input.headers === false ? null : printer.columns,
    rows: objects.map((object) => {
      const conditions = printer.conditions?.(object) ?? [];
      return {
        // A bookmark has no name, and its cell is empty.
        cells: printer.cells(object, nowMs).map((cell) => (cell === undefined ? '' : cell)),
        ...(conditions.length === 0 ? {} : { conditions }),
        object: included(object, includeObject),
      };
    }),
  };
}

function included(object: KubeObject, include: IncludeObject): unknown {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialOf(object);
}

/** `meta.k8s.io/v1` PartialObjectMetadata: an object without all but its metadata. */
export function partialOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return { kind: 'PartialObjectMetadata', apiVersion: META, metadata: object.metadata };
}

export function partialListOf(
  objects: readonly KubeObject[],
  metadata: TableInput['metadata'],
): Readonly<Record<string, unknown>> {
  return { kind: 'PartialObjectMetadataList', apiVersion: META, metadata, items: objects.map(partialOf) };
}

/** Reads the query parameter `includeObject`. */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const given = query.get('includeObject') ?? '';
  if (given === '') return 'Metadata';
  if (given === 'Metadata' || given === 'Object' || given === 'None') return given;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: "${given}": must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** How a watch writes its objects as tables, for one client: only its first event has the column definitions. */
export function tableEvents(
  input: Pick<TableInput, 'resource' | 'version' | 'includeObject'>,
  now: () => number,
): (object: KubeObject) => string {
  let headers = true;
  return (object) => {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const table = tableOf({ ...input, objects: [object], metadata, nowMs: now(), headers });
    headers = false;
    return JSON.stringify(table);
  };
}

function printerOf(resource: ApiResource, version: string): Printer {
  const builtIn = PRINTERS[`${resource.group}/${resource.kind}`];
  if (builtIn !== undefined) return builtIn;
  const columns = resource.printerColumns?.[version] ?? fluxColumns(resource);
  if (columns !== undefined) return customPrinter(columns);
  return isBuiltInGroup(resource.group) ? nameAndTimePrinter : customPrinter(DEFAULT_COLUMNS);
}

const DEFAULT_COLUMNS = [AGE_COLUMN];

function fluxColumns({ group, kind }: ApiResource): readonly PrinterColumn[] | undefined {
  return group.endsWith('.fluxcd.io') ? FLUX_COLUMNS[kind] : undefined;
}
