import { backoffMs } from './backoff.ts';
import type { Failure, FailureKind } from './failure.ts';
import type { Limits } from './limits.ts';

/**
 * What may be over in a few seconds: nobody answered (connection refused or reset, broken pipe, an answer cut short, a name that does not
 * resolve, too many redirects), nobody answered in time (also a TLS handshake, or a whole attempt), 429, 5xx. All else is an answer.
 */
const TRANSIENT: ReadonlySet<FailureKind> = new Set(['unavailable', 'throttled', 'timeout']);

/** Decided by the failure's kind, which comes from a status or an error code; never by its words. */
export function isTransient({ kind }: Pick<Failure, 'kind'>): boolean {
  return TRANSIENT.has(kind);
}

type AttemptLimits = Pick<Limits, 'attemptsMax' | 'attemptBackoffMsMin' | 'attemptBackoffMsMax'>;

/** How long to wait after attempt number `attempt` (from 1) failed so; undefined: it was the last, or another would end the same. */
export function retryDelayMs(
  attempt: number,
  failure: Pick<Failure, 'kind' | 'retryAfterMs'>,
  limits: AttemptLimits,
): number | undefined {
  if (!isTransient(failure) || attempt >= limits.attemptsMax) return undefined;
  const backoff = backoffMs({
    attempt,
    minMs: limits.attemptBackoffMsMin,
    maxMs: limits.attemptBackoffMsMax,
    jitterRatio: 0,
    seed: '',
  });
  return Math.max(backoff, failure.retryAfterMs ?? 0);
}
