import { type RealWorld, type RealWorldOptions, startRealWorld } from './real-world.ts';
import { clusterRights, ISOLATION_RIGHTS } from './rights.ts';

/** A user with the documented rights of `watch --isolate` and `restore`. */
export const ISOLATOR = 'isolator';

export async function startIsolatingWorld(options: Omit<RealWorldOptions, 'users'> = {}): Promise<RealWorld> {
  const world = await startRealWorld({ ...options, users: [ISOLATOR] });
  for (const object of clusterRights(ISOLATOR, ISOLATION_RIGHTS)) await world.apply(object);
  return world;
}
