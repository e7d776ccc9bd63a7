import type { RefusedRequest } from '../contract.ts';
import { configMap, deployment, pod } from '../objects.ts';
import { alreadyExists, conflict, invalid, stale, unforeseen } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

/** Writes that the state of the object forbids. */
export const REFUSED_WRITES: readonly RefusedRequest[] = [
  [
    'an object with a resourceVersion is not made',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { resourceVersion: '5' }) },
    unforeseen('resourceVersion should not be set on objects to be created'),
  ],
  [
    'an object is not made twice',
    `POST ${MAPS}`,
    { given: [[MAPS, configMap('a')]], body: configMap('a') },
    alreadyExists('configmaps', 'a'),
  ],
  [
    'a Deployment is not made twice',
    `POST ${DEPLOYMENTS}`,
    { given: [[DEPLOYMENTS, deployment('a')]], body: deployment('a') },
    alreadyExists('deployments.apps', 'a'),
  ],
  [
    'a replacement with a stale resourceVersion is a conflict',
    `PUT ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: configMap('a', {}, { resourceVersion: '1' }) },
    stale('configmaps', 'a'),
  ],
  [
    'a replacement with a resourceVersion that is no number is invalid',
    `PUT ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: configMap('a', {}, { resourceVersion: 'first' }) },
    unforeseen('strconv.ParseUint: parsing "first": invalid syntax'),
  ],
  [
    'a replacement with the uid of another object is a conflict',
    `PUT ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: configMap('a', {}, { uid: 'another' }) },
    conflict(
      'configmaps',
      'a',
      'StorageError: invalid object, Code: 4, Key: /registry/configmaps/{ns}/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: another, UID in object meta: {uid}',
    ),
  ],
  [
    'a replacement with a bad label is invalid',
    `PUT ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: configMap('a', {}, { labels: { a: '!' } }) },
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
    'a deletion for another uid is a conflict',
    `DELETE ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: { preconditions: { uid: 'another' } } },
    conflict(
      'ConfigMap',
      'a',
      'the UID in the precondition (another) does not match the UID in record ({uid}). The object might have been deleted and then recreated',
    ),
  ],
  [
    'a deletion for another resourceVersion is a conflict',
    `DELETE ${MAPS}/a`,
    { given: [[MAPS, configMap('a')]], body: { preconditions: { resourceVersion: '1' } } },
    conflict(
      'ConfigMap',
      'a',
      'the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({version}). The object might have been modified',
    ),
  ],
  [
    'a generateName that begins with a dash is invalid',
    `POST ${CORE}/pods`,
    { body: pod('', { generateName: '-a-' }) },
    invalid(
      'Pod',
      '-a-{suffix}',
      [
        'metadata.generateName',
        `Invalid value: "-a-": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
      [
        'metadata.name',
        `Invalid value: "-a-{suffix}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ),
  ],
];
