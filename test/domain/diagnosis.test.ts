import { describe, expect, test } from 'vitest';
import { appliedObjects } from '../../src/domain/diagnosis/applied-objects.ts';
import { eventGroups, warningEvent } from '../../src/domain/diagnosis/event-groups.ts';
import { claimNames, podProblem } from '../../src/domain/diagnosis/pod-problem.ts';
import { resourceProblems } from '../../src/domain/diagnosis/resource-problems.ts';
import { workloadSentences } from '../../src/domain/diagnosis/workload-sentences.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { withoutCredentials } from '../../src/domain/without-credentials.ts';

type Status = Readonly<Record<string, unknown>>;

function object(kind: string, name: string, spec: Status, status?: Status, apiVersion = 'x/v1'): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'ns', generation: 1 }, spec, ...(status && { status }) };
}

function conditions(
  ...entries: readonly (readonly [type: string, status: string, reason: string, message?: string])[]
) {
  return { conditions: entries.map(([type, status, reason, message = '']) => ({ type, status, reason, message })) };
}

const FAILED = conditions(['Ready', 'False', 'BuildFailed', 'broken']);
const READY = conditions(['Ready', 'True', 'Succeeded']);

const names = (objects: readonly KubeObject[], ...only: readonly string[]) =>
  resourceProblems(objects, only.length === 0 ? undefined : new Set(only)).problems.map(({ id }) => id);

describe('what is not Ready', () => {
  test('comes after its source, its chart and its dependencies', () => {
    const objects = [
      object(
        'Kustomization',
        'a',
        { dependsOn: [{ name: 'b' }], sourceRef: { kind: 'OCIRepository', name: 'z' } },
        FAILED,
      ),
      object('Kustomization', 'b', { sourceRef: { kind: 'OCIRepository', name: 'z', namespace: 'ns' } }, FAILED),
      object(
        'HelmRelease',
        'c',
        { chart: { spec: { chart: 'x', sourceRef: { kind: 'HelmRepository', name: 'd' } } } },
        FAILED,
      ),
      object('HelmChart', 'ns-c', {}, FAILED),
      object('HelmRepository', 'd', {}, FAILED),
      object('OCIRepository', 'z', {}, FAILED),
    ];
    const place = (id: string) => names(objects).indexOf(id);
    expect(place('OCIRepository/ns/z')).toBeLessThan(place('Kustomization/ns/b'));
    expect(place('Kustomization/ns/b')).toBeLessThan(place('Kustomization/ns/a'));
    expect(place('HelmRepository/ns/d')).toBeLessThan(place('HelmRelease/ns/c'));
    expect(place('HelmChart/ns/ns-c')).toBeLessThan(place('HelmRelease/ns/c'));
  });

  test('shows no credentials of a URL that a controller repeats', () => {
    const said = conditions(['Ready', 'False', 'GitOperationFailed', 'cannot clone https://me:s3cret@git.example/x']);
    const { problems } = resourceProblems([object('GitRepository', 'g', {}, said)]);
    expect(problems[0]?.message).toBe('cannot clone https://…@git.example/x');
  });

  test('is told with the ring where it waits for itself', () => {
    const ring = [
      object('Kustomization', 'a', { dependsOn: [{ name: 'b' }] }, FAILED),
      object('Kustomization', 'b', { dependsOn: [{ name: 'a' }] }, FAILED),
    ];
    expect(resourceProblems(ring).cycles).toEqual([['Kustomization/ns/a', 'Kustomization/ns/b']]);
    expect(names(ring)).toHaveLength(2);
  });

  test('leaves out what is suspended, unless something waits for it', () => {
    const suspended = object('Kustomization', 'b', { suspend: true }, READY);
    expect(names([suspended])).toEqual([]);
    const waiting = object('Kustomization', 'a', { dependsOn: [{ name: 'b' }] }, FAILED);
    expect(names([suspended, waiting])).toEqual(['Kustomization/ns/b', 'Kustomization/ns/a']);
    expect(names([suspended], 'Kustomization/ns/b')).toEqual(['Kustomization/ns/b']);
  });

  test('has the word of the controller, whole, and what is stale or unsaid in words of ours', () => {
    const message = 'm'.repeat(5_000);
    const stale = { conditions: [{ type: 'Ready', status: 'True', reason: 'ok', observedGeneration: 1 }] };
    const stalled = conditions(['Ready', 'False', 'x'], ['Stalled', 'True', 'Invalid', 'never again']);
    const { problems } = resourceProblems([
      object('Kustomization', 'a', {}, conditions(['Ready', 'Unknown', 'Progressing', message])),
      { ...object('Kustomization', 'b', {}, stale), metadata: { name: 'b', namespace: 'ns', generation: 2 } },
      object('Kustomization', 'c', {}),
      object('Kustomization', 'd', {}, stalled),
      object('HelmRepository', 'e', { type: 'oci' }),
    ]);
    expect(problems.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      'progressing Progressing',
      'progressing Stale',
      'progressing Unknown',
      'failed Stalled: Invalid',
    ]);
    expect(problems[0]?.message).toBe(message);
  });

  test('of Argo CD is what its health, its sync and its conditions say', () => {
    const application = (name: string, status: Status) =>
      object(
        'Application',
        name,
        { source: { repoURL: 'oci://r/x' }, syncPolicy: { automated: {} } },
        status,
        'argoproj.io/v1alpha1',
      );
    const times = { reconciledAt: '2026-01-01T00:00:01Z' };
    const { problems } = resourceProblems([
      application('fine', { ...times, sync: { status: 'Synced' }, health: { status: 'Healthy' } }),
      application('ill', {
        ...times,
        sync: { status: 'Synced' },
        health: { status: 'Degraded', message: 'pod crashes' },
      }),
      application('wrong', { ...times, conditions: [{ type: 'InvalidSpecError', message: 'no such path' }] }),
    ]);
    expect(problems.map(({ id, status, reason, message }) => ({ id, status, reason, message }))).toEqual([
      { id: 'Application/ns/ill', status: 'failed', reason: 'Degraded', message: 'pod crashes' },
      { id: 'Application/ns/wrong', status: 'failed', reason: 'InvalidSpecError', message: 'no such path' },
    ]);
  });
});

describe('what a resource has applied', () => {
  test("is in Flux's inventory, names with underscores and colons included", () => {
    const entries = [
      { id: 'shop_web_apps_Deployment', v: 'v1' },
      { id: '_system__admin_rbac.authorization.k8s.io_ClusterRole', v: 'v1' },
    ];
    expect(appliedObjects(object('Kustomization', 'a', {}, { inventory: { entries } }))).toEqual([
      { namespace: 'shop', name: 'web', group: 'apps', kind: 'Deployment' },
      { namespace: '', name: 'system:admin', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
    ]);
  });

  test("is in the resources of an Application's status", () => {
    const resources = [
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', version: 'v1' },
      { kind: 'x' },
    ];
    expect(appliedObjects(object('Application', 'a', {}, { resources }))).toEqual([
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    ]);
  });
});

describe('a pod', () => {
  const pod = (status: Status, spec: Status = {}) => object('Pod', 'p', { nodeName: 'n', ...spec }, status, 'v1');
  const container = (state: Status, more: Status = {}) => ({
    name: 'c',
    image: 'i',
    ready: false,
    restartCount: 0,
    state,
    ...more,
  });
  const isReady = conditions(['Ready', 'True', '']).conditions;

  test.each([
    [
      'that runs',
      pod({ phase: 'Running', conditions: isReady, containerStatuses: [container({ running: {} }, { ready: true })] }),
    ],
    ['that is through', pod({ phase: 'Succeeded' })],
    [
      'that is going',
      { ...pod({ phase: 'Running' }), metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } },
    ],
    [
      'whose sidecar has started',
      pod(
        {
          phase: 'Running',
          conditions: isReady,
          initContainerStatuses: [container({ running: {} }, { started: true, ready: true })],
          containerStatuses: [container({ running: {} }, { ready: true })],
        },
        { initContainers: [{ name: 'c', restartPolicy: 'Always' }] },
      ),
    ],
  ])('%s has no problem', (_name, healthy) => {
    expect(podProblem(healthy)).toBeUndefined();
  });

  test('that runs and is not ready says so', () => {
    const found = podProblem(
      pod({ phase: 'Running', containerStatuses: [container({ running: {} }, { restartCount: 1 })] }),
    );
    expect(found?.containers).toMatchObject([{ state: 'running', restarts: 1, hasRun: true }]);
  });

  test('held up by an init container shows that one alone', () => {
    const found = podProblem(
      pod({
        phase: 'Pending',
        initContainerStatuses: [container({ terminated: { exitCode: 2, reason: 'Error' } })],
        containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
      }),
    );
    expect(found?.containers).toMatchObject([{ init: true, state: 'terminated', exitCode: 2, hasRun: true }]);
  });

  test('whose readiness gate is not met says which', () => {
    const gate = conditions(['Ready', 'False', 'ReadinessGatesNotReady', 'corresponding condition "lb" is False']);
    const found = podProblem(
      pod({ phase: 'Running', ...gate, containerStatuses: [container({ running: {} }, { ready: true })] }),
    );
    expect(found?.problems).toEqual(['Ready: ReadinessGatesNotReady: corresponding condition "lb" is False']);
  });

  test('names its claims, those made for it too', () => {
    const volumes = [
      { name: 'a', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'b', ephemeral: {} },
      { name: 'c', emptyDir: {} },
    ];
    expect(claimNames(pod({}, { volumes }))).toEqual(['data', 'p-b']);
  });
});

describe('a workload', () => {
  test.each([
    ['Deployment', { replicas: 3 }, { readyReplicas: 1 }, ['1 of 3 replicas are ready']],
    ['StatefulSet', {}, { replicas: 1 }, ['0 of 1 replicas are ready']],
    ['DaemonSet', {}, { desiredNumberScheduled: 4, numberReady: 3 }, ['3 of 4 replicas are ready']],
    ['Deployment', { replicas: 0 }, { observedGeneration: 1 }, []],
    ['Deployment', { replicas: 3 }, {}, []],
    [
      'Job',
      {},
      conditions(['Failed', 'True', 'BackoffLimitExceeded', 'too often']),
      ['BackoffLimitExceeded: too often'],
    ],
    [
      'ReplicaSet',
      { replicas: 1 },
      { readyReplicas: 0, ...conditions(['ReplicaFailure', 'True', 'FailedCreate', 'quota']) },
      ['0 of 1 replicas are ready', 'FailedCreate: quota'],
    ],
    [
      'PersistentVolumeClaim',
      { storageClassName: 'fast' },
      { phase: 'Pending' },
      ['Pending, not bound to a volume (storage class fast)'],
    ],
  ])('%s %j with %j', (kind, spec, status, sentences) => {
    expect(workloadSentences(object(kind, 'w', spec, status))).toEqual(sentences);
  });
});

describe('warnings', () => {
  const event = (name: string, more: Status = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'ns' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'again',
    involvedObject: { kind: 'Pod', name },
    ...more,
  });

  test('of both kinds count and are dated', () => {
    const old = warningEvent(event('a', { count: 3, lastTimestamp: '2026-01-01T00:00:00Z' }));
    const series = { count: 7, lastObservedTime: '2026-01-01T00:00:01.123456Z' };
    const modern = warningEvent(event('a', { series, lastTimestamp: null, eventTime: '2026-01-01T00:00:00.000000Z' }));
    expect([old?.count, old?.lastAt]).toEqual([3, Date.UTC(2026, 0, 1)]);
    expect([modern?.count, modern?.lastAt]).toEqual([7, Date.UTC(2026, 0, 1, 0, 0, 1, 123)]);
    expect(warningEvent(event('a', { type: 'Normal' }))).toBeUndefined();
  });

  test('of one reason and message are one, the newest last', () => {
    const events = ['b', 'a'].map((name) => warningEvent(event(name, { lastTimestamp: '2026-01-01T00:00:09Z' })));
    const other = warningEvent(event('c', { reason: 'Failed', lastTimestamp: '2026-01-01T00:00:01Z' }));
    const groups = eventGroups([...events, other].filter((each) => each !== undefined));
    expect(groups.map(({ reason, objects, count }) => ({ reason, objects, count }))).toEqual([
      { reason: 'Failed', objects: ['Pod/c'], count: 1 },
      { reason: 'BackOff', objects: ['Pod/a', 'Pod/b'], count: 2 },
    ]);
  });
});

test('credentials in URLs and headers are left out of what is shown', () => {
  expect(withoutCredentials('GET https://me:s3cret@host/x failed')).toBe('GET https://…@host/x failed');
  expect(withoutCredentials('Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x')).toBe('Authorization: Bearer …');
  expect(withoutCredentials('mail me@host, https://host/@scope/x')).toBe('mail me@host, https://host/@scope/x');
});
