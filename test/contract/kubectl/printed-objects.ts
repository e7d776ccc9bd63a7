/** An object whose table row is compared, and the status it gets afterwards. */
export interface PrintedObject {
  /** Of the collection, e.g. `/api/v1/namespaces/printed/pods`. */
  readonly path: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export const NAMESPACE = 'printed';

type Fields = Readonly<Record<string, unknown>>;

function printed(
  groupVersion: string,
  plural: string,
  kind: string,
  name: string,
  fields: Fields & { readonly metadata?: Fields; readonly cluster?: true },
  status?: Fields,
): PrintedObject {
  const { metadata, cluster, ...rest } = fields;
  const prefix = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
  return {
    path: `${prefix}/${cluster === true ? '' : `namespaces/${NAMESPACE}/`}${plural}`,
    object: { apiVersion: groupVersion, kind, metadata: { ...metadata, name }, ...rest },
    ...(status === undefined ? {} : { status }),
  };
}

const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString().replace(/\.\d+Z$/, 'Z');

const CONTAINERS = [
  { name: 'web', image: 'nginx:1' },
  { name: 'side', image: 'busybox' },
];
const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: { containers: CONTAINERS } };
const SELECTOR = { matchLabels: { app: 'web' } };
const EXPRESSIONS = {
  matchLabels: { app: 'web', a: '1' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['z', 'b'] },
    { key: 'old', operator: 'DoesNotExist' },
    { key: 'env', operator: 'NotIn', values: ['x'] },
    { key: 'has', operator: 'Exists' },
  ],
};

const pod = (name: string, status?: Fields, spec: Fields = {}): PrintedObject =>
  printed('v1', 'pods', 'Pod', name, { spec: { containers: CONTAINERS, ...spec } }, status);

const running = (name: string, more: Fields = {}): Fields => ({
  name,
  image: 'x',
  imageID: 'x',
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: ago(1) } },
  ...more,
});
const ended = (name: string, exitCode: number, reason?: string, signal = 0): Fields =>
  running(name, {
    ready: false,
    state: { terminated: { exitCode, signal, ...(reason === undefined ? {} : { reason }) } },
  });
const waiting = (name: string, reason: string): Fields =>
  running(name, { ready: false, state: { waiting: { reason } } });
const restarted = (name: string, count: number, hours: number): Fields =>
  running(name, {
    restartCount: count,
    lastState: { terminated: { exitCode: 1, startedAt: ago(hours + 1), finishedAt: ago(hours) } },
  });
const condition = (type: string, status: string, reason?: string): Fields => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason }),
});

const INIT = {
  initContainers: [
    { name: 'one', image: 'x' },
    { name: 'two', image: 'x' },
  ],
};
const SIDECAR = { initContainers: [{ name: 'proxy', image: 'x', restartPolicy: 'Always' }] };

const PODS: readonly PrintedObject[] = [
  pod('pending'),
  pod('running', {
    phase: 'Running',
    podIP: '10.1.2.3',
    podIPs: [{ ip: '10.1.2.3' }],
    nominatedNodeName: 'other',
    containerStatuses: [running('web'), running('side')],
  }),
  pod('crashing', {
    phase: 'Running',
    containerStatuses: [restarted('web', 4, 5), waiting('side', 'CrashLoopBackOff')],
  }),
  pod('restarted', { phase: 'Running', containerStatuses: [restarted('web', 4, 5), restarted('side', 3, 2)] }),
  pod('done', { phase: 'Succeeded', containerStatuses: [ended('web', 0, 'Completed'), ended('side', 0, 'Completed')] }),
  pod('failed', { phase: 'Failed', containerStatuses: [ended('web', 2), ended('side', 0, 'Completed')] }),
  pod('killed', { phase: 'Failed', containerStatuses: [ended('web', 137, undefined, 9), ended('side', 0)] }),
  pod('evicted', { phase: 'Failed', reason: 'Evicted', message: 'too much' }),
  pod('half-done', {
    phase: 'Running',
    conditions: [condition('Ready', 'True')],
    containerStatuses: [ended('web', 0, 'Completed'), running('side')],
  }),
  pod('half-ready', { phase: 'Running', containerStatuses: [ended('web', 0, 'Completed'), running('side')] }),
  pod('half-failed', {
    phase: 'Running',
    containerStatuses: [ended('web', 0, 'Completed'), ended('side', 3, 'Error')],
  }),
  pod('gated', { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'SchedulingGated')] }),
  pod('init', { phase: 'Pending', initContainerStatuses: [ended('one', 0), waiting('two', 'PodInitializing')] }, INIT),
  pod('init-error', { phase: 'Pending', initContainerStatuses: [ended('one', 1, 'Error'), waiting('two', 'x')] }, INIT),
  pod('init-exit', { phase: 'Pending', initContainerStatuses: [ended('one', 7)] }, INIT),
  pod('init-signal', { phase: 'Pending', initContainerStatuses: [ended('one', 7, undefined, 15)] }, INIT),
  pod('init-pull', { phase: 'Pending', initContainerStatuses: [waiting('one', 'ErrImagePull')] }, INIT),
  pod(
    'sidecar',
    {
      phase: 'Running',
      initContainerStatuses: [restarted('proxy', 2, 3)].map((status) => ({ ...status, started: true })),
      containerStatuses: [running('web'), running('side')],
    },
    SIDECAR,
  ),
  pod(
    'gates',
    { phase: 'Running', conditions: [condition('x.example/ready', 'True'), condition('y.example/ready', 'False')] },
    { readinessGates: ['x', 'y'].map((name) => ({ conditionType: `${name}.example/ready` })), nodeName: 'node-a' },
  ),
];

const WORKLOADS: readonly PrintedObject[] = [
  printed('apps/v1', 'deployments', 'Deployment', 'web', { spec: { selector: SELECTOR, template: TEMPLATE } }),
  printed(
    'apps/v1',
    'deployments',
    'Deployment',
    'expressions',
    {
      spec: {
        replicas: 3,
        selector: EXPRESSIONS,
        template: { ...TEMPLATE, metadata: { labels: { app: 'web', a: '1', tier: 'b', has: 'x' } } },
      },
    },
    { replicas: 3, readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 },
  ),
  printed(
    'apps/v1',
    'replicasets',
    'ReplicaSet',
    'web',
    { spec: { replicas: 2, selector: SELECTOR, template: TEMPLATE } },
    {
      replicas: 2,
      readyReplicas: 1,
      fullyLabeledReplicas: 2,
    },
  ),
  printed('apps/v1', 'statefulsets', 'StatefulSet', 'db', {
    spec: { serviceName: 'db', selector: SELECTOR, template: TEMPLATE },
  }),
  printed(
    'apps/v1',
    'daemonsets',
    'DaemonSet',
    'agent',
    {
      spec: {
        selector: SELECTOR,
        template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, nodeSelector: { os: 'x', a: 'b' } } },
      },
    },
    { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1, numberMisscheduled: 0, numberAvailable: 1 },
  ),
  printed('apps/v1', 'controllerrevisions', 'ControllerRevision', 'db-1', {
    metadata: {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }],
    },
    revision: 7,
    data: {},
  }),
  printed('apps/v1', 'controllerrevisions', 'ControllerRevision', 'alone', { revision: 1, data: {} }),
  printed('batch/v1', 'jobs', 'Job', 'plain', { spec: { template: jobTemplate() } }),
  printed(
    'batch/v1',
    'jobs',
    'Job',
    'parallel',
    { spec: { parallelism: 3, template: jobTemplate() } },
    { startTime: ago(3), active: 2, succeeded: 0, ready: 1 },
  ),
  printed(
    'batch/v1',
    'jobs',
    'Job',
    'complete',
    { spec: { completions: 2, template: jobTemplate() } },
    {
      startTime: ago(3),
      completionTime: ago(2),
      succeeded: 2,
      conditions: [condition('SuccessCriteriaMet', 'True'), condition('Complete', 'True')],
    },
  ),
  printed(
    'batch/v1',
    'jobs',
    'Job',
    'suspended',
    { spec: { suspend: true, template: jobTemplate() } },
    {
      conditions: [condition('Suspended', 'True')],
    },
  ),
  printed('batch/v1', 'cronjobs', 'CronJob', 'tick', {
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: jobTemplate() } } },
  }),
  printed(
    'batch/v1',
    'cronjobs',
    'CronJob',
    'zoned',
    {
      spec: {
        schedule: '@daily',
        timeZone: 'Etc/UTC',
        suspend: true,
        jobTemplate: { spec: { template: jobTemplate() } },
      },
    },
    { lastScheduleTime: ago(30), active: [{ kind: 'Job', name: 'a' }] },
  ),
];

function jobTemplate(): Fields {
  return { spec: { restartPolicy: 'Never', containers: CONTAINERS } };
}

const NETWORK: readonly PrintedObject[] = [
  printed('v1', 'services', 'Service', 'plain', { spec: { ports: [{ port: 80 }], selector: { app: 'web', a: 'b' } } }),
  printed('v1', 'services', 'Service', 'headless', { spec: { clusterIP: 'None', selector: { app: 'web' } } }),
  printed('v1', 'services', 'Service', 'node', {
    spec: {
      type: 'NodePort',
      externalIPs: ['192.0.2.7'],
      ports: [
        { name: 'a', port: 80, nodePort: 30_123 },
        { name: 'b', port: 53, protocol: 'UDP', nodePort: 30_124 },
      ],
    },
  }),
  printed('v1', 'services', 'Service', 'waiting', {
    spec: { type: 'LoadBalancer', ports: [{ port: 443, nodePort: 30_125 }] },
  }),
  printed(
    'v1',
    'services',
    'Service',
    'balanced',
    { spec: { type: 'LoadBalancer', ports: [{ port: 443, nodePort: 30_126 }] } },
    { loadBalancer: { ingress: [{ hostname: 'very-long-name.of.a.balancer.example' }, { ip: '198.51.100.2' }] } },
  ),
  printed('v1', 'services', 'Service', 'elsewhere', { spec: { type: 'ExternalName', externalName: 'a.example' } }),
  printed('networking.k8s.io/v1', 'ingresses', 'Ingress', 'hosts', {
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['a.example'], secretName: 's' }],
      rules: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ host: `${name}.example` })),
    },
  }),
  printed(
    'networking.k8s.io/v1',
    'ingresses',
    'Ingress',
    'any',
    { spec: { defaultBackend: { service: { name: 'x', port: { number: 80 } } } } },
    { loadBalancer: { ingress: [{ ip: '198.51.100.9' }] } },
  ),
  printed('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', 'nginx', {
    cluster: true,
    metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: {
      controller: 'example.com/c',
      parameters: { apiGroup: 'example.com', kind: 'P', name: 'p', scope: 'Cluster' },
    },
  }),
  printed('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', 'bare', {
    cluster: true,
    spec: { controller: 'a.b/c' },
  }),
  printed('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', 'all', { spec: { podSelector: {} } }),
  printed('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', 'some', { spec: { podSelector: EXPRESSIONS } }),
  printed('v1', 'endpoints', 'Endpoints', 'few', {
    subsets: [
      {
        addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      },
    ],
  }),
  printed('v1', 'endpoints', 'Endpoints', 'none', {}),
  printed('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', 'many', {
    addressType: 'IPv4',
    ports: [{ name: 'a', port: 80 }, { name: 'b' }],
    endpoints: ['1', '2', '3', '4'].map((last) => ({ addresses: [`10.0.0.${last}`] })),
  }),
  printed('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', 'empty', { addressType: 'IPv6', endpoints: [] }),
];

const CORE: readonly PrintedObject[] = [
  printed('v1', 'configmaps', 'ConfigMap', 'both', { data: { a: '1', b: '2' }, binaryData: { c: 'AA==' } }),
  printed('v1', 'configmaps', 'ConfigMap', 'empty', {}),
  printed('v1', 'secrets', 'Secret', 'basic', {
    type: 'kubernetes.io/basic-auth',
    stringData: { username: 'u', password: 'p' },
  }),
  printed('v1', 'serviceaccounts', 'ServiceAccount', 'robot', {}),
  printed('v1', 'limitranges', 'LimitRange', 'limits', { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } }),
  printed(
    'v1',
    'resourcequotas',
    'ResourceQuota',
    'quota',
    { spec: { hard: { pods: '20', 'limits.cpu': '3', 'requests.memory': '1Gi' } } },
    {
      hard: { pods: '20', 'limits.cpu': '3', 'requests.memory': '1Gi' },
      used: { pods: '2', 'limits.cpu': '1500m' },
    },
  ),
  printed('v1', 'events', 'Event', 'old', {
    involvedObject: { kind: 'Pod', name: 'web', namespace: NAMESPACE, fieldPath: 'spec.containers{web}' },
    reason: 'Pulled',
    message: ' pulled the image \n',
    type: 'Normal',
    count: 4,
    firstTimestamp: ago(9),
    lastTimestamp: ago(5),
    source: { component: 'kubelet', host: 'node-a' },
  }),
  printed('v1', 'events', 'Event', 'new', {
    involvedObject: { kind: 'Deployment', name: 'web', namespace: NAMESPACE },
    reason: 'Scaled',
    message: 'scaled up',
    type: 'Warning',
    action: 'Scale',
    eventTime: ago(4).replace('Z', '.123456Z'),
    reportingComponent: 'controller.example',
    reportingInstance: 'controller-1',
  }),
  printed('v1', 'events', 'Event', 'series', {
    involvedObject: { kind: 'Deployment', name: 'web', namespace: NAMESPACE },
    reason: 'Scaled',
    message: 'scaled up',
    type: 'Normal',
    action: 'Scale',
    eventTime: ago(40).replace('Z', '.000000Z'),
    series: { count: 12, lastObservedTime: ago(3).replace('Z', '.000000Z') },
    reportingComponent: 'controller.example',
    reportingInstance: 'controller-1',
  }),
  printed('v1', 'nodes', 'Node', 'fresh', { cluster: true }),
  printed(
    'v1',
    'nodes',
    'Node',
    'busy',
    {
      cluster: true,
      metadata: {
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/gpu': 'x',
          'kubernetes.io/role': 'old',
        },
      },
      spec: { unschedulable: true },
    },
    {
      conditions: [condition('Ready', 'True')],
      addresses: [
        { type: 'InternalIP', address: '10.0.0.4' },
        { type: 'ExternalIP', address: '198.51.100.4' },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.36.1',
        osImage: 'Debian',
        kernelVersion: '6.1',
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2',
        bootID: '',
        kubeProxyVersion: '',
        machineID: '',
        operatingSystem: 'linux',
        systemUUID: '',
      },
    },
  ),
  printed('coordination.k8s.io/v1', 'leases', 'Lease', 'held', { spec: { holderIdentity: 'me' } }),
  printed('coordination.k8s.io/v1', 'leases', 'Lease', 'free', {}),
  printed('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', 'high', { cluster: true, value: 1000 }),
];

const STORAGE: readonly PrintedObject[] = [
  printed('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'waiting', {
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
  }),
  printed(
    'v1',
    'persistentvolumeclaims',
    'PersistentVolumeClaim',
    'bound',
    {
      spec: {
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        volumeName: 'pv-1',
        volumeMode: 'Block',
        resources: { requests: { storage: '1Gi' } },
      },
    },
    { phase: 'Bound', accessModes: ['ReadWriteMany', 'ReadWriteOnce'], capacity: { storage: '2Gi' } },
  ),
  printed('v1', 'persistentvolumes', 'PersistentVolume', 'pv-1', {
    cluster: true,
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
      hostPath: { path: '/x' },
      storageClassName: 'fast',
      claimRef: { namespace: NAMESPACE, name: 'bound' },
    },
  }),
  printed('storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'fast', {
    cluster: true,
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/p',
    allowVolumeExpansion: true,
  }),
  printed('storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'slow', {
    cluster: true,
    provisioner: 'example.com/p',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
  }),
];

const RBAC = 'rbac.authorization.k8s.io/v1';
const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };

const POLICY: readonly PrintedObject[] = [
  printed(RBAC, 'roles', 'Role', 'reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  printed(RBAC, 'rolebindings', 'RoleBinding', 'all', {
    roleRef: ROLE_REF,
    subjects: [
      { kind: 'User', name: 'a', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'User', name: 'b', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'Group', name: 'g', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  }),
  printed(
    'policy/v1',
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    'some',
    { spec: { minAvailable: '50%', selector: SELECTOR } },
    {
      disruptionsAllowed: 2,
      currentHealthy: 4,
      desiredHealthy: 2,
      expectedPods: 4,
    },
  ),
  printed('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'one', {
    spec: { maxUnavailable: 1, selector: SELECTOR },
  }),
  printed('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'plain', {
    spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  }),
  printed(
    'autoscaling/v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    'metrics',
    {
      spec: {
        minReplicas: 2,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '500Mi' } } },
          { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '1k' } } },
        ],
      },
    },
    {
      currentReplicas: 3,
      desiredReplicas: 3,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 20, averageValue: '100m' } } },
        { type: 'Resource', resource: { name: 'memory', current: { averageValue: '300Mi' } } },
      ],
    },
  ),
  printed('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'external', {
    spec: {
      maxReplicas: 9,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        { type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '30' } } },
        { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '30' } } },
      ],
    },
  }),
];

export const PRINTED: readonly PrintedObject[] = [...PODS, ...WORKLOADS, ...NETWORK, ...CORE, ...STORAGE, ...POLICY];
