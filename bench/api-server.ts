import { memoryFigures } from './api-server/memory.ts';
import { OBJECT_BYTES } from './api-server/objects.ts';
import { CONNECTIONS, OBJECTS, type RequestFigures, requestFigures } from './api-server/request-rates.ts';
import { embeddedServer, realServer } from './api-server/server-process.ts';
import { WATCHERS } from './api-server/watch-fan-out.ts';
import { isMain, printTable, type Row } from './table.ts';

/**
 * The embedded API server beside a real one: requests, watch fan-out, start, memory. Both over HTTPS, and the embedded one over plain HTTP
 * as well, beside itself. Servers have processes of their own; the client is the same for all.
 */
export async function run(): Promise<Row[]> {
  const real = await requestFigures(realServer);
  const embedded = await requestFigures(() => embeddedServer({ tls: true }));
  const plain = await requestFigures(() => embeddedServer({ tls: false }));
  const realMemory = await memoryFigures(realServer);
  const memory = await memoryFigures(() => embeddedServer({ tls: true }));

  const rows = (measured: string, unit: string, goal: string, figure: keyof RequestFigures): readonly Row[] => [
    row(measured, unit, goal, embedded[figure], real[figure], 'kube-apiserver'),
    row(`${measured}, plain HTTP`, unit, goal, plain[figure], embedded[figure], 'HTTPS'),
  ];
  const [objects, connections] = [OBJECTS.toLocaleString('en'), `on ${CONNECTIONS} connections`];
  return [
    ...rows(`gets ${connections}`, 'requests/s', 'as many', 'getsPerSecond'),
    ...rows(`merge patches ${connections}`, 'requests/s', 'as many', 'patchesPerSecond'),
    ...rows(`status patches ${connections}`, 'requests/s', 'as many', 'statusPatchesPerSecond'),
    ...rows(`creates ${connections}`, 'requests/s', 'as many', 'createsPerSecond'),
    ...rows(`list of ${objects} objects`, 'ms', 'as fast', 'listMs'),
    ...rows(`one change to ${WATCHERS.toLocaleString('en')} watchers, p50`, 'ms', 'as fast', 'fanOutMs'),
    ...rows('import and start', 'ms', '<= 100', 'startMs'),
    row('memory when empty', 'MB', 'less', memory.emptyMb, realMemory.emptyMb, 'kube-apiserver'),
    row(
      `memory for ${objects} objects of ${OBJECT_BYTES} bytes`,
      'MB',
      'less',
      memory.objectsMb,
      realMemory.objectsMb,
      'kube-apiserver',
    ),
  ];
}

function row(measured: string, unit: string, goal: string, value: number, baseline: number, baselineIs: string): Row {
  return { measured, value: round(value), unit, goal, baseline: round(baseline), baselineIs };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

if (isMain(import.meta.url)) printTable('api-server', await run());
