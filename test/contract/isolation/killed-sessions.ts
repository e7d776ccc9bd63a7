import { expect, test } from 'vitest';
import { IsolatingSession, restoring } from '../../support/isolating-session.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { FluxSubject } from '../flux/subject.ts';
import { type IsolationWorld, openIsolationWorld, TARGETS, type Target } from './isolation-world.ts';
import { type Kill, killableClient } from './killable-client.ts';

/** CI makes 50 of them. */
const RUNS = Number(process.env.ISOLATION_KILLS ?? 6);
/** More requests than a session sends, so that some come to their end in good order. */
const REQUESTS_MAX = 40;
const RUN_TIMEOUT_MS = 20_000;

type Random = () => number;

/** Whatever moment a session is killed at, what it changed is put back. */
export function describeKilledSessions(subject: () => FluxSubject): void {
  test(`${RUNS} sessions that are killed at a random request leave nothing that restore does not put back`, {
    timeout: 60_000 + RUNS * RUN_TIMEOUT_MS,
  }, async (context) => {
    const seed = Number(process.env.ISOLATION_SEED ?? Math.floor(Math.random() * 2 ** 32));
    const random = seededRandom(seed);
    const world = await openIsolationWorld(subject(), context);
    const before = await world.declared();
    for (let run = 1; run <= RUNS; run += 1) {
      const trail: string[] = [];
      const where = () => `ISOLATION_SEED=${seed} run ${run}: ${trail.join(', ')}`;
      await session(world, random, `run ${run}`, trail);
      await world.expireLeases();
      await restored(world, random, trail);
      // A source goes once its controller has taken its finalizer off.
      await expect.poll(() => world.declared(), { message: where(), interval: 25 }).toEqual(before);
      expect(await world.leases(), where()).toEqual([]);
      await world.settled().catch((error: unknown) => {
        throw new Error(where(), { cause: error });
      });
    }
  });
}

/** One session: it isolates some targets, moves them, perhaps ends in good order, and is killed at some request on the way. */
async function session(world: IsolationWorld, random: Random, value: string, trail: string[]): Promise<void> {
  const kill: Kill = { request: Math.floor(random() * REQUESTS_MAX), sent: random() < 0.5 };
  trail.push(`killed ${kill.sent ? 'behind' : 'before'} request ${kill.request}`);
  const { client, isKilled } = killableClient(world.flux.subject.client, kill);
  let lives: IsolatingSession | undefined;
  try {
    const started = await IsolatingSession.start(client, await world.shared());
    lives = started;
    for (const target of shuffled(TARGETS, random).slice(0, 1 + Math.floor(random() * TARGETS.length))) {
      trail.push(target);
      await isolated(world, started, target, random, value);
    }
    trail.push('end');
    await started.end();
  } catch (error) {
    if (!isKilled()) throw error;
  } finally {
    // Its timers would keep on renewing; a killed client sends nothing.
    await lives?.lease.stop();
  }
}

async function isolated(
  world: IsolationWorld,
  session: IsolatingSession,
  target: Target,
  random: Random,
  value: string,
): Promise<void> {
  const digest = await world.pushOwn(target, value, random() < 0.5);
  const own = await session.createSource(await world.live(target), digest);
  if (random() < 0.8) await world.served(own, digest);
  await session.switchTo(await world.live(target), own, target === 'child');
  if (random() < 0.5)
    await world.flux.eventually('ConfigMap', target, (object) => JSON.stringify(object).includes(value));
  if (random() < 0.3) await world.flux.askFor('Kustomization', 'parent', value);
  if (random() < 0.5) await session.move(world.flux.namespace, own, await world.pushOwn(target, `${value} again`));
}

/** One restore or two at once, some of them killed as well; the last one is not. */
async function restored(world: IsolationWorld, random: Random, trail: string[]): Promise<void> {
  const { client } = world.flux.subject;
  for (let attempts = Math.floor(random() * 3); attempts > 0; attempts -= 1) {
    const kill: Kill = { request: Math.floor(random() * 20), sent: random() < 0.5 };
    trail.push(`restore killed ${kill.sent ? 'behind' : 'before'} request ${kill.request}`);
    const killable = killableClient(client, kill);
    const both = [restoring(killable.client), ...(random() < 0.5 ? [restoring(client)] : [])];
    for (const outcome of await Promise.allSettled(both)) {
      if (outcome.status === 'rejected' && !killable.isKilled()) throw outcome.reason;
    }
  }
  await restoring(client);
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
