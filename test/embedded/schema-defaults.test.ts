import { describe, expect, test } from 'vitest';
import { admitted } from '../../src/embedded/schema/admission.ts';
import { deploymentSpec, draft, resourceOf, stored } from './schema-subject.ts';

const CONTAINER = {
  name: 'c',
  image: 'i',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'Always',
};
const POD_SPEC = {
  containers: [CONTAINER],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};
const TEMPLATE = { metadata: { labels: { a: 'b' } }, spec: POD_SPEC };
const SELECTOR = { matchLabels: { a: 'b' } };

describe('the defaults of the real server are set', () => {
  test('Deployment', () => {
    expect(stored('Deployment', deploymentSpec())).toMatchObject({
      spec: {
        replicas: 1,
        selector: SELECTOR,
        template: TEMPLATE,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
      status: {},
    });
  });

  test('StatefulSet', () => {
    const claims = [
      {
        metadata: { name: 'd' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
      },
    ];
    const { spec } = deploymentSpec({ serviceName: 's', volumeClaimTemplates: claims });
    expect(stored('StatefulSet', { spec }).spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        {
          kind: 'PersistentVolumeClaim',
          apiVersion: 'v1',
          spec: { resources: { requests: { storage: '1Gi' } }, volumeMode: 'Filesystem' },
          status: { phase: 'Pending' },
        },
      ],
    });
  });

  test('DaemonSet', () => {
    const set = stored('DaemonSet', deploymentSpec());
    expect(set.spec).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    });
    expect(set.metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
    expect(set.status).toEqual({
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    });
  });

  test('Pod', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    const containers = [
      { name: 'c', image: 'nginx:1.2', resources: { limits }, livenessProbe: { tcpSocket: { port: 1 } } },
    ];
    expect(stored('Pod', { spec: { containers, serviceAccountName: 'sa' } })).toMatchObject({
      spec: {
        containers: [
          {
            imagePullPolicy: 'IfNotPresent',
            resources: { limits, requests: limits },
            livenessProbe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
          },
        ],
        serviceAccount: 'sa',
        enableServiceLinks: true,
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
      },
      status: { phase: 'Pending', qosClass: 'Guaranteed' },
    });
  });

  test('Job: its selector and labels are made of its uid', () => {
    const template = { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } };
    const job = stored('Job', { metadata: { uid: 'u-1' }, spec: { template } });
    const labels = {
      'batch.kubernetes.io/controller-uid': 'u-1',
      'batch.kubernetes.io/job-name': 'x',
      'controller-uid': 'u-1',
      'job-name': 'x',
    };
    expect(job.metadata.labels).toEqual(labels);
    expect(job.spec).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } },
      manualSelector: false,
      template: { metadata: { labels } },
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    });
  });

  test('CronJob', () => {
    const template = { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } };
    const spec = { schedule: '* * * * *', jobTemplate: { spec: { template } } };
    expect(stored('CronJob', { spec }).spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      jobTemplate: { metadata: {}, spec: { template: { metadata: {} } } },
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
  });

  test('Service', () => {
    const service = stored('Service', { spec: { ports: [{ port: 80 }], type: 'LoadBalancer' } });
    expect(service.spec).toMatchObject({
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80, nodePort: expect.any(Number) }],
      sessionAffinity: 'None',
      externalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      allocateLoadBalancerNodePorts: true,
      internalTrafficPolicy: 'Cluster',
    });
    expect(service.status).toEqual({ loadBalancer: {} });
  });

  test('Namespace', () => {
    expect(stored('Namespace', {})).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  test('Secret: stringData becomes data and is not kept', () => {
    expect(stored('Secret', { data: { a: 'Yw==', c: 'ZA==' }, stringData: { a: 'b' } })).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'default' },
      data: { a: 'Yg==', c: 'ZA==' },
      type: 'Opaque',
    });
  });

  test.each([
    [
      'NetworkPolicy',
      { spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } },
      { spec: { policyTypes: ['Ingress'], ingress: [{ ports: [{ protocol: 'TCP', port: 80 }] }] } },
    ],
    ['RoleBinding', { roleRef: { kind: 'Role', name: 'r' } }, { roleRef: { apiGroup: 'rbac.authorization.k8s.io' } }],
    ['StorageClass', { provisioner: 'x' }, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }],
    ['Role', { rules: [] }, { rules: null }],
    [
      'PodDisruptionBudget',
      { spec: { minAvailable: 1 } },
      { status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } },
    ],
  ])('%s', (kind, fields, expected) => {
    expect(stored(kind, fields)).toMatchObject(expected);
  });
});

test('a Service keeps its address when an update leaves it out', () => {
  const fields = { spec: { ports: [{ port: 80 }], type: 'NodePort' } };
  const before = stored('Service', fields);
  const resource = resourceOf('Service');
  const after = admitted(resource, draft(resource, fields), before, {});
  expect(after.spec).toEqual(before.spec);
});

test('what has its defaults is not changed by being written again', () => {
  for (const [kind, fields] of [
    ['Deployment', deploymentSpec()],
    ['Service', { spec: { ports: [{ port: 80 }] } }],
  ] as const) {
    const before = stored(kind, fields);
    const resource = resourceOf(kind);
    expect(admitted(resource, before, before, {})).toEqual(before);
  }
});
