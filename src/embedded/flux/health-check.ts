import type { ObjectIdentity } from '../../domain/inventory-id.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import type { FluxContext } from './flux-context.ts';
import { findObject, subjectOf } from './inventory.ts';
import { type Health, healthOf, needsReport } from './object-health.ts';

/**
 * What a workload counts as while nobody has written a status: `current`, since nothing rolls out in an embedded cluster, or
 * `in-progress`, as on a real one.
 */
export type UnreportedHealth = 'current' | 'in-progress';

export interface HealthCheck {
  readonly subjects: readonly ObjectIdentity[];
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly unreported: UnreportedHealth;
  readonly signal: AbortSignal;
}

/** Polls until all subjects are current. Throws in Flux's words as soon as one has failed, or when time is up. */
export async function waitForHealth(context: FluxContext, check: HealthCheck): Promise<void> {
  const deadline = context.clock.now() + check.timeoutMs;
  for (;;) {
    const unhealthy = check.subjects.flatMap((subject) => {
      const health = observedHealth(findObject(context, subject)?.object, check.unreported);
      return health === 'Current' ? [] : [{ health, text: `${subjectOf(subject)} status: '${health}'` }];
    });
    if (unhealthy.length === 0) return;
    const failed = unhealthy.filter(({ health }) => health === 'Failed');
    if (failed.length > 0) throw new Error(`failed early due to stalled resources: [${listed(failed)}]`);
    if (context.clock.now() >= deadline) throw new Error(`timeout waiting for: [${listed(unhealthy)}]`);
    await delay(context, Math.min(check.pollMs, deadline - context.clock.now()), check.signal);
  }
}

function listed(unhealthy: readonly { readonly text: string }[]): string {
  return unhealthy.map(({ text }) => text).join(', ');
}

function observedHealth(object: KubeObject | undefined, unreported: UnreportedHealth): Health {
  const isUnreported = Object.keys(object?.status ?? {}).length === 0;
  if (unreported === 'current' && object !== undefined && isUnreported && needsReport(object)) return 'Current';
  return healthOf(object);
}

/** Resolves after `ms`; rejects at once when `signal` aborts. */
export function delay(context: Pick<FluxContext, 'clock'>, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(stopped());
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(stopped());
    };
    const cancel = context.clock.schedule(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function stopped(): Error {
  return new Error('the controller is stopping');
}
