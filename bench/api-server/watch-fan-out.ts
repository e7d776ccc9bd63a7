import type { IncomingMessage } from 'node:http';
import { type Client, MERGE_PATCH } from './client.ts';

export const WATCHERS = 1_000;
const CHANGES = 40;

/** From the patch's request to the moment when the last of the watchers has the event: the median of some changes. */
export async function fanOutMs(client: Client, collection: string, name: string): Promise<number> {
  let waiting = 0;
  let arrived = Promise.withResolvers<void>();
  let marker = '';
  const seen = new Set<IncomingMessage>();
  const watches = await Promise.all(
    Array.from({ length: WATCHERS }, () =>
      client.watch(`${collection}?watch=true&fieldSelector=metadata.name%3D${name}`, (stream, text) => {
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
    await client.send('PATCH', `${collection}/${name}`, { data: { marker } }, MERGE_PATCH);
    await arrived.promise;
    tookMs.push(performance.now() - started);
  }
  for (const watch of watches) watch.destroy();
  return tookMs.sort((a, b) => a - b)[CHANGES / 2] ?? Number.NaN;
}
