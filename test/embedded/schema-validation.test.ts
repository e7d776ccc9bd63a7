import { describe, expect, test } from 'vitest';
import { asArray, asObject } from '../../src/embedded/json-value.ts';
import { type Draft, deploymentSpec, refusal, refusalStatus, stored } from './schema-subject.ts';

const POD = 'spec.template.spec';
const C0 = `${POD}.containers[0]`;
const MISMATCH = '`selector` does not match template `labels`';
const template = (pod: Draft) => ({ spec: { template: { spec: pod } } });

describe('what the real server refuses with 422 is refused here, in its words', () => {
  test.each([
    [
      'ConfigMap',
      { data: { 'a/b': 'x' } },
      `data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ],
    ['ConfigMap', { data: { '..': 'x' } }, `data[..]: Invalid value: "..": must not be '..'`],
    [
      'ConfigMap',
      { data: { a: 'b' }, binaryData: { a: 'YQ==' } },
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    ['ConfigMap', { data: { a: 'x'.repeat(1_048_577) } }, '[]: Too long: may not be more than 1048576 bytes'],
    ['Secret', { type: 'kubernetes.io/tls' }, '[data[tls.crt]: Required value, data[tls.key]: Required value]'],
    [
      'Secret',
      { type: 'kubernetes.io/basic-auth' },
      '[data[username]: Required value, data[password]: Required value]',
    ],
    ['Secret', { type: 'kubernetes.io/ssh-auth' }, 'data[ssh-privatekey]: Required value'],
    ['Secret', { type: 'kubernetes.io/dockerconfigjson' }, 'data[.dockerconfigjson]: Required value'],
    [
      'Secret',
      { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'x' } },
      `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
    ],
    [
      'Secret',
      { type: 'kubernetes.io/service-account-token' },
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    ['Secret', { stringData: { a: 'x'.repeat(1_048_577) } }, 'data: Too long: may not be more than 1048576 bytes'],
    ['Service', {}, 'spec.ports: Required value'],
    [
      'Service',
      { spec: { ports: [{ port: 0 }] } },
      '[spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]',
    ],
    [
      'Service',
      { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      '[spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
    ],
    [
      'Service',
      {
        spec: {
          ports: [
            { port: 80, name: 'a' },
            { port: 80, name: 'b' },
          ],
        },
      },
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
    ],
    [
      'Service',
      { spec: { ports: [{ port: 80 }], type: 'foo' } },
      'spec.type: Unsupported value: "foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    ['Service', { spec: { type: 'ExternalName' } }, 'spec.externalName: Required value'],
    [
      'Service',
      { spec: { ports: [{ port: 80 }], clusterIP: 'x' } },
      'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    ['Pod', {}, 'spec.containers: Required value'],
    [
      'Pod',
      { spec: { containers: [{}] } },
      '[spec.containers[0].name: Required value, spec.containers[0].image: Required value]',
    ],
    [
      'Deployment.apps',
      {},
      `[spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: ${MISMATCH}, ${POD}.containers: Required value]`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({ selector: {} }),
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'Deployment.apps',
      deploymentSpec({ selector: { matchLabels: { x: 'y' } } }),
      `spec.template.metadata.labels: Invalid value: {"a":"b"}: ${MISMATCH}`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({ replicas: -1 }),
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'Deployment.apps',
      deploymentSpec({ progressDeadlineSeconds: 0 }),
      'spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds',
    ],
    [
      'Deployment.apps',
      deploymentSpec({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'Deployment.apps',
      deploymentSpec({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, { restartPolicy: 'Never' }),
      `${POD}.restartPolicy: Unsupported value: "Never": supported values: "Always"`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, { dnsPolicy: 'x' }),
      `${POD}.dnsPolicy: Unsupported value: "x": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, { volumes: [{ name: 'v', emptyDir: {}, configMap: { name: 'c' } }] }),
      `${POD}.volumes[0].configMap: Forbidden: may not specify more than 1 volume type`,
    ],
    ['Deployment.apps', deploymentSpec({}, {}, { image: undefined }), `${C0}.image: Required value`],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { imagePullPolicy: 'foo' }),
      `${C0}.imagePullPolicy: Unsupported value: "foo": supported values: "Always", "IfNotPresent", "Never"`,
    ],
    ['Deployment.apps', deploymentSpec({}, {}, { ports: [{}] }), `${C0}.ports[0].containerPort: Required value`],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { ports: [{ containerPort: 80, protocol: 'x' }] }),
      `${C0}.ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { env: [{ name: 'a=b' }] }),
      `${C0}.env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { volumeMounts: [{ name: 'v' }] }),
      `[${C0}.volumeMounts[0].name: Not found: "v", ${C0}.volumeMounts[0].mountPath: Required value]`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { livenessProbe: {} }),
      `${C0}.livenessProbe: Required value: must specify a handler type`,
    ],
    [
      'Deployment.apps',
      deploymentSpec({}, {}, { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
      `${C0}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
    ],
    [
      'DaemonSet.apps',
      { spec: {} },
      `[spec.template.metadata.labels: Invalid value: null: ${MISMATCH}, ${POD}.containers: Required value]`,
    ],
    [
      'Job.batch',
      template({ containers: [{ name: 'c', image: 'i' }] }),
      `${POD}.restartPolicy: Required value: valid values: "OnFailure", "Never"`,
    ],
    [
      'CronJob.batch',
      {
        spec: {
          schedule: 'x',
          jobTemplate: template({ containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' }),
        },
      },
      'spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]',
    ],
    [
      'PersistentVolumeClaim',
      { spec: {} },
      '[spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
    ],
    [
      'Ingress.networking.k8s.io',
      { spec: {} },
      'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    ],
    [
      'Role.rbac.authorization.k8s.io',
      { rules: [{}] },
      '[rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]',
    ],
    [
      'RoleBinding.rbac.authorization.k8s.io',
      {},
      '[roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole", roleRef.name: Required value]',
    ],
    ['StorageClass.storage.k8s.io', {}, 'provisioner: Required value'],
    [
      'Lease.coordination.k8s.io',
      { spec: { leaseDurationSeconds: 0 } },
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    ],
  ])('%s %j', (qualified, fields, why) => {
    const [kind = '', ...group] = qualified.split('.');
    const status = refusalStatus(kind, fields);
    expect(status?.message).toBe(`${qualified} "x" is invalid: ${why}`);
    expect(status?.code).toBe(422);
    expect(status?.details).toMatchObject({
      name: 'x',
      kind,
      ...(group.length === 0 ? {} : { group: group.join('.') }),
    });
  });
});

describe('what may not change does not change', () => {
  const frozen = 'field is immutable when `immutable` is set';
  test.each([
    [
      'ConfigMap',
      { immutable: true, data: { a: 'b' } },
      { immutable: true, data: { a: 'c' } },
      `data: Forbidden: ${frozen}`,
    ],
    ['ConfigMap', { immutable: true }, { immutable: false }, `immutable: Forbidden: ${frozen}`],
    [
      'Secret',
      { immutable: true, stringData: { a: 'b' } },
      { type: 'foo', immutable: false, stringData: { a: 'b' } },
      `[type: Invalid value: "foo": field is immutable, immutable: Forbidden: ${frozen}]`,
    ],
    [
      'Deployment.apps',
      deploymentSpec(),
      deploymentSpec({
        selector: { matchLabels: { a: 'b', c: 'd' } },
        template: { metadata: { labels: { a: 'b', c: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      }),
      'spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable',
    ],
    [
      'StatefulSet.apps',
      deploymentSpec({ serviceName: 's' }),
      deploymentSpec({ serviceName: 't' }),
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
    [
      'RoleBinding.rbac.authorization.k8s.io',
      { roleRef: { kind: 'Role', name: 'r' } },
      { roleRef: { kind: 'Role', name: 'q' } },
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"q"}: cannot change roleRef',
    ],
  ])('%s %j', (qualified, before, after, why) => {
    const kind = qualified.split('.')[0] ?? '';
    expect(refusal(kind, after, stored(kind, before))).toBe(`${qualified} "x" is invalid: ${why}`);
  });

  test('the image of a Pod may', () => {
    const pod = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
    const before = stored('Pod', pod('a'));
    const containers = [{ ...asObject(asArray(before.spec?.containers)[0]), image: 'b' }];
    expect(refusal('Pod', { spec: { ...before.spec, containers } }, before)).toBe('accepted');
    expect(refusal('Pod', { spec: { ...before.spec, containers, restartPolicy: 'Never' } }, before)).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    );
  });

  test('a status is written whatever is wrong with the spec', () => {
    const before = stored('Deployment', deploymentSpec());
    expect(refusal('Deployment', { spec: {}, status: { replicas: 1 } }, before, { subresource: 'status' })).toBe(
      'accepted',
    );
  });
});
