import { JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from '../api.ts';
import type { Prepared, RefusedRequest } from '../contract.ts';
import { configMap, deployment } from '../objects.ts';
import { badRequest, invalid, stale, unforeseen } from '../refusal.ts';

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

/** Merge patches and strategic merge patches that cannot be carried out. */
export const REFUSED_MERGE_PATCHES: readonly RefusedRequest[] = [
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
];
