import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmbeddedClock } from '../clock.ts';
import { rfc3339 } from '../clock.ts';
import { type Fault, FaultPlan } from '../fault-plan.ts';
import { tamper } from '../faulty-response.ts';
import { asObject } from '../json-value.ts';
import type { PodLogs } from '../pod-logs.ts';
import { RequestCounter } from '../request-counter.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import { type AccessRequest, forbidden } from './access-rules.ts';
import { Answer } from './answer.ts';
import { type ApiPath, apiPath } from './api-path.ts';
import { type ApiRequest, describe } from './api-request.ts';
import type { Authorizer } from './authorizer.ts';
import { documentEncoding, encodingOf } from './encoding.ts';
import { actingAs } from './impersonation.ts';
import { PlainRefusal } from './page-not-found.ts';
import { bindPod, CREATED } from './pod-actions.ts';
import { objectBody } from './request-body.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import { answerResource } from './resource-answers.ts';
import { type Backend, sent } from './resource-request.ts';
import { expired, pathNotFound, statusError, unauthorized } from './status-error.ts';
import type { Identity, Users } from './users.ts';
import type { WatchStream } from './watch-stream.ts';
import { writeOptions } from './write-query.ts';

interface ApiServerOptions {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  readonly users: Users;
  readonly authorizer: Authorizer;
  readonly logs: PodLogs;
}

/** The HTTP face of the store: who is it, may they, what do they want, and what goes wrong on demand. */
export class ApiServer {
  readonly faults = new FaultPlan<ApiRequest>();
  readonly requests = new RequestCounter<ApiRequest>(({ verb, resource, subresource, path }) =>
    resource === '' ? `get ${path}` : `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`,
  );
  readonly #options: ApiServerOptions;
  readonly #backend: Backend;
  readonly #watches = new Map<WatchStream, ServerResponse>();

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#backend = { ...options, watches: this.#watches };
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const answer = new Answer(request, response);
    const nowMs = this.#options.clock.now();
    // A clock that is wrong or virtual. Node itself tells the true time.
    if (Math.abs(nowMs - Date.now()) >= 1_000) response.setHeader('Date', new Date(nowMs).toUTCString());
    this.#answer(answer)
      .catch((error: unknown) => answer.refuse(error))
      // Nothing can be said any more to a client that is gone.
      .catch(() => response.destroy());
  };

  /** Ends every watch without a word; clients resume from where they were. */
  dropWatches(): void {
    for (const watch of [...this.#watches.keys()]) watch.drop();
  }

  /** Ends every watch with an in-stream ERROR 410. */
  expireWatches(): void {
    for (const watch of [...this.#watches.keys()])
      watch.fail(expired('The resourceVersion for the provided watch is too old.'));
  }

  /** Every watch hears nothing any more, yet its connection stays open: as when a firewall forgets it. */
  silenceWatches(): void {
    for (const response of this.#watches.values()) tamper(response, { silent: true });
  }

  /** Ends every watch in the middle of a line. */
  truncateWatches(): void {
    for (const [watch, response] of [...this.#watches]) {
      response.write('{"type":"MODIFIED","object":{"kind":"', () => {
        response.socket?.end();
        watch.drop();
      });
    }
  }

  sendBookmarks(): void {
    for (const watch of this.#watches.keys()) watch.bookmark();
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  async #answer(answer: Answer): Promise<void> {
    const { request, response } = answer;
    const { path, query } = splitUrl(request.url ?? '/');
    const info = infoOf(request.method ?? 'GET', path, query);
    const described = describe(info);
    this.requests.add(described);
    const fault = this.faults.take(described);
    if (fault !== undefined && !(await this.#survives(fault, request, response))) return;
    const wanted: AccessRequest = info;
    const identity = this.#identify(request, wanted);
    const { allowed, reason } = this.#options.authorizer.decide(identity, wanted);
    if (!allowed) throw forbidden(identity.name, wanted, reason);
    const target = apiPath(info, this.#options.access.store.resources);
    const { accept, 'user-agent': userAgent } = request.headers;
    answer.encoding =
      info.resource === ''
        ? documentEncoding(target.kind, accept)
        : encodingOf(accept, query, userAgent, info.group, info.name === '' && info.method === 'GET');
    await this.#serve(answer, target, info, query, identity);
  }

  /** Lets a fault happen; false when it leaves nothing to answer. */
  async #survives(fault: Fault<ApiRequest>, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { latencyMs, dropConnection, silent, status, retryAfterSeconds } = fault;
    if (latencyMs !== undefined) {
      await new Promise<void>((resolve) => this.#options.clock.schedule(resolve, latencyMs));
    }
    if (dropConnection === true) request.socket.destroy();
    if (dropConnection === true || silent === true) return false;
    tamper(response, fault);
    if (status !== undefined) throw statusError(status, retryAfterSeconds);
    return true;
  }

  #identify(request: IncomingMessage, wanted: AccessRequest): Identity {
    const { users, authorizer } = this.#options;
    const { headers } = request;
    const identity = users.identify(headers.authorization);
    if (identity === undefined) throw unauthorized();
    return headers['impersonate-user'] === undefined
      ? identity
      : actingAs(identity, headers, users, authorizer, wanted);
  }

  async #serve(
    answer: Answer,
    path: ApiPath,
    info: RequestInfo,
    query: URLSearchParams,
    identity: Identity,
  ): Promise<void> {
    const { access, clock, users, authorizer } = this.#options;
    switch (path.kind) {
      case 'resource':
        return await answerResource(this.#backend, { answer, path, verb: info.verb, query });
      case 'review': {
        const { body, format } = await sent(answer);
        const given = (await objectBody(body, format, path.review)) ?? {};
        const nowText = rfc3339(clock.now());
        // Imported when they are first asked for, as are documents: the server starts sooner.
        const { answerReview } = await import('./access-review.ts');
        const asked = { review: path.review, namespace: path.namespace, body: given, identity, nowText };
        return await answer.document(201, answerReview(asked, users, authorizer));
      }
      case 'binding': {
        const { body, format } = await sent(answer);
        const binding = (await objectBody(body, format, 'Binding')) ?? {};
        const pods = access.store.resources.byPath('', 'v1', 'pods');
        if (pods === undefined) throw pathNotFound();
        const options = writeOptions('CreateOptions', query, answer.request.headers['user-agent']);
        bindPod(access.store, pods, path.namespace, String(asObject(binding.metadata).name), binding, options);
        return await answer.document(201, CREATED);
      }
      default: {
        const { answerDocument } = await import('./document-answers.ts');
        return await answerDocument(answer, path, access.store);
      }
    }
  }
}

function infoOf(method: string, path: string, query: URLSearchParams): RequestInfo {
  try {
    return requestInfo(method, path, query);
  } catch (error) {
    // A path that is no valid percent-encoding.
    if (error instanceof URIError) throw new PlainRefusal(400, '400 Bad Request');
    throw error;
  }
}

const NO_QUERY = new URLSearchParams();

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark < 0) return { path: url, query: NO_QUERY };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}
