import type { IncomingHttpHeaders } from 'node:http';
import { type Failure, FailureError } from '../domain/failure.ts';
import {
  failureKindOfErrorCode,
  failureKindOfStatus,
  isTlsErrorCode,
  parseRetryAfterMs,
} from '../domain/http-failure.ts';
import { describeRequest, type RequestDescription, requestInWords } from './resource.ts';

export interface FailedRequest {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer of 400 and above, as a failure: the kind by its status alone, the words from the server's metav1.Status. */
export function failureOfResponse(
  request: FailedRequest,
  response: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: unknown },
  nowMs: number,
): FailureError {
  const { status, headers, body } = response;
  const description = describeRequest(request.method, request.path, request.query);
  const said = statusMessage(body);
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs) ?? retryAfterOfStatus(body);
  const hint = hintFor(status, description);
  return new FailureError({
    kind: failureKindOfStatus(status),
    dependency: 'api-server',
    statusCode: status,
    message: `cannot ${requestInWords(description, request.path)} (HTTP ${status})${said === undefined ? '' : `: ${said}`}`,
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** A request that got no answer, or half of one. */
export function failureOfError(request: FailedRequest, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const words = code ?? (error instanceof Error ? error.message : String(error));
  const hint = hintForCode(code, request.server);
  return new FailureError(
    {
      kind: failureKindOfErrorCode(code),
      dependency: 'api-server',
      message:
        code === undefined
          ? `the answer of the API server ${request.server} is not complete: ${words}`
          : `the API server ${request.server} does not answer (${words})`,
      ...(hint !== undefined && { hint }),
    },
    { cause: error },
  );
}

/** A metav1.Status inside a watch stream (event type ERROR). */
export function failureOfStatusObject(request: FailedRequest, status: unknown, nowMs: number): FailureError {
  const code = field(status, 'code');
  return failureOfResponse(
    request,
    { status: typeof code === 'number' ? code : 500, headers: {}, body: status },
    nowMs,
  );
}

export function timeoutFailure(request: FailedRequest, timeoutMs: number): FailureError {
  return new FailureError({
    kind: 'timeout',
    dependency: 'api-server',
    message: `cannot ${requestInWords(describeRequest(request.method, request.path, request.query), request.path)}: no answer from ${request.server} within ${timeoutMs} ms`,
  });
}

function hintFor(status: number, { verb, resource, namespace }: RequestDescription): string | undefined {
  if (status === 401) {
    return 'The credentials of this context are missing, wrong or expired: log in again, or choose another with --context.';
  }
  if (status === 403 && resource !== undefined) {
    const role = namespace === undefined ? 'ClusterRole' : `Role in namespace ${namespace}`;
    return `Grant the verb "${verb}" on ${resource} with a ${role}, or choose another user with --context.`;
  }
  return undefined;
}

function hintForCode(code: string | undefined, server: string): string | undefined {
  if (code === 'ECONNREFUSED') return `Nothing listens at ${server}: is the cluster started?`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name in ${server} does not resolve: is the network or VPN up?`;
  if (code !== undefined && isTlsErrorCode(code)) {
    return "Check certificate-authority(-data) and tls-server-name of the context's cluster; the cluster may have been recreated.";
  }
  return undefined;
}

function statusMessage(body: unknown): string | undefined {
  const message = field(body, 'message');
  if (typeof message === 'string' && message !== '') return message.slice(0, 1_000);
  const text = typeof body === 'string' ? body.trim() : '';
  return text === '' ? undefined : text.slice(0, 200);
}

function retryAfterOfStatus(body: unknown): number | undefined {
  const seconds = field(field(body, 'details'), 'retryAfterSeconds');
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}
