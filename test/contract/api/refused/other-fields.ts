import type { RefusedRequest } from '../contract.ts';
import { CONTAINER, service } from '../objects.ts';
import { invalid } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';

/** Fields of other built-in kinds that are missing or wrong. */
export const REFUSED_OTHER_FIELDS: readonly RefusedRequest[] = [
  [
    'a Service port beyond 65535 is invalid',
    `POST ${CORE}/services`,
    { body: service('a', { ports: [{ port: 70000 }] }) },
    invalid(
      'Service',
      'a',
      ['spec.ports[0].port', 'Invalid value: 70000: must be between 1 and 65535, inclusive'],
      ['spec.ports[0].targetPort', 'Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ),
  ],
  [
    'a Service needs ports',
    `POST ${CORE}/services`,
    { body: service('a', { ports: [] }) },
    invalid('Service', 'a', ['spec.ports', 'Required value']),
  ],
  [
    'ports of a Service with more than one need names',
    `POST ${CORE}/services`,
    { body: service('a', { ports: [{ port: 80 }, { port: 81 }] }) },
    invalid('Service', 'a', ['spec.ports[0].name', 'Required value'], ['spec.ports[1].name', 'Required value']),
  ],
  [
    'a Service type that nobody knows is invalid',
    `POST ${CORE}/services`,
    { body: service('a', { type: 'Magic' }) },
    invalid('Service', 'a', [
      'spec.type',
      'Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ]),
  ],
  [
    'a claim needs access modes and a size',
    `POST ${CORE}/persistentvolumeclaims`,
    { body: { metadata: { name: 'a' }, spec: {} } },
    invalid(
      'PersistentVolumeClaim',
      'a',
      ['spec.accessModes', 'Required value: at least 1 access mode is required'],
      ['spec.resources[storage]', 'Required value'],
    ),
  ],
  [
    'a Role rule needs verbs',
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles',
    { body: { metadata: { name: 'a' }, rules: [{ apiGroups: [''], resources: ['pods'] }] } },
    invalid('Role.rbac.authorization.k8s.io', 'a', [
      'rules[0].verbs',
      'Required value: verbs must contain at least one value',
    ]),
  ],
  [
    'a RoleBinding needs a role',
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings',
    { body: { metadata: { name: 'a' }, subjects: [] } },
    invalid(
      'RoleBinding.rbac.authorization.k8s.io',
      'a',
      ['roleRef.kind', 'Unsupported value: "": supported values: "Role", "ClusterRole"'],
      ['roleRef.name', 'Required value'],
    ),
  ],
  [
    'a Lease of no seconds is invalid',
    'POST /apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
    { body: { metadata: { name: 'a' }, spec: { leaseDurationSeconds: 0 } } },
    invalid('Lease.coordination.k8s.io', 'a', [
      'spec.leaseDurationSeconds',
      'Invalid value: 0: must be greater than 0',
    ]),
  ],
  [
    'an Event of another namespace than its object is invalid',
    `POST ${CORE}/events`,
    { body: { metadata: { name: 'a' }, involvedObject: { namespace: 'elsewhere', kind: 'Pod', name: 'p' } } },
    invalid('Event', 'a', ['involvedObject.namespace', 'Invalid value: "elsewhere": does not match event.namespace']),
  ],
  [
    'a Job needs a restart policy that ends',
    'POST /apis/batch/v1/namespaces/{ns}/jobs',
    { body: { metadata: { name: 'a' }, spec: { template: { spec: { containers: [CONTAINER] } } } } },
    invalid('Job.batch', 'a', [
      'spec.template.spec.restartPolicy',
      'Required value: valid values: "OnFailure", "Never"',
    ]),
  ],
  [
    'a CronJob needs a schedule that can be read',
    'POST /apis/batch/v1/namespaces/{ns}/cronjobs',
    {
      body: {
        metadata: { name: 'a' },
        spec: {
          schedule: 'often',
          jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } } },
        },
      },
    },
    invalid('CronJob.batch', 'a', [
      'spec.schedule',
      'Invalid value: "often": expected exactly 5 fields, found 1: [often]',
    ]),
  ],
];
