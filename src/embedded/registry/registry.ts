import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EmbeddedClock, realClock } from '../clock.ts';
import { FaultPlan } from '../fault-plan.ts';
import { tamper } from '../faulty-response.ts';
import { listen } from '../http-server.ts';
import { RequestCounter } from '../request-counter.ts';
import { answerBlob } from './blobs.ts';
import { answerCatalog, answerManifest, answerTags } from './manifests.ts';
import { OciError } from './oci-error.ts';
import { RegistryAccess, type RegistryCredentials } from './registry-access.ts';
import { type Exchange, send } from './registry-answer.ts';
import { methodsOf, type RegistryRequest, routeOf } from './registry-route.ts';
import { Repositories } from './repositories.ts';
import { Uploads } from './uploads.ts';

export type { RegistryCredentials } from './registry-access.ts';
export type { RegistryRequest } from './registry-route.ts';

export interface RegistryOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Where it listens. Default: 127.0.0.1, which nobody else reaches. */
  readonly address?: string;
  /** Who may pull and push. Default: everybody. */
  readonly credentials?: RegistryCredentials;
  /**
   * How they are asked for: `basic` at each request, `bearer` once at the registry's own token service, which then gives a
   * token for the repository and the actions. Default `basic`.
   */
  readonly challenge?: 'basic' | 'bearer';
  /** Refuses every write with 405. */
  readonly readOnly?: boolean;
  readonly clock?: EmbeddedClock;
}

/** An OCI registry (distribution v2) in this process and in memory. */
export interface EmbeddedRegistry {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `127.0.0.1:<port>`, as it stands in an `oci://` URL. */
  readonly host: string;
  /** Counted under `<METHOD> <kind>`, e.g. `PUT manifest`. */
  readonly requests: RequestCounter<RegistryRequest>;
  readonly faults: FaultPlan<RegistryRequest>;
  /** The manifest digest a tag points at. */
  resolveTag(repository: string, tag: string): string | undefined;
  /** Makes every token given so far worthless, as time would. */
  expireTokens(): void;
  stop(): Promise<void>;
}

export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const registry = new Registry(options);
  const server = await listen(registry.handle, options.port, undefined, options.address);
  return {
    url: server.url,
    host: server.host,
    requests: registry.requests,
    faults: registry.faults,
    resolveTag: (repository, tag) => registry.repositories.find(repository)?.tags.get(tag),
    expireTokens: () => registry.access.expireTokens(),
    stop: server.stop,
  };
}

class Registry {
  readonly requests = new RequestCounter<RegistryRequest>(({ method, kind }) => `${method} ${kind}`);
  readonly faults = new FaultPlan<RegistryRequest>();
  readonly repositories = new Repositories();
  readonly access: RegistryAccess;
  readonly #uploads = new Uploads(this.repositories);
  readonly #clock: EmbeddedClock;
  readonly #readOnly: boolean;

  constructor({ credentials, challenge, readOnly = false, clock = realClock }: RegistryOptions) {
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.access = new RegistryAccess(credentials, challenge === 'bearer', () => clock.now());
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const message = String(error);
      const refusal =
        error instanceof OciError ? error : new OciError(500, message, [{ code: 'UNKNOWN', message, detail: null }]);
      const text = refusal.text();
      const headers = {
        'Content-Type': refusal.contentType,
        'Content-Length': Buffer.byteLength(text),
        ...refusal.headers,
      };
      response.writeHead(refusal.status, headers).end(request.method === 'HEAD' ? undefined : text);
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = routeOf(request.method ?? 'GET', url.pathname);
    this.requests.add(route);
    response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
    const fault = this.faults.take(route);
    if (fault?.latencyMs !== undefined) await this.#delay(fault.latencyMs);
    if (fault?.silent === true) return;
    if (fault?.dropConnection === true) {
      request.socket.destroy();
      return;
    }
    if (fault?.status !== undefined) throw OciError.ofStatus(fault.status, fault.retryAfterSeconds);
    if (fault !== undefined) tamper(response, fault);
    await this.#route({ request, response, route, query: url.searchParams });
  }

  async #route(exchange: Exchange): Promise<void> {
    const { route } = exchange;
    if (route.kind === 'unknown') throw OciError.noSuchPage();
    if (route.kind === 'root') return send(exchange, 200, Buffer.alloc(0), { 'Cache-Control': 'no-cache' });
    if (route.kind === 'redirect') return send(exchange, 301, Buffer.alloc(0), { Location: '/v2/' });
    const methods = this.#readOnly && route.repository !== '' ? ['GET', 'HEAD'] : methodsOf(route);
    if (methods?.includes(route.method) === false) throw OciError.notAllowed(methods);
    if (route.kind === 'token') return this.access.giveToken(exchange);
    this.access.require(exchange);
    switch (route.kind) {
      case 'base':
        return send(exchange, 200, Buffer.from('{}'), { 'Content-Type': 'application/json; charset=utf-8' });
      case 'blob':
        return answerBlob(exchange, this.repositories);
      case 'upload':
        return this.#uploads.answer(exchange);
      case 'manifest':
        return answerManifest(exchange, this.repositories);
      case 'tags':
        return answerTags(exchange, this.repositories);
      case 'catalog':
        return answerCatalog(exchange, this.repositories);
    }
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.schedule(resolve, ms));
  }
}
