import type { RefusedRequest } from './contract.ts';
import { configMap, deployment, pod } from './objects.ts';
import { alreadyExists, conflict, invalid, stale, unforeseen } from './refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

function owner(fields: object): object {
  return configMap(
    'a',
    {},
    { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u', ...fields }] },
  );
}

/** Names, labels and the rest of metadata that no object may have. */
export const REFUSED_METADATA: readonly RefusedRequest[] = [
  [
    'a capital letter in a name is invalid',
    `POST ${MAPS}`,
    { body: configMap('Capital') },
    invalid('ConfigMap', 'Capital', [
      'metadata.name',
      `Invalid value: "Capital": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a name that ends with a dash is invalid',
    `POST ${MAPS}`,
    { body: configMap('a-') },
    invalid('ConfigMap', 'a-', [
      'metadata.name',
      `Invalid value: "a-": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a name of more than 253 characters is invalid',
    `POST ${MAPS}`,
    { body: configMap('n'.repeat(254)) },
    invalid(
      'ConfigMap',
      'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn',
      [
        'metadata.name',
        'Invalid value: "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn": must be no more than 253 characters',
      ],
    ),
  ],
  [
    'a name with a slash is invalid',
    `POST ${MAPS}`,
    { body: configMap('a/b') },
    invalid('ConfigMap', 'a/b', [
      'metadata.name',
      `Invalid value: "a/b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a name of one dot is invalid',
    `POST ${MAPS}`,
    { body: configMap('.') },
    invalid('ConfigMap', '.', [
      'metadata.name',
      `Invalid value: ".": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'an object without a name and generateName is invalid',
    `POST ${MAPS}`,
    { body: { metadata: {} } },
    invalid('ConfigMap', '', ['metadata.name', 'Required value: name or generateName is required']),
  ],
  [
    'a generateName with a capital letter is invalid',
    `POST ${MAPS}`,
    { body: { metadata: { generateName: 'Capital-' } } },
    invalid(
      'ConfigMap',
      'Capital-{suffix}',
      [
        'metadata.generateName',
        `Invalid value: "Capital-": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
      [
        'metadata.name',
        `Invalid value: "Capital-{suffix}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ),
  ],
  [
    'a dot in the name of a namespace is invalid',
    'POST /api/v1/namespaces',
    { body: { metadata: { name: 'a.b' } } },
    invalid('Namespace', 'a.b', ['metadata.name', 'Invalid value: "a.b": must not contain dots']),
  ],
  [
    'a namespace name of more than 63 characters is invalid',
    'POST /api/v1/namespaces',
    { body: { metadata: { name: 'n'.repeat(64) } } },
    invalid(
      'Namespace',
      'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn',
      [
        'metadata.name',
        'Invalid value: "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn": must be no more than 63 characters',
      ],
      [
        'metadata.labels',
        'Invalid value: "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn": must be no more than 63 bytes',
      ],
    ),
  ],
  [
    'a dot in the name of a Service is invalid',
    `POST ${CORE}/services`,
    { body: { metadata: { name: 'a.b' }, spec: { ports: [{ port: 80 }] } } },
    invalid('Service', 'a.b', ['metadata.name', 'Invalid value: "a.b": must not contain dots']),
  ],
  [
    'a capital letter in the name of a Service is invalid',
    `POST ${CORE}/services`,
    { body: { metadata: { name: 'A' }, spec: { ports: [{ port: 80 }] } } },
    invalid('Service', 'A', [
      'metadata.name',
      `Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
    ]),
  ],
  [
    'a capital letter in the name of a Deployment is invalid',
    `POST ${DEPLOYMENTS}`,
    { body: deployment('a', {}, { name: 'Capital' }) },
    invalid('Deployment.apps', 'Capital', [
      'metadata.name',
      `Invalid value: "Capital": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a percent sign in the name of a Role is invalid',
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles',
    { body: { metadata: { name: 'a%b' } } },
    invalid('Role.rbac.authorization.k8s.io', 'a%b', ['metadata.name', `Invalid value: "a%b": may not contain '%'`]),
  ],
  [
    'a capital letter in the name of a ServiceAccount is invalid',
    `POST ${CORE}/serviceaccounts`,
    { body: { metadata: { name: 'A' } } },
    invalid('ServiceAccount', 'A', [
      'metadata.name',
      `Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a capital letter in the name of a Lease is invalid',
    'POST /apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
    { body: { metadata: { name: 'A' } } },
    invalid('Lease.coordination.k8s.io', 'A', [
      'metadata.name',
      `Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a label key with a space is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { 'a b': 'c' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      `Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ]),
  ],
  [
    'a label key with two slashes is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { 'a/b/c': 'd' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      `Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]),
  ],
  [
    'a label key with an empty name is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { 'a/': 'd' } }) },
    invalid(
      'ConfigMap',
      'a',
      ['metadata.labels', 'Invalid value: "a/": name part must be non-empty'],
      [
        'metadata.labels',
        `Invalid value: "a/": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ],
    ),
  ],
  [
    'a label key with a capital in its prefix is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { 'A/b': 'd' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      `Invalid value: "A/b": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a label key of more than 63 characters is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { ['k'.repeat(64)]: 'd' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      'Invalid value: "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk": name part must be no more than 63 bytes',
    ]),
  ],
  [
    'a label value with a space is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { a: 'b c' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      `Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ]),
  ],
  [
    'a label value of more than 63 characters is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { labels: { a: 'v'.repeat(64) } }) },
    invalid('ConfigMap', 'a', [
      'metadata.labels',
      'Invalid value: "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv": must be no more than 63 bytes',
    ]),
  ],
  [
    'an annotation key with a space is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { annotations: { 'a b': 'c' } }) },
    invalid('ConfigMap', 'a', [
      'metadata.annotations',
      `Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ]),
  ],
  [
    'annotations of more than 256 KiB are invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { annotations: { a: 'v'.repeat(256 * 1024) } }) },
    invalid('ConfigMap', 'a', ['metadata.annotations', 'Too long: may not be more than 262144 bytes']),
  ],
  [
    'a finalizer without a domain is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { finalizers: ['wait'] }) },
    invalid('ConfigMap', 'a', [
      'metadata.finalizers[0]',
      'Invalid value: "wait": name is neither a standard finalizer name nor is it fully qualified',
    ]),
  ],
  [
    'a finalizer with a space is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', {}, { finalizers: ['a b'] }) },
    invalid(
      'ConfigMap',
      'a',
      [
        'metadata.finalizers',
        `Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ],
      [
        'metadata.finalizers[0]',
        'Invalid value: "a b": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ),
  ],
  [
    'an owner without a uid is invalid',
    `POST ${MAPS}`,
    { body: owner({ uid: '' }) },
    invalid('ConfigMap', 'a', ['metadata.ownerReferences.uid', 'Invalid value: "": must not be empty']),
  ],
  [
    'an owner without a name is invalid',
    `POST ${MAPS}`,
    { body: owner({ name: '' }) },
    invalid('ConfigMap', 'a', ['metadata.ownerReferences.name', 'Invalid value: "": must not be empty']),
  ],
  [
    'an owner without a kind is invalid',
    `POST ${MAPS}`,
    { body: owner({ kind: '' }) },
    invalid('ConfigMap', 'a', ['metadata.ownerReferences.kind', 'Invalid value: "": must not be empty']),
  ],
  [
    'an Event is no owner',
    `POST ${MAPS}`,
    { body: owner({ kind: 'Event' }) },
    invalid('ConfigMap', 'a', [
      'metadata.ownerReferences',
      'Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ]),
  ],
  [
    'two controllers are invalid',
    `POST ${MAPS}`,
    {
      body: configMap(
        'a',
        {},
        {
          ownerReferences: ['o', 'p'].map((name) => ({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name,
            uid: name,
            controller: true,
          })),
        },
      ),
    },
    invalid('ConfigMap', 'a', [
      'metadata.ownerReferences',
      'Invalid value: [{"apiVersion":"v1","kind":"ConfigMap","name":"o","uid":"o","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"p","uid":"p","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for ConfigMap/o and ConfigMap/p',
    ]),
  ],
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
