import type { Prepared, RefusedRequest } from '../contract.ts';
import { CRONTABS, crontab } from '../objects.ts';
import { badRequest, invalid } from '../refusal.ts';

function custom(body: unknown): Prepared {
  return { body };
}

function spec(fields: object): object {
  return crontab('a', { schedule: '*', ...fields });
}

/** Custom resources that their schema does not take. The definition is there before. */
export const REFUSED_CUSTOM_VALUES: readonly RefusedRequest[] = [
  [
    'a missing required field is invalid',
    `POST ${CRONTABS}`,
    custom(crontab('a', {})),
    invalid('CronTab.stable.example.com', 'a', ['spec.schedule', 'Required value']),
  ],
  [
    'text for an integer is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ replicas: 'two' })),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "string": spec.replicas in body must be of type integer: "string"',
            field: 'spec.replicas',
          },
        ],
      },
    },
  ],
  [
    'a number for a string is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ schedule: 5 })),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: spec.schedule: Invalid value: "integer": spec.schedule in body must be of type string: "integer"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "integer": spec.schedule in body must be of type string: "integer"',
            field: 'spec.schedule',
          },
        ],
      },
    },
  ],
  [
    'a list for an object is invalid',
    `POST ${CRONTABS}`,
    custom({ ...crontab('a'), spec: [] }),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: spec: Invalid value: "array": spec in body must be of type object: "array"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "array": spec in body must be of type object: "array"',
            field: 'spec',
          },
        ],
      },
    },
  ],
  [
    'null for a field that is not nullable and required is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ schedule: null })),
    invalid('CronTab.stable.example.com', 'a', ['spec.schedule', 'Required value']),
  ],
  [
    'a fraction for an integer is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ replicas: 1.5 })),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: [spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number", <nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.replicas]',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "number": spec.replicas in body must be of type integer: "number"',
            field: 'spec.replicas',
          },
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: "": Checked value must be of type integer (default format) in spec.replicas',
            field: '<nil>',
          },
        ],
      },
    },
  ],
  [
    'more than the maximum is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ replicas: 11 })),
    invalid('CronTab.stable.example.com', 'a', [
      'spec.replicas',
      'Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    ]),
  ],
  [
    'less than the minimum is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ replicas: -1 })),
    invalid('CronTab.stable.example.com', 'a', [
      'spec.replicas',
      'Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
    ]),
  ],
  [
    'what does not fit the pattern is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ schedule: 'daily' })),
    invalid('CronTab.stable.example.com', 'a', [
      'spec.schedule',
      `Invalid value: "daily": spec.schedule in body should match '^[0-9*/ ]+$'`,
    ]),
  ],
  [
    'text that is too long is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ schedule: '*'.repeat(21) })),
    invalid('CronTab.stable.example.com', 'a', ['spec.schedule', 'Too long: may not be more than 20 bytes']),
  ],
  [
    'a value beside the enum is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ policy: 'Maybe' })),
    invalid('CronTab.stable.example.com', 'a', [
      'spec.policy',
      'Unsupported value: "Maybe": supported values: "Allow", "Forbid"',
    ]),
  ],
  [
    'too many items are invalid',
    `POST ${CRONTABS}`,
    custom(spec({ tags: ['a', 'b', 'c', 'd'] })),
    invalid('CronTab.stable.example.com', 'a', ['spec.tags', 'Too many: 4: must have at most 3 items']),
  ],
  [
    'an item twice in a set is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ tags: ['a', 'a'] })),
    invalid('CronTab.stable.example.com', 'a', ['spec.tags[1]', 'Duplicate value: "a"']),
  ],
  [
    'a key twice in a keyed list is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ steps: [{ name: 'a' }, { name: 'a' }] })),
    invalid('CronTab.stable.example.com', 'a', ['spec.steps[1]', 'Duplicate value: {"name":"a"}']),
  ],
  [
    'an item without its key is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ steps: [{ image: 'i' }] })),
    invalid('CronTab.stable.example.com', 'a', ['spec.steps[0].name', 'Required value']),
  ],
  [
    'a number for a value of a map is invalid',
    `POST ${CRONTABS}`,
    custom(spec({ labels: { a: 1 } })),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
            field: 'spec.labels.a',
          },
        ],
      },
    },
  ],
  [
    'true is neither a number nor text',
    `POST ${CRONTABS}`,
    custom(spec({ port: true })),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
            field: 'spec.port',
          },
        ],
      },
    },
  ],
  [
    'an unknown field of a custom resource is refused when validation is strict',
    `POST ${CRONTABS}?fieldValidation=Strict`,
    custom(spec({ horn: 1, suspended: true })),
    badRequest(
      'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.horn"',
    ),
  ],
];
