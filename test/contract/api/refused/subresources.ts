import type { RefusedRequest } from '../contract.ts';
import { pod } from '../objects.ts';
import { badRequest, invalid, notFound } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const PODS = `${CORE}/pods`;

/** Logs, scales and statuses that cannot be read. */
export const REFUSED_SUBRESOURCES: readonly RefusedRequest[] = [
  ['the log of a missing Pod is not found', `GET ${PODS}/absent/log`, {}, notFound('pods', 'absent')],
  [
    'the log of a container that the Pod does not have is a bad request',
    `GET ${PODS}/a/log?container=other`,
    { given: [[PODS, pod('a')]] },
    badRequest('container other is not valid for pod a'),
  ],
  [
    'a Pod of two containers needs a container name for its log',
    `GET ${PODS}/a/log`,
    {
      given: [
        [
          PODS,
          pod(
            'a',
            {},
            {
              containers: [
                { name: 'one', image: 'i' },
                { name: 'two', image: 'i' },
              ],
            },
          ),
        ],
      ],
    },
    badRequest('a container name must be specified for pod a, choose one of: [one two]'),
  ],
  [
    'a Pod of two containers and an init container names all',
    `GET ${PODS}/a/log`,
    {
      given: [
        [
          PODS,
          pod(
            'a',
            {},
            {
              initContainers: [{ name: 'zero', image: 'i' }],
              containers: [
                { name: 'one', image: 'i' },
                { name: 'two', image: 'i' },
              ],
            },
          ),
        ],
      ],
    },
    badRequest('a container name must be specified for pod a, choose one of: [zero one two]'),
  ],
  [
    'a log of less than no lines is invalid',
    `GET ${PODS}/a/log?tailLines=-1`,
    { given: [[PODS, pod('a')]] },
    invalid('PodLogOptions', 'a', ['tailLines', 'Invalid value: -1: must be greater than or equal to 0']),
  ],
  [
    'a log of no bytes is invalid',
    `GET ${PODS}/a/log?limitBytes=0`,
    { given: [[PODS, pod('a')]] },
    invalid('PodLogOptions', 'a', ['limitBytes', 'Invalid value: 0: must be greater than 0']),
  ],
  [
    'a log since two times is invalid',
    `GET ${PODS}/a/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z`,
    { given: [[PODS, pod('a')]] },
    invalid('PodLogOptions', 'a', ['[]', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified']),
  ],
  [
    'a log since no seconds is invalid',
    `GET ${PODS}/a/log?sinceSeconds=0`,
    { given: [[PODS, pod('a')]] },
    invalid('PodLogOptions', 'a', ['sinceSeconds', 'Invalid value: 0: must be greater than 0']),
  ],
  [
    'the scale of a missing Deployment is not found',
    'GET /apis/apps/v1/namespaces/{ns}/deployments/absent/scale',
    {},
    notFound('deployments.apps', 'absent'),
  ],
  [
    'the status of a missing Deployment is not found',
    'GET /apis/apps/v1/namespaces/{ns}/deployments/absent/status',
    {},
    notFound('deployments.apps', 'absent'),
  ],
];
