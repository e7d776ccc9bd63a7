import type { Clock } from '../../src/cluster/clock.ts';
import { findIsolations } from '../../src/effects/find-isolations.ts';
import { restoreIsolations } from '../../src/effects/restore-isolation.ts';
import { type CallDescription, OpenCalls } from './open-calls.ts';
import { SimulatedClient } from './simulated-client.ts';
import type { World } from './world.ts';

/** Calls that are answered at once, and well. */
class AnsweredCalls extends OpenCalls {
  override async make<T>({ reach }: CallDescription<T>): Promise<T> {
    return reach();
  }
}

/** A person's `restore` from another machine: puts back what dead sessions left, in no time. */
export async function restoreAll(world: World): Promise<void> {
  const { cluster } = world;
  const sent = () => ({ effect: 'restore', owner: 'restore' });
  const client = new SimulatedClient(cluster, new AnsweredCalls(), { sent, reached: () => {} }, () => world.clock.now);
  const clock = ownClock(world.clock.now);
  await world.own.byOthers(async () => {
    const found = await findIsolations(client, { clock });
    const dead = found.sessions.filter(({ state }) => state === 'dead').map(({ session }) => session);
    await restoreIsolations(client, found, { sessions: new Set(dead), claimant: 'laptop/0', clock });
  });
}

/** It goes on by what is waited for, and nobody else's does. */
function ownClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    schedule: (callback, delayMs) => {
      let isOver = false;
      queueMicrotask(() => {
        if (isOver) return;
        nowMs += delayMs;
        callback();
      });
      return () => {
        isOver = true;
      };
    },
  };
}
