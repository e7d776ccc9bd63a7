import type { RefusedRequest } from '../contract.ts';
import { configMap, deployment } from '../objects.ts';
import { invalid } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

/** Names that no object may have. */
export const REFUSED_NAMES: readonly RefusedRequest[] = [
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
];
