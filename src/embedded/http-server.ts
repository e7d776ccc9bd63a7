import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SelfSignedCertificate } from './self-signed-certificate.ts';

export interface ListeningServer {
  /** `http://127.0.0.1:<port>`, or `https://…`; with the address it listens on, where that is another. */
  readonly url: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly port: number;
  /** Closes the port and every connection, half-open ones too. A second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1 (or on `port`, or at `address`), with TLS when given a certificate. Rejects with what to do when the port is taken.
 * Neither the port nor its connections keep the process alive: a test that forgets `stop()` ends all the same.
 */
export function listen(
  handler: RequestListener,
  port = 0,
  tls?: SelfSignedCertificate,
  address = '127.0.0.1',
): Promise<ListeningServer> {
  const server = serverOf(handler, tls);
  const sockets = new Set<Socket>();
  // The server itself only knows connections that speak HTTP: those still in the TLS handshake would hold up a stop.
  server.on('connection', (socket: Socket) => {
    socket.unref();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // The path of a request that is no HTTP at all, e.g. a plain one to a TLS port.
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const why = taken ? `port ${port} is in use: choose another, or none for a free one` : error.message;
      reject(new Error(`cannot listen on ${address}:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, address, () => {
      server.unref();
      const bound = server.address() as AddressInfo;
      const host = `${address}:${bound.port}`;
      let stopped: Promise<void> | undefined;
      resolve({
        url: `${tls === undefined ? 'http' : 'https'}://${host}`,
        host,
        port: bound.port,
        stop: () => {
          stopped ??= new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
            for (const socket of sockets) socket.destroy();
          });
          return stopped;
        },
      });
    });
  });
}

/**
 * Node's servers are got when they are needed, and not by an import: that would read every name of `node:http`, some of which load a
 * whole HTTP client (30 ms, more than the rest of a start).
 */
function serverOf(handler: RequestListener, tls: SelfSignedCertificate | undefined): Server {
  const options = { keepAliveTimeout: 60_000 };
  if (tls === undefined) return process.getBuiltinModule('node:http').createServer(options, handler);
  const { createServer } = process.getBuiltinModule('node:https');
  return createServer({ ...options, key: tls.key, cert: tls.certificate }, handler);
}

export class BodyTooLargeError extends Error {}

/** The whole body. Rejects with BodyTooLargeError beyond `bytesMax`, and when the client goes away. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      reject(new BodyTooLargeError(`the body is larger than ${bytesMax} bytes`));
    });
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', reject);
  });
}
