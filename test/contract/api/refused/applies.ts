import { APPLY_PATCH, JSON_PATCH } from '../api.ts';
import type { Prepared, RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { badRequest, conflict, notFound, stale, unforeseen } from '../refusal.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const PATCH_A = `PATCH ${MAPS}/a`;

function json(body: unknown): Prepared {
  return { given: [[MAPS, configMap('a', { k: 'v' })]], contentType: JSON_PATCH, body };
}

function apply(fields: unknown): Prepared {
  const body = typeof fields === 'string' ? fields : { apiVersion: 'v1', kind: 'ConfigMap', ...(fields as object) };
  return { ...json(body), contentType: APPLY_PATCH };
}

/** Server-side applies that cannot be carried out. */
export const REFUSED_APPLIES: readonly RefusedRequest[] = [
  [
    'an apply of another kind is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply({ kind: 'Secret' }),
    badRequest('invalid object type: /v1, Kind=Secret'),
  ],
  [
    'an apply without a kind is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply('{"apiVersion":"v1"}'),
    badRequest('invalid object type: /v1, Kind='),
  ],
  [
    'an apply without an apiVersion is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply('{"kind":"ConfigMap"}'),
    badRequest('invalid object type: /, Kind=ConfigMap'),
  ],
  [
    'an apply of another name is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply({ metadata: { name: 'b' } }),
    badRequest('the name of the object (b) does not match the name on the URL (a)'),
  ],
  [
    'an apply of another namespace is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply({ metadata: { namespace: 'elsewhere' } }),
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'an apply with managed fields is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply({ metadata: { managedFields: [{ manager: 'm' }] } }),
    badRequest('metadata.managedFields must be nil'),
  ],
  [
    'an apply that is not YAML is a bad request',
    `${PATCH_A}?fieldManager=m`,
    apply('{a: ['),
    badRequest('error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content'),
  ],
  [
    'an apply of a wrong type does not decode',
    `${PATCH_A}?fieldManager=m`,
    apply({ data: 'text' }),
    unforeseen('failed to create typed patch object (/; /v1, Kind=ConfigMap): .data: expected map, got &{text}'),
  ],
  [
    'an apply of an unknown field is refused',
    `${PATCH_A}?fieldManager=m`,
    apply({ horn: 1 }),
    unforeseen('failed to create typed patch object (/; /v1, Kind=ConfigMap): .horn: field not declared in schema'),
  ],
  [
    'an apply of an unknown field is refused when validation is strict',
    `${PATCH_A}?fieldManager=m&fieldValidation=Strict`,
    apply({ horn: 1 }),
    unforeseen('failed to create typed patch object (/; /v1, Kind=ConfigMap): .horn: field not declared in schema'),
  ],
  [
    'an apply against another manager is a conflict',
    `${PATCH_A}?fieldManager=m`,
    apply({ data: { k: 'w' } }),
    {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "unknown" using v1: .data.k',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "unknown" using v1',
            field: '.data.k',
          },
        ],
      },
    },
  ],
  [
    'an apply against another manager names each field',
    `${PATCH_A}?fieldManager=m`,
    { ...apply({ data: { k: 'w', l: 'w' } }), given: [[MAPS, configMap('a', { k: 'v', l: 'v' })]] },
    {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 2 conflicts: conflicts with "unknown" using v1:\n- .data.k\n- .data.l',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "unknown" using v1',
            field: '.data.k',
          },
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "unknown" using v1',
            field: '.data.l',
          },
        ],
      },
    },
  ],
  [
    'an apply with a stale resourceVersion is a conflict',
    `${PATCH_A}?fieldManager=m`,
    apply({ metadata: { resourceVersion: '1' } }),
    stale('configmaps', 'a'),
  ],
  [
    'an apply of a uid to an object that is not there is a conflict',
    `PATCH ${MAPS}/absent?fieldManager=m`,
    apply({ metadata: { uid: 'some' } }),
    conflict(
      'configmaps',
      'absent',
      'uid mismatch: the provided object specified uid some, and no existing object was found',
    ),
  ],
  [
    'an apply of a resourceVersion to an object that is not there is a conflict',
    `PATCH ${MAPS}/absent?fieldManager=m`,
    apply({ metadata: { resourceVersion: '1' } }),
    badRequest('the name of the object (absent based on URL) was undeterminable: name must be provided'),
  ],
  [
    'an apply of a list with one key twice is refused',
    `PATCH ${DEPLOYMENTS}/b?fieldManager=m`,
    {
      contentType: APPLY_PATCH,
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'c', image: 'i' },
                { name: 'c', image: 'j' },
              ],
            },
          },
        },
      },
    },
    unforeseen(
      'failed to create typed patch object (/; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="c"]',
    ),
  ],
  [
    'an apply of a list without its key is refused',
    `PATCH ${DEPLOYMENTS}/b?fieldManager=m`,
    {
      contentType: APPLY_PATCH,
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { template: { spec: { containers: [{ image: 'i' }] } } },
      },
    },
    badRequest('the name of the object (b based on URL) was undeterminable: name must be provided'),
  ],
  [
    'an apply to a status that is not there is not found',
    `PATCH ${DEPLOYMENTS}/b/status?fieldManager=m`,
    { contentType: APPLY_PATCH, body: { apiVersion: 'apps/v1', kind: 'Deployment', status: { replicas: 1 } } },
    notFound('deployments.apps', 'b'),
  ],
];
