import { APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from './api.ts';
import type { Prepared, RefusedRequest } from './contract.ts';
import { configMap, deployment } from './objects.ts';
import { badRequest, conflict, invalid, notFound, stale, UNPROCESSABLE, unforeseen } from './refusal.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const PATCH_A = `PATCH ${MAPS}/a`;
const PATCH_D = `PATCH ${DEPLOYMENTS}/a`;

function json(body: unknown): Prepared {
  return { given: [[MAPS, configMap('a', { k: 'v' })]], contentType: JSON_PATCH, body };
}

function merge(body: unknown): Prepared {
  return { ...json(body), contentType: MERGE_PATCH };
}

function strategic(body: unknown): Prepared {
  return { given: [[DEPLOYMENTS, deployment('a')]], contentType: STRATEGIC_PATCH, body };
}

function apply(fields: unknown): Prepared {
  const body = typeof fields === 'string' ? fields : { apiVersion: 'v1', kind: 'ConfigMap', ...(fields as object) };
  return { ...json(body), contentType: APPLY_PATCH };
}

/** Patches that cannot be carried out. */
export const REFUSED_PATCHES: readonly RefusedRequest[] = [
  [
    'a missing object is not patched',
    `PATCH ${MAPS}/absent`,
    { contentType: MERGE_PATCH, body: {} },
    notFound('configmaps', 'absent'),
  ],
  [
    'a failed test of a JSON patch is invalid',
    PATCH_A,
    json([{ op: 'test', path: '/data/k', value: 'w' }]),
    UNPROCESSABLE,
  ],
  [
    'a test of a missing path is invalid',
    PATCH_A,
    json([{ op: 'test', path: '/data/none', value: 'w' }]),
    UNPROCESSABLE,
  ],
  ['removing what is not there is invalid', PATCH_A, json([{ op: 'remove', path: '/data/none' }]), UNPROCESSABLE],
  [
    'adding below what is not there is invalid',
    PATCH_A,
    json([{ op: 'add', path: '/none/k', value: 'w' }]),
    UNPROCESSABLE,
  ],
  [
    'moving from what is not there is invalid',
    PATCH_A,
    json([{ op: 'move', from: '/data/none', path: '/data/b' }]),
    UNPROCESSABLE,
  ],
  ['an operation that nobody knows is invalid', PATCH_A, json([{ op: 'shuffle', path: '/data/k' }]), UNPROCESSABLE],
  ['an operation without a path is invalid', PATCH_A, json([{ op: 'remove' }]), UNPROCESSABLE],
  [
    'a list index that is too large is invalid',
    PATCH_A,
    json([
      { op: 'add', path: '/metadata/finalizers', value: [] },
      { op: 'add', path: '/metadata/finalizers/7', value: 'a/b' },
    ]),
    UNPROCESSABLE,
  ],
  [
    'an object for a JSON patch is a bad request',
    PATCH_A,
    json({ op: 'test' }),
    badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'),
  ],
  [
    'a JSON patch that is not JSON is a bad request',
    PATCH_A,
    json('[{'),
    badRequest('error decoding patch: unexpected end of JSON input'),
  ],
  [
    'a JSON patch of the kind is a bad request',
    PATCH_A,
    json([{ op: 'replace', path: '/kind', value: 'Secret' }]),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"k\\":\\"v\\"},\\"kind\\":\\"Secret\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": illegal base64 data at input byte 0',
    ]),
  ],
  [
    'a JSON patch of the name is a bad request',
    PATCH_A,
    json([{ op: 'replace', path: '/metadata/name', value: 'b' }]),
    badRequest('the name of the object (b) does not match the name on the URL (a)'),
  ],
  [
    'a JSON patch to a wrong type does not decode',
    PATCH_A,
    json([{ op: 'replace', path: '/data', value: 5 }]),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":5,\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
    ]),
  ],
  [
    'a JSON patch to a wrong resourceVersion is a conflict',
    PATCH_A,
    json([{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }]),
    stale('configmaps', 'a'),
  ],
  [
    'a merge patch that is not JSON is a bad request',
    PATCH_A,
    merge('{'),
    badRequest('error decoding patch: unexpected end of JSON input'),
  ],
  [
    'an array for a merge patch is a bad request',
    PATCH_A,
    merge('[]'),
    badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'),
  ],
  [
    'a merge patch of the name is a bad request',
    PATCH_A,
    merge({ metadata: { name: 'b' } }),
    badRequest('the name of the object (b) does not match the name on the URL (a)'),
  ],
  [
    'a merge patch of the namespace is a bad request',
    PATCH_A,
    merge({ metadata: { namespace: 'elsewhere' } }),
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a merge patch of the kind is a bad request',
    PATCH_A,
    merge({ kind: 'Secret' }),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"k\\":\\"v\\"},\\"kind\\":\\"Secret\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": illegal base64 data at input byte 0',
    ]),
  ],
  [
    'a merge patch of the apiVersion is a bad request',
    PATCH_A,
    merge({ apiVersion: 'v2' }),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v2\\",\\"data\\":{\\"k\\":\\"v\\"},\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"',
    ]),
  ],
  [
    'a merge patch of the uid is a conflict',
    PATCH_A,
    merge({ metadata: { uid: 'another' } }),
    invalid(
      'ConfigMap',
      'a',
      ['metadata.uid', 'Invalid value: "another": field is immutable'],
      ['metadata.uid', 'Invalid value: "another": field is immutable'],
    ),
  ],
  [
    'a merge patch with a stale resourceVersion is a conflict',
    PATCH_A,
    merge({ metadata: { resourceVersion: '1' } }),
    stale('configmaps', 'a'),
  ],
  [
    'a merge patch to a wrong type does not decode',
    PATCH_A,
    merge({ data: { k: 5 } }),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"k\\":5},\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ]),
  ],
  [
    'a merge patch to a bad label is invalid',
    PATCH_A,
    merge({ metadata: { labels: { a: '!' } } }),
    invalid(
      'ConfigMap',
      'a',
      [
        'metadata.labels',
        `Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
      [
        'metadata.labels',
        `Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
      [
        'metadata.labels',
        `Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
      [
        'metadata.labels',
        `Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
    ),
  ],
  [
    'an unknown field in a merge patch is refused when validation is strict',
    `${PATCH_A}?fieldValidation=Strict`,
    merge({ horn: 1 }),
    invalid('', '', [
      'patch',
      'Invalid value: "{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"k\\":\\"v\\"},\\"horn\\":1,\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"{ns}\\",\\"uid\\":\\"{uid}\\",\\"resourceVersion\\":\\"{version}\\",\\"creationTimestamp\\":\\"{time}\\",\\"managedFields\\":[{\\"manager\\":\\"unknown\\",\\"operation\\":\\"Update\\",\\"apiVersion\\":\\"v1\\",\\"time\\":\\"{time}\\",\\"fieldsType\\":\\"FieldsV1\\",\\"fieldsV1\\":{\\"f:data\\":{\\".\\":{},\\"f:k\\":{}}}}]}}": strict decoding error: unknown field "horn"',
    ]),
  ],
  [
    'a strategic patch that is not JSON is a bad request',
    PATCH_D,
    strategic('{'),
    badRequest('unexpected end of JSON input'),
  ],
  [
    'an array for a strategic patch is a bad request',
    PATCH_D,
    strategic('[]'),
    badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}'),
  ],
  [
    'an unknown directive of a strategic patch is a bad request',
    PATCH_D,
    strategic({ spec: { template: { spec: { containers: [{ $patch: 'explode', name: 'app' }] } } } }),
    unforeseen('unknown patch type: explode in map: map[$patch:explode name:app]'),
  ],
  [
    'a strategic patch of a list without its merge key is a bad request',
    PATCH_D,
    strategic({ spec: { template: { spec: { containers: [{ image: 'i' }] } } } }),
    unforeseen('map: map[image:i] does not contain declared merge key: name'),
  ],
  [
    'a strategic patch to no image is invalid',
    PATCH_D,
    strategic({ spec: { template: { spec: { containers: [{ name: 'new' }] } } } }),
    invalid('Deployment.apps', 'a', ['spec.template.spec.containers[0].image', 'Required value']),
  ],
  [
    'a strategic patch with a stale resourceVersion is a conflict',
    PATCH_D,
    strategic({ metadata: { resourceVersion: '1' } }),
    stale('deployments.apps', 'a'),
  ],
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
