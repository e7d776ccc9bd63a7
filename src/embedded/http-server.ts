import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListeningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Closes the port and every connection. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 (or on `port`). Rejects with what to do when the port is taken. */
export function listen(handler: RequestListener, port = 0): Promise<ListeningServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handler);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const why = taken ? `port ${port} is in use: choose another, or none for a free one` : error.message;
      reject(new Error(`cannot listen on 127.0.0.1:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as AddressInfo;
      const host = `127.0.0.1:${address.port}`;
      let stopped: Promise<void> | undefined;
      resolve({
        url: `http://${host}`,
        host,
        stop: () => {
          stopped ??= new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          });
          return stopped;
        },
      });
    });
  });
}

export class BodyTooLargeError extends Error {}

/** The whole body. Throws BodyTooLargeError beyond `bytesMax`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new BodyTooLargeError(`the body is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
