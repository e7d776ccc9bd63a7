import type { RefusedRequest } from './contract.ts';
import { CONTAINER, configMap, deployment, pod, secret, service } from './objects.ts';
import { invalid } from './refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const SECRETS = `${CORE}/secrets`;
const PODS = `${CORE}/pods`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const immutable = { immutable: true };

/** Fields of built-in kinds that are missing or wrong. */
export const REFUSED_FIELDS: readonly RefusedRequest[] = [
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
