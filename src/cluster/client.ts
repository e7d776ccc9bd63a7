import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { DEFAULT_LIMITS, type Limits } from '../domain/limits.ts';
import { type FailedRequest, failureOfError, failureOfResponse, timeoutFailure } from './api-failure.ts';
import { authorizationFor } from './authorization.ts';
import { type Clock, wallClock } from './clock.ts';
import type { ClusterConnection } from './connection.ts';
import { discoverResources, type ServedResource, type WantedResource } from './discovery.ts';
import type { ClusterRequest, ClusterResponse, Query } from './request.ts';
import { type ApiResource, collectionPath, type ObjectReference, objectPath } from './resource.ts';
import { ServerPresence } from './server-presence.ts';
import { createTransport } from './transport.ts';
import { readWatchEvents, type WatchEvent } from './watch-stream.ts';

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Set when more pages follow. */
  readonly continueToken?: string;
}

export interface WatchRequest {
  readonly path: string;
  readonly query?: Query;
  readonly signal: AbortSignal;
  /** The server accepted the watch. */
  readonly onOpen?: () => void;
  readonly onEvent: (event: WatchEvent) => void;
}

/** Every method rejects with FailureError (dependency `api-server`) and retries nothing: a machine owns the retries. */
export interface ClusterClient {
  readonly server: string;
  request(request: ClusterRequest): Promise<ClusterResponse>;
  get(reference: ObjectReference): Promise<KubeObject>;
  /** One page, at most `limit` objects (0: all of them at once). */
  list(resource: ApiResource, options?: ListOptions): Promise<ObjectList>;
  /** A JSON merge patch. */
  patch(reference: ObjectReference, patch: unknown): Promise<KubeObject>;
  /** Sets annotations by merge patch; null removes one. */
  annotate(reference: ObjectReference, annotations: Readonly<Record<string, string | null>>): Promise<KubeObject>;
  /** Resolves when the server ends the stream, or the signal aborts it. */
  watch(request: WatchRequest): Promise<void>;
  /**
   * uid of the namespace kube-system, which names a cluster for its whole life. Where that may not be read: `server-` and a hash of the
   * server's address and CA, as stable as those are.
   */
  clusterUid(): Promise<string>;
  /** Which of `wanted` the cluster serves, in its order; for each the first version that is there. */
  discover(wanted: readonly WantedResource[]): Promise<readonly ServedResource[]>;
  close(): void;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly limit?: number;
  readonly continueToken?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Whom the API server notes in `managedFields` for what the tool writes. */
export const FIELD_MANAGER = 'reconcile-machine';

export function createClusterClient(
  connection: ClusterConnection,
  options: { readonly limits?: Pick<Limits, 'requestTimeoutMs'>; readonly clock?: Clock } = {},
): ClusterClient {
  const clock = options.clock ?? wallClock;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const authorization = authorizationFor(connection, clock);
  const transport = createTransport(connection, authorization);
  const presence = new ServerPresence();
  const described = (method: string, path: string, query?: Query): FailedRequest => ({
    server: connection.server,
    method,
    path,
    query,
  });

  async function answerOf(
    failing: FailedRequest,
    response: IncomingMessage,
    answer: ClusterRequest['answer'] = 'json',
  ): Promise<ClusterResponse> {
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    const json = parseJson(text);
    if (status === 401) authorization.forget();
    if (status < 200 || status >= 300) {
      throw failureOfResponse(failing, { status, headers: response.headers, body: json ?? text }, clock.now());
    }
    if (answer === 'text') return { status, headers: response.headers, json: undefined, text };
    if (json === undefined && text !== '') throw notJson(failing, status, response.headers);
    return { status, headers: response.headers, json };
  }

  async function request(asked: ClusterRequest): Promise<ClusterResponse> {
    const { method, path, query, body } = asked;
    const timeoutMs = asked.timeoutMs ?? limits.requestTimeoutMs;
    const failing = described(method, path, query);
    const overdue = new AbortController();
    const cancelTimer = clock.schedule(() => overdue.abort(), timeoutMs);
    const signal = asked.signal === undefined ? overdue.signal : AbortSignal.any([overdue.signal, asked.signal]);
    try {
      const response = await transport.send({
        method,
        path: withQuery(path, query),
        headers: {
          accept: asked.answer === 'text' ? '*/*' : 'application/json',
          ...(body !== undefined && { 'content-type': contentTypeOf(asked) }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
      const answer = await answerOf(failing, response, asked.answer);
      presence.granted();
      return answer;
    } catch (error) {
      if (asked.signal?.aborted === true) throw failureOfError(failing, error);
      const failure = overdue.signal.aborted ? timeoutFailure(failing, timeoutMs) : failureOfError(failing, error);
      throw presence.judged(failure, clock.now());
    } finally {
      cancelTimer();
    }
  }

  async function list(
    resource: ApiResource,
    { namespace, limit, continueToken, labelSelector, fieldSelector, signal }: ListOptions = {},
  ): Promise<ObjectList> {
    const { json } = await request({
      method: 'GET',
      path: collectionPath(resource, namespace),
      query: { limit: limit || undefined, continue: continueToken, labelSelector, fieldSelector },
      ...(signal !== undefined && { signal }),
    });
    return objectListOf(json);
  }

  async function patch(reference: ObjectReference, change: unknown): Promise<KubeObject> {
    const { json } = await request({
      method: 'PATCH',
      path: objectPath(reference),
      query: { fieldManager: FIELD_MANAGER },
      body: change,
    });
    return json as KubeObject;
  }

  return {
    server: connection.server,
    request,
    list,
    patch,
    get: async (reference) => (await request({ method: 'GET', path: objectPath(reference) })).json as KubeObject,
    annotate: (reference, annotations) => patch(reference, { metadata: { annotations } }),
    watch: async ({ path, query, signal, onOpen, onEvent }) => {
      const watchQuery = { ...query, watch: true };
      const failing = described('GET', path, watchQuery);
      const opening = new AbortController();
      // Only the answer's head has a deadline; the stream itself is ended by its timeoutSeconds or by the caller.
      const cancelTimer = clock.schedule(() => opening.abort(), limits.requestTimeoutMs);
      try {
        const response = await transport.send({
          method: 'GET',
          path: withQuery(path, watchQuery),
          headers: { accept: 'application/json' },
          signal: AbortSignal.any([signal, opening.signal]),
          longLived: true,
        });
        cancelTimer();
        if (response.statusCode !== 200) {
          await answerOf(failing, response);
          throw notJson(failing, response.statusCode ?? 0, response.headers);
        }
        presence.granted();
        onOpen?.();
        await readWatchEvents(response, onEvent);
      } catch (error) {
        if (signal.aborted) return;
        const failure = opening.signal.aborted
          ? timeoutFailure(failing, limits.requestTimeoutMs)
          : failureOfError(failing, error);
        throw presence.judged(failure, clock.now());
      } finally {
        cancelTimer();
      }
    },
    clusterUid: async () => {
      try {
        const { json } = await request({ method: 'GET', path: '/api/v1/namespaces/kube-system' });
        const uid = (json as KubeObject | undefined)?.metadata?.uid;
        if (typeof uid === 'string' && uid !== '') return uid;
      } catch (error) {
        const hidden =
          error instanceof FailureError && (error.failure.kind === 'forbidden' || error.failure.kind === 'not-found');
        if (!hidden) throw error;
      }
      const hash = createHash('sha256')
        .update(`${connection.server}\n${connection.caData ?? ''}`)
        .digest('hex');
      return `server-${hash.slice(0, 32)}`;
    },
    discover: (wanted) => discoverResources(request, wanted),
    close: () => transport.close(),
  };
}

function contentTypeOf({ method, contentType }: ClusterRequest): string {
  return contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
}

function withQuery(path: string, query: Query = {}): string {
  const parameters = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notJson(failing: FailedRequest, status: number, headers: IncomingHttpHeaders): FailureError {
  return new FailureError({
    kind: 'invalid',
    dependency: 'api-server',
    statusCode: status,
    message: `${failing.server}${failing.path}: expected JSON from a Kubernetes API server, found ${headers['content-type'] ?? 'something else'} (HTTP ${status})`,
    hint: 'Check the server address of the kubeconfig context: a proxy or another service may answer there.',
  });
}

/** List items of built-in types lack kind and apiVersion: the list's own tell them. */
function objectListOf(json: unknown): ObjectList {
  const list = (json ?? {}) as Partial<KubeObject> & { readonly items?: unknown };
  if (!Array.isArray(list.items)) {
    throw new FailureError({
      kind: 'invalid',
      dependency: 'api-server',
      message: `expected a list of objects, found ${typeof list.kind === 'string' ? `kind ${list.kind}` : 'no items'}`,
    });
  }
  const apiVersion = list.apiVersion ?? '';
  const kind = (list.kind ?? '').replace(/List$/, '');
  const { resourceVersion = '', continue: continueToken } = (list.metadata ?? {}) as {
    resourceVersion?: string;
    continue?: string;
  };
  return {
    items: (list.items as KubeObject[]).map((item) =>
      item.kind && item.apiVersion ? item : { ...item, apiVersion, kind },
    ),
    resourceVersion,
    ...(continueToken && { continueToken }),
  };
}
