import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly bytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface ScriptedRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly manifests: ReadonlyMap<string, Buffer>;
  /** As after a new start without its storage. */
  empty(): void;
  close(): Promise<void>;
}

/** A registry that keeps everything in memory; `rule` answers first, and undefined leaves the request to the registry. */
export async function startScriptedRegistry(
  rule: (request: SeenRequest, query: URLSearchParams) => Answer | 'hang-up' | undefined = () => undefined,
  options: { readonly relativeLocation?: boolean } = {},
): Promise<ScriptedRegistry> {
  const seen: SeenRequest[] = [];
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  let host = '';

  function answer({ method, path }: SeenRequest, query: URLSearchParams, body: Buffer): Answer {
    const upload = `/v2/team/apps/blobs/uploads/`;
    if (method === 'POST' && path === upload) {
      const location = `${options.relativeLocation ? '' : `http://${host}`}${upload}one?state=x`;
      return { status: 202, headers: { location } };
    }
    if (method === 'PUT' && path.startsWith(upload)) {
      if (query.get('state') !== 'x') return { status: 400 };
      blobs.set(query.get('digest') ?? '', body);
      return { status: 201 };
    }
    const [, kind = '', key = ''] = /^\/v2\/team\/apps\/(blobs|manifests)\/(.+)$/.exec(path) ?? [];
    const store = kind === 'blobs' ? blobs : manifests;
    if (method === 'PUT') {
      store.set(key, body);
      return { status: 201 };
    }
    const found = store.get(key);
    if (found === undefined) return { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN","message":"not here"}]}' };
    return { status: 200, body: found };
  }

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', `http://${host}`);
    const { authorization } = request.headers;
    const one = { method: request.method ?? '', path: url.pathname, authorization, bytes: body.length };
    seen.push(one);
    const given = rule(one, url.searchParams) ?? answer(one, url.searchParams, body);
    if (given === 'hang-up') return request.socket.destroy();
    return response.writeHead(given.status, given.headers).end(request.method === 'HEAD' ? undefined : given.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    seen,
    blobs,
    manifests,
    empty: () => {
      blobs.clear();
      manifests.clear();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
