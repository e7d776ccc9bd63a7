import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import {
  bindingErrors,
  eventErrors,
  ingressErrors,
  leaseErrors,
  roleErrors,
  scalerErrors,
  storageClassErrors,
} from './cluster-validation.ts';
import { configMapErrors, secretErrors } from './config-validation.ts';
import { definitionErrors } from './definition-validation.ts';
import type { FieldError } from './field-error.ts';
import { claimErrors, serviceErrors } from './network-validation.ts';
import { podErrors } from './pod-validation.ts';
import {
  cronJobErrors,
  daemonSetErrors,
  deploymentErrors,
  jobErrors,
  replicaSetErrors,
  statefulSetErrors,
} from './workload-validation.ts';

export type Validate = (object: KubeObject, before: KubeObject | undefined) => readonly FieldError[];

/** The rules of each kind that go beyond types, by `group/kind`: those that people run into, in the real server's words and order. */
const RULES: Readonly<Record<string, Validate>> = {
  '/ConfigMap': configMapErrors,
  '/Secret': secretErrors,
  '/Service': serviceErrors,
  '/PersistentVolumeClaim': claimErrors,
  '/Pod': podErrors,
  '/Event': eventErrors,
  'apps/Deployment': deploymentErrors,
  'apps/ReplicaSet': replicaSetErrors,
  'apps/StatefulSet': statefulSetErrors,
  'apps/DaemonSet': daemonSetErrors,
  'batch/Job': jobErrors,
  'batch/CronJob': cronJobErrors,
  'coordination.k8s.io/Lease': leaseErrors,
  'networking.k8s.io/Ingress': ingressErrors,
  'autoscaling/HorizontalPodAutoscaler': scalerErrors,
  'rbac.authorization.k8s.io/Role': roleErrors,
  'rbac.authorization.k8s.io/ClusterRole': roleErrors,
  'rbac.authorization.k8s.io/RoleBinding': bindingErrors,
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindingErrors,
  'storage.k8s.io/StorageClass': storageClassErrors,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionErrors,
};

export function builtInErrors(
  { group, kind }: Pick<ApiResource, 'group' | 'kind'>,
  object: KubeObject,
  before: KubeObject | undefined,
): readonly FieldError[] {
  return RULES[`${group}/${kind}`]?.(object, before) ?? [];
}
