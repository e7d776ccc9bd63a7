import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { parse } from 'yaml';

export const MERGE_PATCH = 'application/merge-patch+json';

/** The cheapest client there is: what is measured is the server. */
export interface Client {
  /** Rejects for anything but 2xx. The answer is read and thrown away. */
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<void>;
  /** Resolves when the watch has begun. */
  watch(path: string, onText: (stream: IncomingMessage, text: string) => void): Promise<ClientRequest>;
  close(): void;
}

export function clientOf(kubeconfig: string): Client {
  const { clusters, users } = parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
    users: { user: { token: string } }[];
  };
  const { server = '', 'certificate-authority-data': authority } = clusters[0]?.cluster ?? {};
  const secure = server.startsWith('https:');
  const ca = Buffer.from(authority ?? '', 'base64');
  const shared = secure ? new HttpsAgent({ keepAlive: true, ca }) : new HttpAgent({ keepAlive: true });
  const unshared = secure ? new HttpsAgent({ ca }) : new HttpAgent();
  const start = secure ? httpsRequest : httpRequest;
  const headers = { Authorization: `Bearer ${users[0]?.user.token}`, Accept: 'application/json' };
  return {
    send(method, path, body, contentType = 'application/json') {
      return new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const extra =
          text === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) };
        const sent = start(server + path, { method, agent: shared, headers: { ...headers, ...extra } }, (response) => {
          response.resume();
          const status = response.statusCode ?? 0;
          response.on('end', () => (status < 300 ? resolve() : reject(new Error(`${method} ${path}: ${status}`))));
        });
        sent.on('error', reject).end(text);
      });
    },
    watch(path, onText) {
      return new Promise((resolve, reject) => {
        const sent = start(server + path, { agent: unshared, headers }, (response) => {
          response.setEncoding('utf8').on('data', (text: string) => onText(response, text));
          response.on('error', () => undefined);
          resolve(sent);
        });
        sent.on('error', reject).end();
      });
    },
    close: () => shared.destroy(),
  };
}
