/** The external systems a circuit breaker watches. */
export type Dependency = 'api-server' | 'registry';

/**
 * What went wrong outside, decided by type (status code, error code), never by searching a message.
 * Only `unavailable`, `throttled`, `conflict`, `timeout` and `breaker-open` are worth another attempt.
 */
export type FailureKind =
  | 'unavailable' // connection refused or reset, 5xx, name not found, TLS handshake timeout
  | 'throttled' // 429
  | 'timeout'
  | 'conflict' // 409
  | 'gone' // 410
  | 'breaker-open'
  | 'unauthorized' // 401
  | 'forbidden' // 403
  | 'not-found' // 404
  | 'invalid' // 400, 422
  | 'hook' // a --hook command failed
  | 'disk' // reading or writing a local file
  | 'internal';

/** Plain data: it is written to the event log, so it never holds a secret. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly dependency?: Dependency;
  readonly statusCode?: number;
  /** From a Retry-After header or a breaker. */
  readonly retryAfterMs?: number;
}

const RETRYABLE: ReadonlySet<FailureKind> = new Set([
  'unavailable',
  'throttled',
  'timeout',
  'conflict',
  'gone',
  'breaker-open',
]);

export function isRetryable(failure: Failure): boolean {
  return RETRYABLE.has(failure.kind);
}

/** What it was sent to is not there, or has no time: any other answer, even a refusal, shows that it is. */
export function isOutage({ kind }: Failure): boolean {
  return kind === 'unavailable' || kind === 'timeout' || kind === 'throttled';
}

/** What went wrong and what to do about it, in a line. */
export function messageWithHint({ message, hint }: Failure): string {
  return hint === undefined ? message : `${message.replace(/\.$/, '')}. ${hint}`;
}

/** A failure as an exception, for the layers that do I/O. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'FailureError';
    this.failure = failure;
  }
}
