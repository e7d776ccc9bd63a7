import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../domain/kube-object.ts';
import type { EmbeddedClock } from '../clock.ts';
import { FaultPlan } from '../fault-plan.ts';
import { BodyTooLargeError, readBody } from '../http-server.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { RequestCounter } from '../request-counter.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import { type AccessRequest, type DenyRule, forbidden, isDenied } from './access-rules.ts';
import type { ApiPath, ResourcePath } from './api-path.ts';
import {
  type ApiRequest,
  describe,
  objectOf,
  PATCH_TYPES,
  parseBody,
  preconditionsOf,
  routed,
  unsupportedPatch,
  writeOptions,
} from './api-request.ts';
import {
  aggregatedDocument,
  CORE_VERSIONS,
  groupDocument,
  groupsDocument,
  openapiDocument,
  resourcesDocument,
  SERVER_VERSION,
} from './discovery.ts';
import { listJson } from './list-response.ts';
import { objectJson } from './object-json.ts';
import { selectorOf } from './selectors.ts';
import { expired, pathNotFound, StatusError, statusError, unauthorized } from './status-error.ts';
import { startWatch, type WatchStream } from './watch-stream.ts';

const BODY_BYTES_MAX = 3 * 1024 * 1024;
interface ApiServerOptions {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  readonly token: string;
  readonly user: string;
  readonly deny: readonly DenyRule[];
  readonly anonymous: boolean;
}

/** The HTTP face of the store: routing, authentication, faults and the encoding of answers. */
export class ApiServer {
  readonly faults = new FaultPlan<ApiRequest>();
  readonly requests = new RequestCounter<ApiRequest>(({ verb, resource, subresource, path }) =>
    resource === '' ? `get ${path}` : `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`,
  );
  readonly #options: ApiServerOptions;
  readonly #watches = new Set<WatchStream>();

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch((error: unknown) => this.#refuse(response, error));
  };

  /** Ends every watch without a word; clients resume from where they were. */
  dropWatches(): void {
    for (const watch of [...this.#watches]) watch.drop();
  }

  /** Ends every watch with an in-stream ERROR 410. */
  expireWatches(): void {
    for (const watch of [...this.#watches])
      watch.fail(expired('The resourceVersion for the provided watch is too old.'));
  }

  sendBookmarks(): void {
    for (const watch of this.#watches) watch.bookmark();
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = routed(url.pathname, this.#options.access.store.resources);
    const described = describe(request, url, path);
    this.requests.add(described);
    const fault = this.faults.take(described);
    if (fault?.latencyMs !== undefined) await this.#delay(fault.latencyMs);
    if (fault?.dropConnection === true) {
      request.socket.destroy();
      return;
    }
    if (fault?.status !== undefined) throw statusError(fault.status, fault.retryAfterSeconds);
    if (!this.#isAuthenticated(request)) throw unauthorized();
    if (path === undefined) throw pathNotFound();
    if (path.kind === 'resource') await this.#answerResource(request, response, url.searchParams, path, described);
    else await this.#answerDocument(request, response, path);
  }

  #isAuthenticated(request: IncomingMessage): boolean {
    const { authorization } = request.headers;
    const { anonymous, token } = this.#options;
    return authorization === undefined ? anonymous : authorization === `Bearer ${token}`;
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.schedule(resolve, ms));
  }

  async #answerDocument(
    request: IncomingMessage,
    response: ServerResponse,
    path: Exclude<ApiPath, ResourcePath>,
  ): Promise<void> {
    const { resources } = this.#options.access.store;
    const aggregated = (request.headers.accept ?? '').includes('g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    switch (path.kind) {
      case 'health':
        response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('ok');
        return;
      case 'version':
        return sendJson(response, 200, SERVER_VERSION);
      case 'core-versions':
        return aggregated
          ? sendAggregated(response, aggregatedDocument(true, resources))
          : sendJson(response, 200, CORE_VERSIONS);
      case 'groups':
        if (aggregated) return sendAggregated(response, aggregatedDocument(false, resources));
        return sendJson(response, 200, groupsDocument(resources));
      case 'group':
        return sendFound(response, groupDocument(path.group, resources));
      case 'resources':
        return sendFound(response, resourcesDocument(path.group, path.version, resources));
      case 'openapi':
        return sendFound(response, openapiDocument(path.rest, resources));
      case 'access-review':
        return sendJson(response, 201, this.#reviewAccess(parseBody(await this.#body(request))));
    }
  }

  async #answerResource(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    path: ResourcePath,
    { verb }: ApiRequest,
  ): Promise<void> {
    const { access, clock, deny, user } = this.#options;
    const { resource, namespace, name, subresource } = path;
    const wanted: AccessRequest = {
      verb,
      group: resource.group,
      plural: resource.plural,
      subresource,
      namespace,
      name,
    };
    if (isDenied(deny, wanted)) throw forbidden(user, { ...wanted, resource });
    if (subresource !== undefined && !(subresource === 'status' && resource.hasStatus)) throw pathNotFound();
    const { store } = access;
    const options = writeOptions(query, subresource);
    const apiVersion = apiVersionOf(resource, path.version);
    const send = (code: number, object: KubeObject): void => sendText(response, code, objectJson(object, apiVersion));
    switch (verb) {
      case 'watch': {
        const stream = startWatch(store, clock, path, query, response, (ended) => this.#watches.delete(ended));
        this.#watches.add(stream);
        return;
      }
      case 'list':
        return sendText(response, 200, listJson(store, path, query));
      case 'get':
        return send(200, store.get(resource, namespace, name ?? ''));
      case 'create':
        return send(201, store.create(resource, objectOf(await this.#body(request), path), options));
      case 'update':
        return send(200, store.update(resource, objectOf(await this.#body(request), path), options));
      case 'patch': {
        const contentType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
        const type = PATCH_TYPES[contentType];
        if (type === undefined) throw unsupportedPatch(contentType);
        if (type === 'strategic' && resource.group.includes('.') && !resource.group.endsWith('.k8s.io')) {
          throw unsupportedPatch(contentType);
        }
        const body = parseBody(await this.#body(request));
        const fieldManager = query.get('fieldManager') ?? '';
        const patched = access.patch(resource, namespace, name ?? '', type, body, { ...options, fieldManager });
        return send(patched.created ? 201 : 200, patched.object);
      }
      case 'delete': {
        const body = await this.#body(request);
        const given = body.length === 0 ? {} : parseBody(body);
        return send(200, store.remove(resource, namespace, name ?? '', { ...options, ...preconditionsOf(given) }));
      }
      case 'deletecollection': {
        await this.#body(request);
        const json = listJson(store, path, query);
        const selects = selectorOf(query);
        for (const object of store.list(resource, namespace)) {
          if (selects?.(object) === false) continue;
          store.remove(resource, object.metadata.namespace ?? '', object.metadata.name, options);
        }
        return sendText(response, 200, json);
      }
      default: {
        const message = 'the server does not allow this method on the requested resource';
        throw new StatusError(405, 'MethodNotAllowed', message, {});
      }
    }
  }

  #reviewAccess(review: unknown): JsonObject {
    const spec = isJsonObject(review) && isJsonObject(review.spec) ? review.spec : {};
    const asked = isJsonObject(spec.resourceAttributes) ? spec.resourceAttributes : {};
    const text = (field: string): string => (typeof asked[field] === 'string' ? asked[field] : '');
    const request: AccessRequest = {
      verb: text('verb'),
      group: text('group'),
      plural: text('resource'),
      subresource: text('subresource') || undefined,
      namespace: text('namespace'),
    };
    const allowed = !isDenied(this.#options.deny, request);
    const apiVersion = 'authorization.k8s.io/v1';
    return { kind: 'SelfSubjectAccessReview', apiVersion, metadata: {}, spec, status: { allowed } };
  }

  async #body(request: IncomingMessage): Promise<Buffer> {
    const contentType = request.headers['content-type'] ?? '';
    if (contentType.includes('protobuf')) {
      const message = `the body of the request was in an unknown format ("${contentType}") - accepted media types include: application/json, application/yaml`;
      throw new StatusError(415, 'UnsupportedMediaType', message);
    }
    try {
      return await readBody(request, BODY_BYTES_MAX);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      const message = `Request entity too large: limit is ${BODY_BYTES_MAX}`;
      throw new StatusError(413, 'RequestEntityTooLarge', message);
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const status =
      error instanceof StatusError
        ? error
        : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if (status.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(status.retryAfterSeconds));
    // The rest of an oversized body is not read: the connection cannot be used again.
    if (status.code === 413) response.setHeader('Connection', 'close');
    sendJson(response, status.code, status.body());
  }
}

function sendText(response: ServerResponse, code: number, json: string): void {
  response.writeHead(code, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) }).end(json);
}

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  sendText(response, code, JSON.stringify(body));
}

function sendFound(response: ServerResponse, body: unknown): void {
  if (body === undefined) throw pathNotFound();
  sendJson(response, 200, body);
}

function sendAggregated(response: ServerResponse, body: unknown): void {
  response.setHeader('Vary', 'Accept');
  const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  response.writeHead(200, { 'Content-Type': contentType }).end(JSON.stringify(body));
}
