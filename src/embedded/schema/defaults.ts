import { asArray, asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import type { FieldSchema } from './field-schema.ts';

type Fields = Record<string, unknown>;
/** Fields that are set where they are absent; a function sees the struct with what stands before it already set. */
type Defaults = Readonly<Record<string, unknown>> | ((struct: Fields) => void);

/** The image's tag decides: `latest` is always pulled. */
function imagePullPolicy(image: unknown): string {
  const last =
    String(image ?? '')
      .split('/')
      .at(-1) ?? '';
  if (last.includes('@')) return 'IfNotPresent';
  const tag = last.split(':')[1];
  // Not a valid image name: the real server does not see a missing tag in it either.
  if (/\s/.test(last)) return 'IfNotPresent';
  return tag === undefined || tag === '' || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function container(struct: Fields): void {
  struct.terminationMessagePath ??= '/dev/termination-log';
  struct.terminationMessagePolicy ??= 'File';
  struct.imagePullPolicy ??= imagePullPolicy(struct.image);
}

const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const MODE = { defaultMode: 0o644 };
const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** By definition. Values that are objects are set as a whole and then completed by their own definition's defaults. */
const DEFAULTS: Readonly<Record<string, Defaults>> = {
  'core.v1.PodSpec': (spec) => {
    spec.restartPolicy ??= 'Always';
    spec.terminationGracePeriodSeconds ??= 30;
    spec.dnsPolicy ??= 'ClusterFirst';
    spec.securityContext ??= {};
    spec.schedulerName ??= 'default-scheduler';
    // An old name of the same field, kept in step.
    const account = spec.serviceAccountName ?? spec.serviceAccount;
    if (account !== undefined) Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  },
  'core.v1.Container': container,
  'core.v1.EphemeralContainer': container,
  'core.v1.ContainerPort': { protocol: 'TCP' },
  'core.v1.Probe': PROBE,
  'core.v1.HTTPGetAction': { path: '/', scheme: 'HTTP' },
  'core.v1.GRPCAction': { service: '' },
  'core.v1.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.v1.ConfigMapVolumeSource': MODE,
  'core.v1.SecretVolumeSource': MODE,
  'core.v1.DownwardAPIVolumeSource': MODE,
  'core.v1.ProjectedVolumeSource': MODE,
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.v1.HostPathVolumeSource': { type: '' },
  'core.v1.Volume': (volume) => {
    if (Object.keys(volume).length <= 1) volume.emptyDir = {};
  },
  'core.v1.PersistentVolumeClaimSpec': { volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeClaimStatus': { phase: 'Pending' },
  'core.v1.PersistentVolumeSpec': { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeStatus': { phase: 'Pending' },
  'core.v1.NamespaceStatus': { phase: 'Active' },
  'core.v1.ServicePort': (port) => {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  },
  'core.v1.ServiceSpec': (spec) => {
    spec.type ??= 'ClusterIP';
    spec.sessionAffinity ??= 'None';
    if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10_800 } };
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec.externalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  },
  'core.v1.EndpointPort': { protocol: 'TCP' },
  'core.v1.Secret': { type: 'Opaque' },
  'core.v1.LimitRangeItem': (item) => {
    if (item.type === 'Container' && isJsonObject(item.default)) {
      item.defaultRequest = { ...item.default, ...asObject(item.min), ...asObject(item.defaultRequest) };
    }
  },
  'apps.v1.DeploymentSpec': { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  'apps.v1.DeploymentStrategy': (strategy) => {
    strategy.type ??= 'RollingUpdate';
    if (strategy.type !== 'RollingUpdate') return;
    strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...asObject(strategy.rollingUpdate) };
  },
  'apps.v1.ReplicaSetSpec': { replicas: 1 },
  'apps.v1.StatefulSetSpec': {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'apps.v1.StatefulSetUpdateStrategy': (strategy) => {
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate = { partition: 0, ...asObject(strategy.rollingUpdate) };
    }
  },
  'apps.v1.DaemonSetSpec': { revisionHistoryLimit: 10 },
  'apps.v1.DaemonSetUpdateStrategy': (strategy) => {
    strategy.type ??= 'RollingUpdate';
    if (strategy.type !== 'RollingUpdate') return;
    strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...asObject(strategy.rollingUpdate) };
  },
  'batch.v1.CronJobSpec': {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  'networking.v1.NetworkPolicyPort': { protocol: 'TCP' },
  'networking.v1.NetworkPolicySpec': (spec) => {
    const egress = asArray(spec.egress).length > 0 ? ['Egress'] : [];
    if (asArray(spec.policyTypes).length === 0) spec.policyTypes = ['Ingress', ...egress];
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': (spec) => {
    spec.minReplicas ??= 1;
    const target = { type: 'Utilization', averageUtilization: 80 };
    if (asArray(spec.metrics).length === 0) spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  },
  'rbac.v1.Subject': (subject) => {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ??= RBAC_GROUP;
  },
  'rbac.v1.RoleRef': (role) => {
    role.apiGroup ||= RBAC_GROUP;
  },
  'storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'discovery.v1.EndpointPort': { name: '', protocol: 'TCP' },
  'scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'apiextensions.v1.CustomResourceDefinitionSpec': (spec) => {
    spec.conversion ??= { strategy: 'None' };
    const names = asObject(spec.names);
    const kind = typeof names.kind === 'string' && names.kind !== '' ? names.kind : undefined;
    if (kind !== undefined) spec.names = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names };
  },
};

/** Whether anything below a definition can have a default; most of an object's structs have none. */
const reaches = new Map<FieldSchema, boolean>();

/** `value`, a struct of `schema`, with the defaults that the API server sets on every write: `value` itself where all are there. Changes nothing in place. */
export function withDefaults(schema: FieldSchema, value: JsonObject): JsonObject {
  const result: Fields = { ...value };
  const own = schema.name === undefined ? undefined : DEFAULTS[schema.name];
  if (typeof own === 'function') own(result);
  else if (own !== undefined) for (const [field, given] of Object.entries(own)) result[field] ??= given;
  for (const [field, given] of Object.entries(result)) {
    const property = schema.properties?.[field];
    if (property !== undefined && typeof given === 'object' && given !== null) result[field] = below(property, given);
  }
  return sameFields(result, value) ? value : result;
}

function sameFields(a: JsonObject, b: JsonObject): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function below(schema: FieldSchema, value: object): unknown {
  if (!mayDefault(schema)) return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const result = value.map((item) => (isJsonObject(item) ? withDefaults(items, item) : item));
    return result.every((item, index) => item === value[index]) ? value : result;
  }
  return isJsonObject(value) ? withDefaults(schema, value) : value;
}

function mayDefault(schema: FieldSchema): boolean {
  const known = reaches.get(schema);
  if (known !== undefined) return known;
  // Seen on the way down: a definition that contains itself adds nothing by that.
  reaches.set(schema, false);
  const children = [...Object.values(schema.properties ?? {}), ...(schema.items === undefined ? [] : [schema.items])];
  const found = (schema.name !== undefined && schema.name in DEFAULTS) || children.some(mayDefault);
  reaches.set(schema, found);
  return found;
}
