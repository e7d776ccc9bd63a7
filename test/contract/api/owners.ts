import type { ApiObject } from './subject.ts';

/** manager, operation and fields of each entry, by manager. */
export function owners(object: ApiObject): unknown {
  const entries = [...(object.metadata.managedFields ?? [])];
  return entries
    .sort((a, b) => a.manager.localeCompare(b.manager))
    .map(({ manager, operation, fieldsV1, subresource }) => [
      manager,
      subresource === undefined ? operation : `${operation} ${subresource}`,
      fieldsV1,
    ]);
}

/** The fields of data that an apply owns. */
export function data(...keys: readonly string[]): object {
  return { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) };
}

/** The fields of data that an update owns which made the map too. */
export function dataMadeWith(...keys: readonly string[]): object {
  return { 'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } };
}
