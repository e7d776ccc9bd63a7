import { APPLY_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from '../api.ts';
import type { Prepared, RefusedRequest } from '../contract.ts';
import { CRONTABS, crontab, GROUP } from '../objects.ts';
import { alreadyExists, badRequest, invalid, notFound, stale, unforeseen, unknownFormat } from '../refusal.ts';

const A = `${CRONTABS}/a`;

function custom(body: unknown): Prepared {
  return { body };
}

function changed(body: unknown, contentType = 'application/json'): Prepared {
  return {
    given: [[CRONTABS, crontab('a')]],
    body,
    contentType,
  };
}

/** Requests for custom resources that the server does not take. The definition is there before. */
export const REFUSED_CUSTOM_RESOURCES: readonly RefusedRequest[] = [
  [
    'a capital letter in the name of a custom resource is invalid',
    `POST ${CRONTABS}`,
    custom(crontab('Capital')),
    invalid('CronTab.stable.example.com', 'Capital', [
      'metadata.name',
      `Invalid value: "Capital": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ]),
  ],
  [
    'a bad label of a custom resource is invalid',
    `POST ${CRONTABS}`,
    custom(crontab('a', undefined, { labels: { a: '!' } })),
    invalid('CronTab.stable.example.com', 'a', [
      'metadata.labels',
      `Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ]),
  ],
  [
    'a number for a label of a custom resource is a bad request',
    `POST ${CRONTABS}`,
    custom(crontab('a', undefined, { labels: { a: 1 } })),
    badRequest(
      'CronTab in version "v1" cannot be handled as a CronTab: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    ),
  ],
  [
    'a custom resource needs an apiVersion and a kind',
    `POST ${CRONTABS}`,
    custom({ metadata: { name: 'a' }, spec: { schedule: '*' } }),
    badRequest(
      `the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing in '{"metadata":{"name":"a"},"spec":{"schedule":"*"}}' ({"metadata":{"name":"a"},"spec ...)`,
    ),
  ],
  [
    'a custom resource of another kind is a bad request',
    `POST ${CRONTABS}`,
    custom({ ...crontab('a'), kind: 'Other' }),
    invalid('Other.stable.example.com', 'a', ['kind', 'Invalid value: "Other": must be CronTab']),
  ],
  [
    'a custom resource of another version is a bad request',
    `POST ${CRONTABS}`,
    custom({ ...crontab('a'), apiVersion: `${GROUP}/v2` }),
    badRequest(
      'the API version in the data (stable.example.com/v2) does not match the expected API version (stable.example.com/v1)',
    ),
  ],
  [
    'a custom resource that is not JSON is a bad request',
    `POST ${CRONTABS}`,
    custom('{"a"'),
    badRequest(
      `the object provided is unrecognized (must be of type CronTab): couldn't get version/kind; json parse error: unexpected end of JSON input ({"a")`,
    ),
  ],
  [
    'a custom resource is not made twice',
    `POST ${CRONTABS}`,
    changed(crontab('a')),
    alreadyExists('crontabs.stable.example.com', 'a'),
  ],
  [
    'a custom resource is replaced with a resourceVersion only',
    `PUT ${A}`,
    changed(crontab('a')),
    invalid('crontabs.stable.example.com', 'a', [
      'metadata.resourceVersion',
      'Invalid value: 0: must be specified for an update',
    ]),
  ],
  [
    'a stale replacement of a custom resource is a conflict',
    `PUT ${A}`,
    changed(crontab('a', undefined, { resourceVersion: '1' })),
    stale('crontabs.stable.example.com', 'a'),
  ],
  [
    'a merge patch to a bad value is invalid',
    `PATCH ${A}`,
    changed({ spec: { replicas: 11 } }, MERGE_PATCH),
    invalid('CronTab.stable.example.com', 'a', [
      'spec.replicas',
      'Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    ]),
  ],
  [
    'a merge patch that removes a required field is invalid',
    `PATCH ${A}`,
    changed({ spec: { schedule: null } }, MERGE_PATCH),
    invalid('CronTab.stable.example.com', 'a', ['spec.schedule', 'Required value']),
  ],
  [
    'a stale merge patch of a custom resource is a conflict',
    `PATCH ${A}`,
    changed({ metadata: { resourceVersion: '1' } }, MERGE_PATCH),
    stale('crontabs.stable.example.com', 'a'),
  ],
  [
    'a custom resource has no strategic merge',
    `PATCH ${A}`,
    changed({}, STRATEGIC_PATCH),
    unknownFormat('application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'),
  ],
  [
    'an apply of a bad value is invalid',
    `PATCH ${A}?fieldManager=m`,
    changed(crontab('a', { replicas: 11 }), APPLY_PATCH),
    {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "unknown" using stable.example.com/v1: .spec.replicas',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "unknown" using stable.example.com/v1',
            field: '.spec.replicas',
          },
        ],
      },
    },
  ],
  [
    'an apply of a wrong type does not convert',
    `PATCH ${A}?fieldManager=m`,
    changed(crontab('a', { replicas: 'two' }), APPLY_PATCH),
    unforeseen(
      'failed to create typed patch object (/a; stable.example.com/v1, Kind=CronTab): .spec.replicas: expected numeric (int or float), got string',
    ),
  ],
  [
    'an apply against the creator of a custom resource is a conflict',
    `PATCH ${A}?fieldManager=m`,
    changed(crontab('a', { schedule: '*' }), APPLY_PATCH),
    {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "unknown" using stable.example.com/v1: .spec.schedule',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "unknown" using stable.example.com/v1',
            field: '.spec.schedule',
          },
        ],
      },
    },
  ],
  [
    'a scale that is not declared is not found',
    `GET ${A}/scale`,
    changed(undefined, ''),
    notFound('crontabs.stable.example.com', 'a'),
  ],
  [
    'a field of a custom resource cannot be selected by',
    `GET ${CRONTABS}?fieldSelector=spec.schedule%3Da`,
    custom(undefined),
    badRequest('field label not supported: spec.schedule'),
  ],
  [
    'a missing custom resource is not found',
    `GET ${CRONTABS}/absent`,
    custom(undefined),
    notFound('crontabs.stable.example.com', 'absent'),
  ],
  [
    'a custom resource is not made in a missing namespace',
    `POST /apis/${GROUP}/v1/namespaces/absent-{ns}/crontabs`,
    custom(crontab('a')),
    notFound('namespaces', 'absent-{ns}'),
  ],
  [
    'a bad status is invalid',
    `PATCH ${A}/status`,
    changed({ status: { replicas: 'two' } }, MERGE_PATCH),
    {
      code: 422,
      reason: 'Invalid',
      message:
        'CronTab.stable.example.com "a" is invalid: status.replicas: Invalid value: "string": replicas in body must be of type integer: "string"',
      details: {
        name: 'a',
        group: 'stable.example.com',
        kind: 'CronTab',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "string": replicas in body must be of type integer: "string"',
            field: 'status.replicas',
          },
        ],
      },
    },
  ],
];
