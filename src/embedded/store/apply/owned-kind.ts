import { schemaOf } from '../../schema/schema-of.ts';
import { type ApiResource, apiVersionOf } from '../resource-registry.ts';
import type { WriteOptions } from '../write-options.ts';
import type { OwnedKind } from './ownership.ts';
import { resetFields } from './reset-fields.ts';

/** What ownership needs to know of a resource, for one write. */
export function ownedKind(
  resource: ApiResource,
  { apiVersion, subresource }: Pick<WriteOptions, 'apiVersion' | 'subresource'>,
): OwnedKind {
  return {
    apiVersion: apiVersion ?? apiVersionOf(resource),
    schema: (version) => schemaOf(resource, version),
    isServed: (version) => resource.versions.includes(version),
    reset: resetFields(resource, subresource),
  };
}
