import type { RefusedRequest } from '../contract.ts';
import { DEFINITIONS, definition, OWN_GROUP } from '../objects.ts';
import { invalid } from '../refusal.ts';

const POST = `POST ${DEFINITIONS}`;

/** CustomResourceDefinitions with mistakes. */
export const REFUSED_DEFINITIONS: readonly RefusedRequest[] = [
  [
    'a definition whose name is not plural and group is invalid',
    POST,
    { body: { ...definition(), metadata: { name: `crons.${OWN_GROUP}` } } },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crons.{ns}.example.com', [
      'metadata.name',
      'Invalid value: "crons.{ns}.example.com": must be spec.names.plural+"."+spec.group',
    ]),
  ],
  [
    'a definition needs a scope',
    POST,
    { body: definition({}, { scope: '' }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.scope',
      'Required value',
    ]),
  ],
  [
    'a definition of a scope that nobody knows is invalid',
    POST,
    { body: definition({}, { scope: 'Everywhere' }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.scope',
      'Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
    ]),
  ],
  [
    'a definition needs a version',
    POST,
    { body: definition({}, { versions: [] }) },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'crontabs.{ns}.example.com',
      ['spec.versions', 'Invalid value: []: must have exactly one version marked as storage version'],
      ['status.storedVersions', 'Invalid value: null: must have at least one stored version'],
    ),
  ],
  [
    'a definition needs a storage version',
    POST,
    { body: definition({ storage: false }) },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'crontabs.{ns}.example.com',
      [
        'spec.versions',
        'Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version',
      ],
      ['status.storedVersions', 'Invalid value: null: must have at least one stored version'],
    ),
  ],
  [
    'a definition needs a schema',
    POST,
    { body: definition({ schema: undefined }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.versions[0].schema.openAPIV3Schema',
      'Required value',
    ]),
  ],
];
