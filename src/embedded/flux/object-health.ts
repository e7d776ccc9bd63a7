import type { Condition, KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject } from '../json-value.ts';
import { splitApiVersion } from '../store/resource-registry.ts';
import { conditionOf, conditionsOf } from './flux-object.ts';

export type Health = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound';

/** kstatus: what the fields of an object tell about it. */
export function healthOf(object: KubeObject | undefined): Health {
  if (object === undefined) return 'NotFound';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const observed = object.status?.observedGeneration;
  const { generation } = object.metadata;
  if (observed !== undefined && generation !== undefined && observed !== generation) return 'InProgress';
  for (const { type, status } of conditionsOf(object)) {
    if (type === 'Reconciling' && status === 'True') return 'InProgress';
    if (type === 'Stalled' && status === 'True') return 'Failed';
  }
  const { group } = splitApiVersion(object.apiVersion);
  const rule = RULES[group === '' ? object.kind : `${group}/${object.kind}`];
  if (rule !== undefined) return rule(object, asObject(object.spec), asObject(object.status));
  const ready = conditionOf(object, 'Ready')?.status;
  return ready === undefined || ready === 'True' ? 'Current' : 'InProgress';
}

/** True for kinds that are current only once a controller has said so in their status. */
export function needsReport(object: KubeObject): boolean {
  const { group } = splitApiVersion(object.apiVersion);
  return RULES[group === '' ? object.kind : `${group}/${object.kind}`] !== undefined;
}

type Fields = Readonly<Record<string, unknown>>;
type Rule = (object: KubeObject, spec: Fields, status: Fields) => Health;

const RULES: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  Pod: pod,
  PersistentVolumeClaim: (_object, _spec, status) => currentWhen(status.phase === 'Bound'),
  Service: (_object, spec) => currentWhen(spec.type !== 'LoadBalancer' || Boolean(spec.clusterIP)),
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
};

function currentWhen(isCurrent: boolean): Health {
  return isCurrent ? 'Current' : 'InProgress';
}

function numberOf(fields: Fields, name: string, fallback = 0): number {
  const value = fields[name];
  return typeof value === 'number' ? value : fallback;
}

function deployment(object: KubeObject, spec: Fields, status: Fields): Health {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return 'Failed';
  const wanted = numberOf(spec, 'replicas', 1);
  const [total, updated, ready, available] = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].map(
    (name) => numberOf(status, name),
  ) as [number, number, number, number];
  const isRolledOut = total === wanted && updated >= wanted && updated <= available && ready >= wanted;
  const hasDeadline = spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2 ** 31 - 1;
  const isProgressed = progressing?.status === 'True' && progressing.reason === 'NewReplicaSetAvailable';
  const isAvailable = conditionOf(object, 'Available')?.status === 'True';
  return currentWhen(isRolledOut && (isProgressed || !hasDeadline) && isAvailable);
}

function statefulSet(_object: KubeObject, spec: Fields, status: Fields): Health {
  const strategy = asObject(spec.updateStrategy);
  if (strategy.type === 'OnDelete') return 'Current';
  const wanted = numberOf(spec, 'replicas', 1);
  if (numberOf(status, 'replicas') !== wanted || numberOf(status, 'readyReplicas') < wanted) return 'InProgress';
  const partition = numberOf(asObject(strategy.rollingUpdate), 'partition', -1);
  if (partition >= 0) return currentWhen(numberOf(status, 'updatedReplicas') >= wanted - partition);
  return currentWhen(numberOf(status, 'currentReplicas') >= wanted && status.currentRevision === status.updateRevision);
}

function daemonSet(_object: KubeObject, _spec: Fields, status: Fields): Health {
  if (status.observedGeneration === undefined) return 'InProgress';
  const wanted = numberOf(status, 'desiredNumberScheduled', -1);
  const counts = ['currentNumberScheduled', 'updatedNumberScheduled', 'numberAvailable', 'numberReady'];
  return currentWhen(wanted >= 0 && counts.every((name) => numberOf(status, name) >= wanted));
}

function replicaSet(object: KubeObject, spec: Fields, status: Fields): Health {
  if (conditionOf(object, 'ReplicaFailure')?.status === 'True') return 'InProgress';
  const wanted = numberOf(spec, 'replicas', 1);
  const counts = ['fullyLabeledReplicas', 'availableReplicas', 'readyReplicas'];
  return currentWhen(
    counts.every((name) => numberOf(status, name) >= wanted) && numberOf(status, 'replicas') <= wanted,
  );
}

/** A Job counts once it is complete, not as soon as it has started: Flux's own rule. */
function job(object: KubeObject): Health {
  if (conditionOf(object, 'Failed')?.status === 'True') return 'Failed';
  return currentWhen(conditionOf(object, 'Complete')?.status === 'True');
}

function pod(object: KubeObject, _spec: Fields, status: Fields): Health {
  switch (status.phase) {
    case 'Succeeded':
    case 'Failed':
      return 'Current';
    case 'Running':
      if (conditionOf(object, 'Ready')?.status === 'True') return 'Current';
      return asArray(status.containerStatuses).some(isCrashLooping) ? 'Failed' : 'InProgress';
    default:
      return 'InProgress';
  }
}

function isCrashLooping(container: unknown): boolean {
  return asObject(asObject(asObject(container).state).waiting).reason === 'CrashLoopBackOff';
}

function definition(object: KubeObject): Health {
  const named = conditionOf(object, 'NamesAccepted');
  const established: Condition | undefined = conditionOf(object, 'Established');
  if (named?.status === 'False') return 'Failed';
  if (established?.status === 'False' && established.reason !== 'Installing') return 'Failed';
  return currentWhen(established?.status === 'True');
}
