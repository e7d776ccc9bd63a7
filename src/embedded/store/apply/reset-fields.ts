import { isBuiltInGroup } from '../../api/built-in-groups.ts';
import type { ApiResource } from '../resource-registry.ts';
import { type FieldSet, NO_FIELDS } from './field-set.ts';

const MEMBER: FieldSet = {};
const STATUS: FieldSet = { 'f:status': MEMBER };
const SPEC: FieldSet = { 'f:spec': MEMBER };
const SPEC_AND_METADATA: FieldSet = { 'f:metadata': MEMBER, ...SPEC };

/** What the status subresource of a built-in kind does not let through, where that is more than `spec`. */
const MORE_THAN_SPEC: Readonly<Record<string, FieldSet>> = {
  'apps/Deployment': { ...SPEC, 'f:metadata': { 'f:labels': MEMBER } },
  '/Pod': { ...SPEC, 'f:metadata': { 'f:deletionTimestamp': MEMBER, 'f:ownerReferences': MEMBER } },
};

/** What the server itself puts into an object when it is written, after it is known who wants what. */
const SET_BY_SERVER: Readonly<Record<string, FieldSet>> = {
  '/Namespace': { ...STATUS, 'f:spec': { 'f:finalizers': MEMBER } },
  '/Pod': { ...STATUS, 'f:spec': { 'f:preemptionPolicy': MEMBER, 'f:priority': MEMBER, 'f:tolerations': MEMBER } },
};

/** The fields that a write cannot change, whatever it says of them: it does not come to own them, nor conflicts over them. */
export function resetFields(resource: ApiResource, subresource: string | undefined): FieldSet {
  const { group, kind } = resource;
  if (subresource === undefined) {
    return SET_BY_SERVER[`${group}/${kind}`] ?? (resource.hasStatus ? STATUS : NO_FIELDS);
  }
  if (subresource !== 'status') return NO_FIELDS;
  if (!isBuiltInGroup(resource.group)) return SPEC_AND_METADATA;
  return MORE_THAN_SPEC[`${group}/${kind}`] ?? SPEC;
}
