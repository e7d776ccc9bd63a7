import type { KubeObject } from '../domain/kube-object.ts';
import type { EmbeddedClock } from './clock.ts';
import { delay } from './flux/health-check.ts';

/** Milliseconds, or a function of the object that is being reconciled. */
export type Latency = number | ((object: KubeObject) => number);

/** What a test makes of the steps of a reconcile. */
export interface StageOptions<Stage extends string> {
  readonly latency?: Readonly<Partial<Record<Stage, Latency>>>;
  /** The message with which the step fails. */
  readonly fail?: (stage: Stage, object: KubeObject) => string | undefined;
}

/** Each step takes as long, and fails as, `options` say. */
export function staged<Stage extends string>(
  options: StageOptions<Stage>,
  clock: EmbeddedClock,
  signal: AbortSignal,
): (stage: Stage, object: KubeObject) => Promise<void> {
  return async (stage, object) => {
    const latency: Latency | undefined = options.latency?.[stage];
    const ms = typeof latency === 'function' ? latency(object) : (latency ?? 0);
    if (ms > 0) await delay({ clock }, ms, signal);
    const failure = options.fail?.(stage, object);
    if (failure !== undefined) throw new Error(failure);
  };
}
