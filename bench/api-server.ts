import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { parse } from 'yaml';
import { embeddedServer, realServer, type ServerProcess } from './api-server-process.ts';
import { isMain, printTable, type Row } from './table.ts';

const CONNECTIONS = 8;
const REQUESTS = 4_000;
const WATCHERS = 1_000;
const CHANGES = 40;
const OBJECTS = 10_000;
const OBJECT_BYTES = 1_000;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface Figures {
  readonly getsPerSecond: number;
  readonly patchesPerSecond: number;
  readonly createsPerSecond: number;
  readonly fanOutMs: number;
  readonly memoryMb: number;
  readonly emptyMb: number;
}

/** The embedded API server beside a real one: requests, watch fan-out, memory. The client is the same process for both. */
export async function run(): Promise<Row[]> {
  const real = await figuresOf(await realServer());
  const embedded = await figuresOf(await embeddedServer());
  const row = (measured: string, unit: string, goal: string, figure: keyof Figures): Row => ({
    measured,
    value: round(embedded[figure]),
    unit,
    goal,
    baseline: round(real[figure]),
    baselineIs: 'kube-apiserver',
  });
  return [
    row(`gets on ${CONNECTIONS} connections`, 'requests/s', 'as many', 'getsPerSecond'),
    row(`merge patches on ${CONNECTIONS} connections`, 'requests/s', 'as many', 'patchesPerSecond'),
    row(`creates on ${CONNECTIONS} connections`, 'requests/s', 'as many', 'createsPerSecond'),
    row(`one change to ${WATCHERS} watchers, p50`, 'ms', 'as fast', 'fanOutMs'),
    row(`memory for ${OBJECTS} objects of ${OBJECT_BYTES} bytes`, 'MB', 'less', 'memoryMb'),
    row('memory when empty', 'MB', 'less', 'emptyMb'),
  ];
}

async function figuresOf(server: ServerProcess): Promise<Figures> {
  const client = clientOf(server.kubeconfig);
  try {
    await client.send('POST', CONFIG_MAPS, configMap('one'));
    const one = `${CONFIG_MAPS}/one`;
    const merge = 'application/merge-patch+json';
    const getsPerSecond = await rate(() => client.send('GET', one));
    const patchesPerSecond = await rate((index) =>
      client.send('PATCH', one, { data: { counter: String(index) } }, merge),
    );
    const createsPerSecond = await rate((index) => client.send('POST', CONFIG_MAPS, configMap(`created-${index}`)));
    const fanOutMs = await fanOut(client, one);
    await client.send('DELETE', CONFIG_MAPS);
    const emptyMb = await residentMb(server);
    await inParallel(OBJECTS, (index) => client.send('POST', CONFIG_MAPS, configMap(`object-${index}`)));
    const memoryMb = (await residentMb(server)) - emptyMb;
    return { getsPerSecond, patchesPerSecond, createsPerSecond, fanOutMs, memoryMb, emptyMb };
  } finally {
    client.close();
    await server.stop();
  }
}

/** The smallest of some readings: garbage of the runs before is collected at some point. */
async function residentMb(server: ServerProcess): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 10; reading += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    readings.push(await server.residentBytes());
  }
  return Math.min(...readings) / 1e6;
}

async function rate(task: (index: number) => Promise<unknown>): Promise<number> {
  // The first ones warm up caches and compilers.
  await inParallel(REQUESTS / 10, (index) => task(REQUESTS + index));
  const started = performance.now();
  await inParallel(REQUESTS, task);
  return (REQUESTS * 1000) / (performance.now() - started);
}

async function inParallel(count: number, task: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

/** From the patch's request to the moment when the last of the watchers has the event, in the middle of some changes. */
async function fanOut(client: Client, path: string): Promise<number> {
  let waiting = 0;
  let arrived = Promise.withResolvers<void>();
  let marker = '';
  const seen = new Set<IncomingMessage>();
  const watches = await Promise.all(
    Array.from({ length: WATCHERS }, () =>
      client.watch(`${CONFIG_MAPS}?watch=true&fieldSelector=metadata.name%3Done`, (stream, text) => {
        if (marker === '' || !text.includes(marker) || seen.has(stream)) return;
        seen.add(stream);
        waiting -= 1;
        if (waiting === 0) arrived.resolve();
      }),
    ),
  );
  const tookMs: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    arrived = Promise.withResolvers<void>();
    waiting = WATCHERS;
    seen.clear();
    marker = `change-${change}-end`;
    const started = performance.now();
    await client.send('PATCH', path, { data: { marker } }, 'application/merge-patch+json');
    await arrived.promise;
    tookMs.push(performance.now() - started);
  }
  for (const watch of watches) watch.destroy();
  return tookMs.sort((a, b) => a - b)[CHANGES / 2] ?? Number.NaN;
}

interface Client {
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
  watch(path: string, onText: (stream: IncomingMessage, text: string) => void): Promise<ClientRequest>;
  close(): void;
}

function clientOf(kubeconfig: string): Client {
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
          response.on('end', () =>
            status < 300 ? resolve(status) : reject(new Error(`${method} ${path}: ${status}`)),
          );
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

function configMap(name: string): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'x'.repeat(OBJECT_BYTES) } };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

if (isMain(import.meta.url)) printTable('api-server', await run());
