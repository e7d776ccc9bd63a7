import { JSON_PATCH, MERGE_PATCH } from '../api.ts';
import type { Prepared, RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { badRequest, invalid, notFound, stale, UNPROCESSABLE } from '../refusal.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';
const PATCH_A = `PATCH ${MAPS}/a`;

function json(body: unknown): Prepared {
  return { given: [[MAPS, configMap('a', { k: 'v' })]], contentType: JSON_PATCH, body };
}

/** JSON patches that cannot be carried out. */
export const REFUSED_JSON_PATCHES: readonly RefusedRequest[] = [
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
];
