/** A definition whose columns use what JSONPath has to offer. */
const COLUMNS = [
  ['Text', 'string', '.spec.text'],
  ['Ready', 'string', '.status.conditions[?(@.type=="Ready")].status'],
  ['Not Ready', 'string', ".status.conditions[?(@.type != 'Ready')].status"],
  ['Label', 'string', '.metadata.labels.example\\.com/tier'],
  ['Quoted', 'string', ".metadata.labels['example\\.com/tier']"],
  ['First', 'string', '.spec.list[0]'],
  ['Last', 'string', '.spec.list[-1]'],
  ['Slice', 'string', '.spec.list[1:3]'],
  ['All', 'string', '.spec.list[*]'],
  ['List', 'string', '.spec.list'],
  ['Map', 'string', '.spec.map'],
  // Below lists alone: the real server walks the fields of a map in an order that changes from one time to the next.
  ['Deep', 'string', '.spec.items..size'],
  ['Big', 'string', '.spec.items[?(@.size>5)].name'],
  ['With Name', 'string', '.spec.items[?(@.name)].size'],
  ['Number', 'integer', '.spec.number'],
  ['Number Text', 'string', '.spec.number'],
  ['Fraction', 'number', '.spec.fraction'],
  ['Flag', 'boolean', '.spec.flag'],
  ['Flag Text', 'string', '.spec.flag'],
  ['Wrong', 'integer', '.spec.text'],
  ['When', 'date', '.spec.when'],
  ['Never', 'date', '.spec.missing'],
  ['Age', 'date', '.metadata.creationTimestamp'],
] as const;

export const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rows.columns.example.com' },
  spec: {
    group: 'columns.example.com',
    names: { kind: 'Row', plural: 'rows' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        additionalPrinterColumns: COLUMNS.map(([name, type, jsonPath]) => ({ name, type, jsonPath })),
      },
    ] as const,
  },
};

export const CUSTOM_PATH = '/apis/columns.example.com/v1/rows';

const row = (name: string, fields: Readonly<Record<string, unknown>>, labels = {}) => ({
  apiVersion: 'columns.example.com/v1',
  kind: 'Row',
  metadata: { name, labels },
  ...fields,
});

export const CUSTOM_OBJECTS = [
  row('empty', {}),
  row(
    'full',
    {
      spec: {
        text: 'hello world',
        list: ['a', 'b', 'c', 'd'],
        map: { z: 1, a: { b: true } },
        items: [{ name: 'small', size: 3 }, { name: 'large', size: 9 }, { size: 7 }],
        number: 42,
        fraction: 1.5,
        flag: false,
        when: '2020-01-01T00:00:00Z',
      },
      status: {
        conditions: [
          { type: 'Stalled', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    },
    { 'example.com/tier': 'gold' },
  ),
  row('odd', { spec: { text: 7, list: [], number: 'x', fraction: 2, flag: 'yes', when: 'tomorrow' } }),
];
