import type { KubeObject } from '../../domain/kube-object.ts';
import { type FluxContext, readObject } from './flux-context.ts';
import { conditionOf } from './flux-object.ts';

/** What a health check waits for. */
export interface HealthSubject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * kstatus, simplified: with a `status.observedGeneration` behind the generation, `Reconciling=True`, `Ready` other than True or `Available=False` an object is
 * in progress, with `Stalled=True` it has failed. A plain object without such a status is current: nothing here rolls out.
 */
function healthOf(object: KubeObject | undefined): 'Current' | 'InProgress' | 'Failed' | 'NotFound' {
  if (object === undefined) return 'NotFound';
  if (conditionOf(object, 'Stalled')?.status === 'True') return 'Failed';
  const observed = object.status?.observedGeneration;
  if (typeof observed === 'number' && observed !== object.metadata.generation) return 'InProgress';
  if (conditionOf(object, 'Reconciling')?.status === 'True') return 'InProgress';
  if (conditionOf(object, 'Available')?.status === 'False') return 'InProgress';
  const ready = conditionOf(object, 'Ready');
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress';
}

/** Polls until all subjects are current. Throws in Flux's words when one has failed or `timeoutMs` is over. */
export async function waitForHealth(
  context: FluxContext,
  subjects: readonly HealthSubject[],
  timeoutMs: number,
  pollMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = context.clock.now() + timeoutMs;
  for (;;) {
    const unhealthy = subjects.flatMap(({ kind, namespace, name }) => {
      const health = healthOf(readObject(context, kind, namespace, name));
      return health === 'Current' ? [] : [{ health, text: `${kind}/${namespace}/${name} status: '${health}'` }];
    });
    if (unhealthy.length === 0) return;
    const list = unhealthy.map(({ text }) => text).join(', ');
    if (unhealthy.some(({ health }) => health === 'Failed'))
      throw new Error(`health check failed early due to stalled resources: [${list}]`);
    if (context.clock.now() >= deadline) throw new Error(`timeout waiting for: [${list}]`);
    await delay(context, Math.min(pollMs, deadline - context.clock.now()), signal);
  }
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
