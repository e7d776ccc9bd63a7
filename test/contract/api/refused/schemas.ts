import type { RefusedRequest } from '../contract.ts';
import { CRONTAB_SCHEMA, DEFINITIONS, definition, OWN_GROUP } from '../objects.ts';
import { alreadyExists, invalid } from '../refusal.ts';

const POST = `POST ${DEFINITIONS}`;
const names = { plural: 'crontabs', singular: 'crontab', kind: 'CronTab' };

function withSchema(properties: object): object {
  return definition({ schema: { openAPIV3Schema: { type: 'object', properties } } });
}

/** CustomResourceDefinitions with mistakes in their schemas and versions. */
export const REFUSED_SCHEMAS: readonly RefusedRequest[] = [
  [
    'a schema without a type at its root is not structural',
    POST,
    { body: definition({ schema: { openAPIV3Schema: {} } }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.type',
      'Required value: must not be empty at the root',
    ]),
  ],
  [
    'a schema without a type in a field is not structural',
    POST,
    { body: withSchema({ spec: { properties: {} } }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.properties[spec].type',
      'Required value: must not be empty for specified object fields',
    ]),
  ],
  [
    'a list without items is not structural',
    POST,
    { body: withSchema({ spec: { type: 'array' } }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.properties[spec].items',
      'Required value: must be specified',
    ]),
  ],
  [
    'a type that nobody knows is not structural',
    POST,
    { body: withSchema({ spec: { type: 'text' } }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.properties[spec].type',
      'Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ]),
  ],
  [
    'a default that breaks its schema is invalid',
    POST,
    { body: withSchema({ spec: { type: 'object', properties: { a: { type: 'integer', default: 'one' } } } }) },
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CustomResourceDefinition.apiextensions.k8s.io "crontabs.{ns}.example.com" is invalid: spec.validation.openAPIV3Schema.properties[spec].properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
      details: {
        name: 'crontabs.{ns}.example.com',
        group: 'apiextensions.k8s.io',
        kind: 'CustomResourceDefinition',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "string":  in body must be of type integer: "string"',
            field: 'spec.validation.openAPIV3Schema.properties[spec].properties[a].default',
          },
        ],
      },
    },
  ],
  [
    'unique items are forbidden',
    POST,
    { body: withSchema({ spec: { type: 'array', uniqueItems: true, items: { type: 'string' } } }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.properties[spec].uniqueItems',
      'Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ]),
  ],
  [
    'a keyed list needs its keys',
    POST,
    {
      body: withSchema({
        spec: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          items: { type: 'object', properties: { n: { type: 'string' } } },
        },
      }),
    },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-list-map-keys',
      'Required value: must not be empty if x-kubernetes-list-type is map',
    ]),
  ],
  [
    'a definition needs a kind and a plural',
    POST,
    { body: definition({}, { names: { singular: 'crontab' } }) },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'crontabs.{ns}.example.com',
      ['metadata.name', 'Invalid value: "crontabs.{ns}.example.com": must be spec.names.plural+"."+spec.group'],
      ['spec.names.plural', 'Required value'],
      ['spec.names.kind', 'Required value'],
      ['spec.names.listKind', 'Required value'],
    ),
  ],
  [
    'a group needs a dot',
    POST,
    { body: { ...definition({}, { group: 'example' }), metadata: { name: 'crontabs.example' } } },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.example', [
      'spec.group',
      'Invalid value: "example": should be a domain with at least one dot',
    ]),
  ],
  [
    'a plural with a capital letter is invalid',
    POST,
    {
      body: {
        ...definition({}, { names: { ...names, plural: 'CronTabs' } }),
        metadata: { name: `CronTabs.${OWN_GROUP}` },
      },
    },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'CronTabs.{ns}.example.com',
      [
        'metadata.name',
        `Invalid value: "CronTabs.{ns}.example.com": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
      [
        'spec.names.plural',
        `Invalid value: "CronTabs": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
      ],
    ),
  ],
  [
    'a version twice is invalid',
    POST,
    {
      body: definition(
        {},
        {
          versions: [0, 1].map((n) => ({
            name: 'v1',
            served: true,
            storage: n === 0,
            schema: { openAPIV3Schema: CRONTAB_SCHEMA },
          })),
        },
      ),
    },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.versions',
      'Invalid value: [{"Name":"v1","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null},{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must contain unique version names',
    ]),
  ],
  [
    'a version with a bad name is invalid',
    POST,
    { body: definition({ name: 'V 1' }) },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'crontabs.{ns}.example.com',
      [
        'spec.versions[0].name',
        `Invalid value: "V 1": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
      ],
      [
        'spec.version',
        `Invalid value: "V 1": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
      ],
    ),
  ],
  [
    'a definition is not made twice',
    POST,
    { given: [[DEFINITIONS, definition()]], body: definition() },
    alreadyExists('customresourcedefinitions.apiextensions.k8s.io', 'crontabs.{ns}.example.com'),
  ],
  [
    'a scale needs its paths',
    POST,
    { body: definition({ subresources: { scale: {} } }) },
    invalid(
      'CustomResourceDefinition.apiextensions.k8s.io',
      'crontabs.{ns}.example.com',
      ['spec.subresources.scale.specReplicasPath', 'Required value'],
      ['spec.subresources.scale.statusReplicasPath', 'Required value'],
    ),
  ],
  [
    'a printer column needs a type that is known',
    POST,
    { body: definition({ additionalPrinterColumns: [{ name: 'a', type: 'text', jsonPath: '.spec.a' }] }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.additionalPrinterColumns[0].type',
      'Invalid value: "text": must be one of boolean,date,integer,number,string',
    ]),
  ],
  [
    'a printer column needs a path that can be read',
    POST,
    { body: definition({ additionalPrinterColumns: [{ name: 'a', type: 'string', jsonPath: 'spec.a' }] }) },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.example.com', [
      'spec.additionalPrinterColumns[0].JSONPath',
      'Invalid value: "spec.a": must be a simple json path starting with .',
    ]),
  ],
  [
    'a group that belongs to Kubernetes needs approval',
    POST,
    { body: { ...definition({}, { group: '{ns}.k8s.io' }), metadata: { name: 'crontabs.{ns}.k8s.io' } } },
    invalid('CustomResourceDefinition.apiextensions.k8s.io', 'crontabs.{ns}.k8s.io', [
      'metadata.annotations[api-approved.kubernetes.io]',
      'Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ]),
  ],
];
