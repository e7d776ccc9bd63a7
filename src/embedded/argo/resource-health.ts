import type { KubeObject } from '../../domain/kube-object.ts';
import { conditionOf } from '../flux/flux-object.ts';
import type { UnreportedHealth } from '../flux/health-check.ts';
import { healthOf, needsReport } from '../flux/object-health.ts';
import { asObject, asString } from '../json-value.ts';
import { splitApiVersion } from '../store/resource-registry.ts';

export interface ResourceHealth {
  readonly status: HealthStatus;
  readonly message?: string;
}

export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

const WORSENING: readonly HealthStatus[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

export function isWorse(than: HealthStatus, status: HealthStatus): boolean {
  return WORSENING.indexOf(status) > WORSENING.indexOf(than);
}

/**
 * The health of kinds that Argo CD has a rule for; undefined for the others, which do not count. A child Application counts for nothing either,
 * unless an installation says so.
 */
export function resourceHealth(object: KubeObject, unreported: UnreportedHealth): ResourceHealth | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return { status: 'Progressing', message: 'Pending deletion' };
  const { group } = splitApiVersion(object.apiVersion);
  const { spec = {}, status = {} } = object;
  if (!needsReport(object) || group === 'apiextensions.k8s.io') return undefined;
  if (spec.paused === true && object.kind === 'Deployment')
    return { status: 'Suspended', message: 'Deployment is paused' };
  if (spec.suspend === true && object.kind === 'Job') return { status: 'Suspended', message: 'Job is suspended' };
  if (object.kind === 'Pod' && status.phase === 'Failed')
    return { status: 'Degraded', message: asString(status.message) ?? '' };
  if (Object.keys(status).length === 0 && unreported === 'current') return { status: 'Healthy' };
  switch (healthOf(object)) {
    case 'Current':
      return { status: 'Healthy' };
    case 'Failed':
      return { status: 'Degraded', message: failureOf(object) };
    default:
      return { status: 'Progressing', message: waitingFor(object) };
  }
}

function failureOf(object: KubeObject): string {
  if (object.kind === 'Deployment') return `Deployment "${object.metadata.name}" exceeded its progress deadline`;
  const failed = conditionOf(object, 'Failed') ?? conditionOf(object, 'ReplicaFailure');
  return failed?.message ?? `${object.kind} failed`;
}

function waitingFor(object: KubeObject): string {
  if (object.kind !== 'Deployment') return `Waiting for ${object.kind.toLowerCase()} to be ready`;
  const wanted = asObject(object.spec).replicas ?? 1;
  const available = asObject(object.status).availableReplicas ?? 0;
  return `Waiting for rollout to finish: ${String(available)} of ${String(wanted)} updated replicas are available...`;
}
