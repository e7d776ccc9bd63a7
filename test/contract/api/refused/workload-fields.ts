import type { RefusedRequest } from '../contract.ts';
import { CONTAINER, deployment, pod } from '../objects.ts';
import { invalid } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const PODS = `${CORE}/pods`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

/** Fields of Deployments and Pods that are missing or wrong. */
export const REFUSED_WORKLOAD_FIELDS: readonly RefusedRequest[] = [
  [
    'a Deployment needs a spec',
    `POST ${DEPLOYMENTS}`,
    { body: { metadata: { name: 'a' } } },
    invalid(
      'Deployment.apps',
      'a',
      ['spec.selector', 'Required value'],
      ['spec.template.metadata.labels', 'Invalid value: null: `selector` does not match template `labels`'],
      ['spec.template.spec.containers', 'Required value'],
    ),
  ],
  [
    'a selector that does not fit the template is invalid',
    `POST ${DEPLOYMENTS}`,
    { body: deployment('a', { selector: { matchLabels: { app: 'other' } } }) },
    invalid('Deployment.apps', 'a', [
      'spec.template.metadata.labels',
      'Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ]),
  ],
  [
    'a Deployment needs containers',
    `POST ${DEPLOYMENTS}`,
    { body: deployment('a', { template: { metadata: { labels: { app: 'a' } }, spec: { containers: [] } } }) },
    invalid('Deployment.apps', 'a', ['spec.template.spec.containers', 'Required value']),
  ],
  [
    'fewer than no replicas are invalid',
    `POST ${DEPLOYMENTS}`,
    { body: deployment('a', { replicas: -1 }) },
    invalid('Deployment.apps', 'a', ['spec.replicas', 'Invalid value: -1: must be greater than or equal to 0']),
  ],
  [
    'the selector of a Deployment does not change',
    `PUT ${DEPLOYMENTS}/a`,
    {
      given: [[DEPLOYMENTS, deployment('a')]],
      body: deployment('a', {
        selector: { matchLabels: { app: 'b' } },
        template: { metadata: { labels: { app: 'b' } }, spec: { containers: [CONTAINER] } },
      }),
    },
    invalid('Deployment.apps', 'a', [
      'spec.selector',
      'Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ]),
  ],
  [
    'a Deployment strategy that nobody knows is invalid',
    `POST ${DEPLOYMENTS}`,
    { body: deployment('a', { strategy: { type: 'Sudden' } }) },
    invalid('Deployment.apps', 'a', [
      'spec.strategy',
      'Unsupported value: {"Type":"Sudden","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
    ]),
  ],
  [
    'a Pod needs containers',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [] }) },
    invalid('Pod', 'a', ['spec.containers', 'Required value']),
  ],
  [
    'a container needs a name',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [{ image: 'i' }] }) },
    invalid('Pod', 'a', ['spec.containers[0].name', 'Required value']),
  ],
  [
    'a container needs an image',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [{ name: 'c' }] }) },
    invalid('Pod', 'a', ['spec.containers[0].image', 'Required value']),
  ],
  [
    'two containers of one name are invalid',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [CONTAINER, CONTAINER] }) },
    invalid('Pod', 'a', ['spec.containers[1].name', 'Duplicate value: "app"']),
  ],
  [
    'a restart policy that nobody knows is invalid',
    `POST ${PODS}`,
    { body: pod('a', {}, { restartPolicy: 'Sometimes' }) },
    invalid('Pod', 'a', [
      'spec.restartPolicy',
      'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ]),
  ],
  [
    'a pull policy that nobody knows is invalid',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [{ ...CONTAINER, imagePullPolicy: 'Sometimes' }] }) },
    invalid('Pod', 'a', [
      'spec.containers[0].imagePullPolicy',
      'Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ]),
  ],
  [
    'a volume mount without its volume is invalid',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [{ ...CONTAINER, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }) },
    invalid('Pod', 'a', ['spec.containers[0].volumeMounts[0].name', 'Not found: "v"']),
  ],
  [
    'a port beyond 65535 is invalid',
    `POST ${PODS}`,
    { body: pod('a', {}, { containers: [{ ...CONTAINER, ports: [{ containerPort: 70000 }] }] }) },
    invalid('Pod', 'a', [
      'spec.containers[0].ports[0].containerPort',
      'Invalid value: 70000: must be between 1 and 65535, inclusive',
    ]),
  ],
];
