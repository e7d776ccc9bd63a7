import { type Failure, FailureError } from '../../src/domain/failure.ts';

/** How a call to the outside ends. `lost`: it did its work there, and its answer never came. */
export type Answer = 'ok' | 'lost' | Fault;

export type Fault = keyof typeof FAILURES;

const FAILURES = {
  unavailable: { kind: 'unavailable', message: 'connect ECONNREFUSED' },
  timeout: { kind: 'timeout', message: 'no answer within 30000 ms' },
  throttled: { kind: 'throttled', message: 'too many requests', statusCode: 429, retryAfterMs: 2_000 },
  conflict: { kind: 'conflict', message: 'the object has been modified', statusCode: 409 },
  gone: { kind: 'gone', message: 'too old resource version', statusCode: 410 },
  'server-error': { kind: 'unavailable', message: 'internal error', statusCode: 500 },
  unauthorized: { kind: 'unauthorized', message: 'the token has expired', statusCode: 401 },
  forbidden: { kind: 'forbidden', message: 'not allowed', statusCode: 403 },
  'not-found': { kind: 'not-found', message: 'no such repository', statusCode: 404 },
  unreadable: { kind: 'disk', message: 'EIO' },
  'hook-failed': { kind: 'hook', message: 'make lint: exit code 2' },
} as const satisfies Readonly<Record<string, Failure>>;

/** The other side of a call. */
export type Dependency = 'api-server' | 'registry' | 'disk' | 'hooks' | 'git';

const NETWORK: readonly Answer[] = [
  'lost',
  'unavailable',
  'timeout',
  'throttled',
  'server-error',
  'unauthorized',
  'forbidden',
];

/** What can go wrong with each; what passes by itself comes first. */
export const FAULTS_OF: Readonly<Record<Dependency, readonly Answer[]>> = {
  'api-server': [...NETWORK, 'conflict', 'gone'],
  registry: [...NETWORK, 'not-found'],
  disk: ['unreadable'],
  hooks: ['hook-failed'],
  git: [],
};

/** What the API server says to a request that it understands and does not carry out. */
export function refusal(failure: Failure): FailureError {
  return new FailureError({ ...failure, dependency: 'api-server' });
}

/** One for each fault and dependency: most of what an error costs is its stack, and nobody looks at these. */
const failures = new Map<string, FailureError>();

export function failureOf(fault: Fault, dependency: Dependency): FailureError {
  const key = `${fault} ${dependency}`;
  const known = failures.get(key);
  if (known !== undefined) return known;
  const isNamed = dependency === 'api-server' || dependency === 'registry';
  const failure = new FailureError({ ...FAILURES[fault], ...(isNamed ? { dependency } : {}) });
  failures.set(key, failure);
  return failure;
}
