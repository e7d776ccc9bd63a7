import type { IncomingHttpHeaders } from 'node:http';
import { FailureError, type FailureKind } from '../domain/failure.ts';
import {
  failureKindOfErrorCode,
  failureKindOfStatus,
  isTlsErrorCode,
  parseRetryAfterMs,
} from '../domain/http-failure.ts';

/** What a request was for, in words: `push to`, `read`; and of which repository: `oci://host/repository`. */
export interface RegistryTask {
  readonly task: 'push to' | 'read' | 'log in to';
  readonly url: string;
  readonly registry: string;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Whether the registry was shown a login when it refused. */
export type ShownLogin = 'none' | 'refused';

/**
 * An answer that refuses: the kind by its status alone, the words from the registry's own error list. `login` tells apart the two cures of a 401 or 403;
 * default: nobody knows.
 */
export function failureOfAnswer(
  task: RegistryTask,
  answer: RegistryAnswer,
  nowMs: number,
  login?: ShownLogin,
): FailureError {
  const { status, headers, body } = answer;
  const errors = errorsIn(body);
  const said = wordsOf(errors);
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);
  const met = errors.some(({ code }) => UPLOADS_MET.has(String(code)));
  const hint = met ? UPLOADS_MET_HINT : hintForStatus(status, task, login);
  return new FailureError({
    kind: met ? 'conflict' : kindOf(status),
    dependency: 'registry',
    statusCode: status,
    message: `cannot ${task.task} ${task.url}: ${task.registry} answered HTTP ${status}${said === '' ? '' : ` (${said})`}`,
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What docker-registry 2.8 says of one blob that two pushes bring at the same moment, and any registry of one that it dropped meanwhile. */
const UPLOADS_MET: ReadonlySet<string> = new Set([
  'MANIFEST_BLOB_UNKNOWN',
  'BLOB_UPLOAD_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'DIGEST_INVALID',
]);
const UPLOADS_MET_HINT =
  'Another push brought the same files at the same moment, or the registry dropped them: push again.';

function kindOf(status: number): FailureKind {
  // A registry that takes no writes answers them with 405; one whose storage is full, with 507.
  return status === 405 ? 'forbidden' : failureKindOfStatus(status);
}

/** A request without an answer. */
export function failureOfConnection(task: RegistryTask, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const hint = hintForCode(code, task.registry);
  return new FailureError(
    {
      kind: failureKindOfErrorCode(code),
      dependency: 'registry',
      message: `cannot ${task.task} ${task.url}: the registry ${task.registry} does not answer (${code ?? String(error)})`,
      ...(hint !== undefined && { hint }),
    },
    { cause: error },
  );
}

/** The registry does not keep to the protocol. */
export function invalidAnswer(task: RegistryTask, message: string): FailureError {
  return new FailureError({
    kind: 'invalid',
    dependency: 'registry',
    message: `cannot ${task.task} ${task.url}: ${message}`,
    hint: `Check that ${task.registry} is an OCI registry (a proxy or another service may answer there).`,
  });
}

function hintForStatus(status: number, { task, registry, url }: RegistryTask, login?: ShownLogin): string | undefined {
  switch (status) {
    case 401:
      return hintForLogin(registry, login);
    case 403:
      if (login === 'none')
        return `${noLogin(registry)}, and without one nobody may ${task} this repository: docker login ${registry}`;
      return `The login for ${registry} may not ${task} this repository: use another with docker login ${registry}.`;
    case 404:
      return task === 'push to' ? `The repository may have to be created first: ${url}` : undefined;
    case 405:
      return `The registry ${registry} seems to be read-only (a mirror or pull-through cache): push to the registry behind it, with --registry.`;
    case 413:
      return 'The artifact is larger than the registry, or a proxy before it, allows.';
    case 500:
      return task === 'push to' ? `${registry} says in its own log why; a full disk is a usual reason.` : undefined;
    case 507:
      return `The storage of ${registry} is full: make room there (delete what is old, collect garbage).`;
    default:
      return undefined;
  }
}

function hintForLogin(registry: string, login: ShownLogin | undefined): string {
  switch (login) {
    case 'none':
      return `${noLogin(registry)}: docker login ${registry}`;
    case 'refused':
      return `The login for ${registry} in the Docker config is wrong, or has expired: docker login ${registry}`;
    default:
      return `Log in: docker login ${registry}`;
  }
}

function noLogin(registry: string): string {
  return `There is no login for ${registry} in the Docker config`;
}

function hintForCode(code: string | undefined, registry: string): string | undefined {
  if (code === 'ECONNREFUSED') return `Nothing listens at ${registry}: is the registry started?`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The name ${registry} does not resolve here; a registry inside the cluster has another address from outside: name it with --registry.`;
  }
  if (code === 'EPROTO' || (code !== undefined && isTlsErrorCode(code))) {
    return `TLS with ${registry} failed; for a registry that speaks plain HTTP set spec.insecure: true on the source.`;
  }
  return undefined;
}

interface OciErrorEntry {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Those that the registry lists; none where a proxy answered with a page of its own. */
function errorsIn(body: Buffer): readonly OciErrorEntry[] {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors?: unknown };
    return Array.isArray(errors) ? errors.filter((entry) => typeof entry === 'object' && entry !== null) : [];
  } catch {
    return [];
  }
}

/** `CODE: message` of each entry. */
function wordsOf(errors: readonly OciErrorEntry[]): string {
  return errors
    .map(({ code, message }) => [code, message].filter((part) => typeof part === 'string' && part !== '').join(': '))
    .join('; ')
    .slice(0, 500);
}
