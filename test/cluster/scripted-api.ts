import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClusterClient, createClusterClient } from '../../src/cluster/client.ts';
import type { Clock } from '../../src/cluster/clock.ts';
import type { ClusterConnection } from '../../src/cluster/connection.ts';
import { type Failure, FailureError } from '../../src/domain/failure.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly remotePort: number | undefined;
}

export type Handler = (request: SeenRequest, response: http.ServerResponse) => void;

export interface ScriptedApi {
  readonly server: string;
  readonly seen: SeenRequest[];
}

/** An HTTP server that answers as `handler` says, ended with the test. */
export async function startScriptedApi(handler: Handler): Promise<ScriptedApi> {
  const seen: SeenRequest[] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://x');
    const { method = '', headers, socket } = request;
    const one = { method, path: url.pathname, query: url.searchParams, headers, body, remotePort: socket.remotePort };
    seen.push(one);
    handler(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export function json(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function statusOf(code: number, message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message };
}

export function connectionTo(server: string, more: Partial<ClusterConnection> = {}): ClusterConnection {
  return { contextName: 'test', server, namespace: 'default', configFiles: [], ...more };
}

export function clientOf(
  connection: ClusterConnection,
  options: { readonly clock?: Clock; readonly limits?: { readonly requestTimeoutMs: number } } = {},
): ClusterClient {
  const client = createClusterClient(connection, options);
  onTestFinished(() => client.close());
  return client;
}

export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FailureError)) throw new Error(`expected a FailureError, found ${String(error)}`);
  return error.failure;
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
