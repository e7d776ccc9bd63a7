import { type Client, clientOf, MERGE_PATCH } from './client.ts';
import { CONFIG_MAPS, configMap, DEPLOYMENTS, deployment, deploymentStatus } from './objects.ts';
import type { StartServer } from './server-process.ts';
import { fanOutMs } from './watch-fan-out.ts';

export const CONNECTIONS = 8;
/** What a list is taken of, and what memory is measured with. */
export const OBJECTS = 10_000;
const REQUESTS = 4_000;
/** Writes go round these: a real server retries those that meet on one object. */
const WRITTEN = 100;
const LISTS = 9;

export interface RequestFigures {
  readonly startMs: number;
  readonly getsPerSecond: number;
  readonly patchesPerSecond: number;
  readonly statusPatchesPerSecond: number;
  readonly createsPerSecond: number;
  readonly listMs: number;
  readonly fanOutMs: number;
}

/** How fast a server answers, one kind of request after another. */
export async function requestFigures(start: StartServer): Promise<RequestFigures> {
  const server = await start();
  const client = clientOf(server.kubeconfig);
  try {
    await client.send('POST', CONFIG_MAPS, configMap('one'));
    await inParallel(WRITTEN, (index) => client.send('POST', CONFIG_MAPS, configMap(`written-${index}`)));
    await inParallel(WRITTEN, (index) => client.send('POST', DEPLOYMENTS, deployment(`written-${index}`)));
    const one = `${CONFIG_MAPS}/one`;
    const written = (index: number): string => `written-${index % WRITTEN}`;
    const getsPerSecond = await rate(() => client.send('GET', one));
    const patchesPerSecond = await rate((index) =>
      client.send('PATCH', `${CONFIG_MAPS}/${written(index)}`, { data: { counter: String(index) } }, MERGE_PATCH),
    );
    const statusPatchesPerSecond = await rate((index) =>
      client.send('PATCH', `${DEPLOYMENTS}/${written(index)}/status`, deploymentStatus(index), MERGE_PATCH),
    );
    const fanOut = await fanOutMs(client, CONFIG_MAPS, 'one');
    const createsPerSecond = await rate((index) => client.send('POST', CONFIG_MAPS, configMap(`created-${index}`)));
    await createObjects(client, OBJECTS - REQUESTS);
    const listMs = await medianMs(LISTS, () => client.send('GET', `${CONFIG_MAPS}?limit=${OBJECTS}`));
    const rates = { getsPerSecond, patchesPerSecond, statusPatchesPerSecond, createsPerSecond };
    return { startMs: server.startMs, ...rates, listMs, fanOutMs: fanOut };
  } finally {
    client.close();
    await server.stop();
  }
}

export function createObjects(client: Client, count: number): Promise<void> {
  return inParallel(count, (index) => client.send('POST', CONFIG_MAPS, configMap(`object-${index}`)));
}

async function rate(task: (index: number) => Promise<unknown>): Promise<number> {
  // The first ones warm up caches and compilers.
  await inParallel(REQUESTS / 4, (index) => task(REQUESTS + index));
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

async function medianMs(count: number, task: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let run = 0; run < count; run += 1) {
    const started = performance.now();
    await task();
    tookMs.push(performance.now() - started);
  }
  return tookMs.sort((a, b) => a - b)[count >> 1] ?? Number.NaN;
}
