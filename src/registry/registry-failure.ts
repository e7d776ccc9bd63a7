import type { IncomingHttpHeaders } from 'node:http';
import { FailureError } from '../domain/failure.ts';
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

/** An answer that refuses: the kind by its status alone, the words from the registry's own error list. */
export function failureOfAnswer(task: RegistryTask, answer: RegistryAnswer, nowMs: number): FailureError {
  const { status, headers, body } = answer;
  const said = errorsIn(body);
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);
  const hint = hintForStatus(status, task);
  return new FailureError({
    // A registry that takes no writes answers them with 405.
    kind: status === 405 ? 'forbidden' : failureKindOfStatus(status),
    dependency: 'registry',
    statusCode: status,
    message: `cannot ${task.task} ${task.url}: ${task.registry} answered HTTP ${status}${said === '' ? '' : ` (${said})`}`,
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
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

function hintForStatus(status: number, { task, registry, url }: RegistryTask): string | undefined {
  switch (status) {
    case 401:
      return `Log in: docker login ${registry}`;
    case 403:
      return `The login for ${registry} may not ${task} this repository: use another with docker login ${registry}.`;
    case 404:
      return task === 'push to' ? `The repository may have to be created first: ${url}` : undefined;
    case 405:
      return `The registry ${registry} seems to be read-only (a mirror or pull-through cache): push to the registry behind it, with --registry.`;
    case 413:
      return 'The artifact is larger than the registry, or a proxy before it, allows.';
    default:
      return undefined;
  }
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

/** `CODE: message` of each entry; the body of a proxy's error page is not repeated. */
function errorsIn(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as {
      errors?: readonly { code?: unknown; message?: unknown }[];
    };
    return (errors ?? [])
      .map(({ code, message }) => [code, message].filter((part) => typeof part === 'string' && part !== '').join(': '))
      .join('; ')
      .slice(0, 500);
  } catch {
    return '';
  }
}
