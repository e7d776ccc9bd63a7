import { clientOf } from './client.ts';
import { createObjects, OBJECTS } from './request-rates.ts';
import type { ServerProcess, StartServer } from './server-process.ts';

export interface MemoryFigures {
  readonly emptyMb: number;
  /** Of the objects alone. */
  readonly objectsMb: number;
}

/** In a process that has done nothing else: garbage of other measurements would count too. */
export async function memoryFigures(start: StartServer): Promise<MemoryFigures> {
  const server = await start();
  const client = clientOf(server.kubeconfig);
  try {
    const emptyMb = await residentMb(server);
    await createObjects(client, OBJECTS);
    return { emptyMb, objectsMb: (await residentMb(server)) - emptyMb };
  } finally {
    client.close();
    await server.stop();
  }
}

/** The smallest of some readings: garbage is collected at some point. */
async function residentMb(server: ServerProcess): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 8; reading += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    readings.push(await server.residentBytes());
  }
  return Math.min(...readings) / 1e6;
}
