import http from 'node:http';
import https from 'node:https';
import type { Authorization } from './authorization.ts';
import type { ClusterConnection, RequestAuth } from './connection.ts';

export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A watch keeps its connection for minutes: it takes none of the requests' own. */
  readonly longLived?: boolean;
}

export interface Transport {
  /** Resolves with the response's head; its body is still to be read. Rejects with the error of node:http. */
  send(request: RawRequest): Promise<http.IncomingMessage>;
  close(): void;
}

/** Parallel requests to one API server; more wait in line. */
const CONNECTIONS_MAX = 24;
/** Unused connections are closed before the usual proxies' 60 s do it, which could be in the middle of a request. */
const IDLE_CONNECTION_MS = 50_000;
/** A watch is silent for up to a minute (bookmarks): TCP notices a peer that is gone. */
const TCP_KEEP_ALIVE_MS = 15_000;

export function createTransport(connection: ClusterConnection, authorization: Authorization): Transport {
  const base = new URL(connection.server);
  const secure = base.protocol === 'https:';
  const tls = {
    ...(connection.caData !== undefined && { ca: connection.caData }),
    ...(connection.clientCert !== undefined && { cert: connection.clientCert }),
    ...(connection.clientKey !== undefined && { key: connection.clientKey }),
    ...(connection.tlsServerName !== undefined && { servername: connection.tlsServerName }),
    ...(connection.insecureSkipTlsVerify === true && { rejectUnauthorized: false }),
  };
  const shared = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS };
  const agents = {
    short: newAgent({ ...shared, maxSockets: CONNECTIONS_MAX, timeout: IDLE_CONNECTION_MS }),
    long: newAgent({ ...shared, keepAlive: false }),
  };

  function newAgent(options: http.AgentOptions): http.Agent {
    return secure ? new https.Agent({ ...options, ...tls }) : new http.Agent(options);
  }

  function sendOnce(request: RawRequest, auth: RequestAuth): Promise<http.IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const options: https.RequestOptions = {
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      method: request.method,
      path: `${base.pathname.replace(/\/$/, '')}${request.path}`,
      headers: { ...request.headers, ...auth.headers, ...lengthOf(request.body) },
      agent: request.longLived === true ? agents.long : agents.short,
      ...(auth.clientCert !== undefined && { cert: auth.clientCert }),
      ...(auth.clientKey !== undefined && { key: auth.clientKey }),
      ...(request.signal !== undefined && { signal: request.signal }),
    };
    const sent = (secure ? https : http).request(options, resolve);
    sent.on('socket', (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
    sent.on('error', (error) => reject(Object.assign(error, { reusedSocket: sent.reusedSocket })));
    sent.end(request.body);
    return promise;
  }

  return {
    send: async (request) => {
      const auth = await authorization.current();
      try {
        return await sendOnce(request, auth);
      } catch (error) {
        // The server closed an idle connection just as we took it up: nothing was answered, and every request of ours may be repeated.
        if (!closedWhileIdle(error) || request.method === 'POST') throw error;
        return sendOnce(request, auth);
      }
    },
    close: () => {
      agents.short.destroy();
      agents.long.destroy();
    },
  };
}

function lengthOf(body: string | undefined): Record<string, number> {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

function closedWhileIdle(error: unknown): boolean {
  if (!(error instanceof Error) || !('reusedSocket' in error) || !('code' in error)) return false;
  return error.reusedSocket === true && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
