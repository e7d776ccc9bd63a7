import type { RefusedRequest } from '../contract.ts';
import { configMap, secret } from '../objects.ts';
import { invalid } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const SECRETS = `${CORE}/secrets`;
const immutable = { immutable: true };

/** Fields of ConfigMaps and Secrets that are missing or wrong. */
export const REFUSED_CONFIG_FIELDS: readonly RefusedRequest[] = [
  [
    'a ConfigMap key with a space is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', { 'a b': 'c' }) },
    invalid('ConfigMap', 'a', [
      'data[a b]',
      `Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ]),
  ],
  [
    'a ConfigMap key of two dots is invalid',
    `POST ${MAPS}`,
    { body: configMap('a', { '..': 'c' }) },
    invalid('ConfigMap', 'a', ['data[..]', `Invalid value: "..": must not be '..'`]),
  ],
  [
    'a key in data and binaryData is invalid',
    `POST ${MAPS}`,
    { body: { metadata: { name: 'a' }, data: { k: 'v' }, binaryData: { k: 'dg==' } } },
    invalid('ConfigMap', 'a', ['data[k]', 'Invalid value: "k": duplicate of key present in binaryData']),
  ],
  [
    'a ConfigMap of more than 1 MiB is too long',
    `POST ${MAPS}`,
    { body: configMap('a', { k: 'v'.repeat(1024 * 1024 + 1) }) },
    invalid('ConfigMap', 'a', ['[]', 'Too long: may not be more than 1048576 bytes']),
  ],
  [
    'the data of an immutable ConfigMap does not change',
    `PUT ${MAPS}/a`,
    {
      given: [[MAPS, { ...configMap('a', { k: 'v' }), ...immutable }]],
      body: { ...configMap('a', { k: 'w' }), ...immutable },
    },
    invalid('ConfigMap', 'a', ['data', 'Forbidden: field is immutable when `immutable` is set']),
  ],
  [
    'an immutable ConfigMap stays immutable',
    `PUT ${MAPS}/a`,
    { given: [[MAPS, { ...configMap('a', { k: 'v' }), ...immutable }]], body: configMap('a', { k: 'v' }) },
    invalid('ConfigMap', 'a', ['immutable', 'Forbidden: field is immutable when `immutable` is set']),
  ],
  [
    'the data of an immutable Secret does not change',
    `PUT ${SECRETS}/a`,
    {
      given: [[SECRETS, secret('a', { data: { k: 'dg==' }, ...immutable })]],
      body: secret('a', { data: { k: 'dw==' }, ...immutable }),
    },
    invalid('Secret', 'a', ['data', 'Forbidden: field is immutable when `immutable` is set']),
  ],
  [
    'the type of a Secret does not change',
    `PUT ${SECRETS}/a`,
    { given: [[SECRETS, secret('a')]], body: secret('a', { type: 'other' }) },
    invalid('Secret', 'a', ['type', 'Invalid value: "other": field is immutable']),
  ],
  [
    'a TLS Secret needs its keys',
    `POST ${SECRETS}`,
    { body: secret('a', { type: 'kubernetes.io/tls' }) },
    invalid('Secret', 'a', ['data[tls.crt]', 'Required value'], ['data[tls.key]', 'Required value']),
  ],
  [
    'a docker config Secret needs its key',
    `POST ${SECRETS}`,
    { body: secret('a', { type: 'kubernetes.io/dockerconfigjson' }) },
    invalid('Secret', 'a', ['data[.dockerconfigjson]', 'Required value']),
  ],
  [
    'a basic-auth Secret needs a user or a password',
    `POST ${SECRETS}`,
    { body: secret('a', { type: 'kubernetes.io/basic-auth' }) },
    invalid('Secret', 'a', ['data[username]', 'Required value'], ['data[password]', 'Required value']),
  ],
  [
    'a Secret key with a space is invalid',
    `POST ${SECRETS}`,
    { body: secret('a', { stringData: { 'a b': 'c' } }) },
    invalid('Secret', 'a', [
      'data[a b]',
      `Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ]),
  ],
];
