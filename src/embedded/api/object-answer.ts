import type { KubeObject } from '../../domain/kube-object.ts';
import type { EmbeddedClock } from '../clock.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { Answer } from './answer.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import type { ListPage } from './list-page.ts';
import { pageJson } from './list-response.ts';
import { objectJson } from './object-json.ts';
import { StatusError } from './status-error.ts';
import { plainEncoding, type WatchEncoding } from './watch-encoding.ts';

/** Sends one object in the shape that the client asked for. */
export async function sendObject(
  answer: Answer,
  code: number,
  object: KubeObject,
  path: ResourcePath,
  query: URLSearchParams,
  clock: EmbeddedClock,
): Promise<void> {
  const { shape, format, pretty } = answer.encoding;
  const apiVersion = apiVersionOf(path.resource, path.version);
  if (shape === '' && format === 'json' && !pretty) return answer.json(code, objectJson(object, apiVersion));
  const versioned = object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  if (shape === '') return await answer.document(code, versioned);
  if (shape === 'PartialObjectMetadataList') throw wrongShape(path, shape, 'is not a list', '');
  // The printers are many: they are imported when kubectl first asks.
  const { includeObjectOf, partialOf, tableOf } = await import('./table.ts');
  if (shape === 'PartialObjectMetadata') return await answer.document(code, partialOf(versioned));
  const { resource, version } = path;
  const includeObject = includeObjectOf(query);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  const nowMs = clock.now();
  const table = tableOf({ resource, version, objects: [versioned], metadata, includeObject, nowMs });
  await answer.document(code, table);
}

/** Sends a list in the shape that the client asked for. */
export async function sendList(
  answer: Answer,
  page: ListPage,
  path: ResourcePath,
  query: URLSearchParams,
  clock: EmbeddedClock,
): Promise<void> {
  const { shape, format, pretty } = answer.encoding;
  if (shape === '') {
    const json = pageJson(path, page);
    return format === 'json' && !pretty ? answer.json(200, json) : await answer.document(200, JSON.parse(json));
  }
  if (shape === 'PartialObjectMetadata') throw wrongShape(path, shape, 'is a list', 'List');
  const { includeObjectOf, partialListOf, tableOf } = await import('./table.ts');
  const { resource, version } = path;
  const { objects, metadata } = page;
  if (shape === 'PartialObjectMetadataList') return await answer.document(200, partialListOf(objects, metadata));
  const includeObject = includeObjectOf(query);
  await answer.document(200, tableOf({ resource, version, objects, metadata, includeObject, nowMs: clock.now() }));
}

/** How the objects of a watch are written. */
export async function watchEncodingOf(
  { encoding }: Answer,
  path: ResourcePath,
  query: URLSearchParams,
  clock: EmbeddedClock,
): Promise<WatchEncoding> {
  if (encoding.shape === '') return plainEncoding;
  const { includeObjectOf, partialOf, tableEvents } = await import('./table.ts');
  if (encoding.shape !== 'Table') {
    return { key: 'PartialObjectMetadata', object: (object) => JSON.stringify(partialOf(object)) };
  }
  const { resource, version } = path;
  const object = tableEvents({ resource, version, includeObject: includeObjectOf(query) }, () => clock.now());
  tables += 1;
  // Each has a first event of its own, so no two can share their lines.
  return { key: `Table ${tables}`, object };
}

let tables = 0;

function wrongShape({ resource }: ResourcePath, shape: string, what: string, suffix: string): StatusError {
  const type = isBuiltInGroup(resource.group)
    ? `*${resource.group === '' ? 'core' : resource.group.split('.')[0]}.${resource.kind}${suffix}`
    : `*unstructured.Unstructured${suffix}`;
  const message = `you requested ${shape}, but the requested object ${what} (${type})`;
  return new StatusError(406, 'NotAcceptable', message);
}
