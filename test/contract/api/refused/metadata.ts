import type { RefusedRequest } from '../contract.ts';
import { configMap } from '../objects.ts';
import { invalid } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;

function owner(fields: object): object {
  return configMap(
    'a',
    {},
    { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u', ...fields }] },
  );
}

/** Labels, annotations, finalizers and owners that no object may have. */
export const REFUSED_METADATA: readonly RefusedRequest[] = [
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
];
