import { describe, expect, it } from 'vitest';
import { IsolationWorld, OWN, TARGET } from '../support/isolation-world.ts';

/** Far below the time after which a target that shows nothing is given up: nobody may wait for that. */
const CONVERGED_WITHIN_MS = 29_000;
/** The 30 s after which Flux looks again, and the minute after which the watch does. */
const FOUND_WITHIN_MS = 95_000;
const STEPS_MAX = 8_000;

type Journey = (world: IsolationWorld) => Promise<void>;

async function changedFirst(world: IsolationWorld): Promise<void> {
  await untilLive(world);
  world.save('two');
}

async function changedLater(world: IsolationWorld): Promise<void> {
  await untilLive(world);
  world.save('isolated');
  await untilLive(world);
  world.save('two');
}

/** Of a target that goes after another one. */
const DEPENDENT_JOURNEYS: Readonly<Record<string, Journey>> = {
  'a first change of a dependent': changedFirst,
  'a later change of a dependent': changedLater,
};

/** What is under way when it comes. */
const JOURNEYS: Readonly<Record<string, Journey>> = {
  ...DEPENDENT_JOURNEYS,
  'a first change': changedFirst,
  'a later change': changedLater,
  'a return to its parent': async (world) => {
    await untilLive(world);
    world.save('isolated');
    await untilLive(world);
    world.returnsChild = true;
    world.save('two');
  },
  // What it has is wanted again: nothing moves, so it is asked.
  'a request by its own source': async (world) => {
    await untilLive(world);
    world.save('isolated');
    await untilLive(world);
    world.wantFull();
  },
  'an artifact that cannot be fetched': async (world) => {
    await untilLive(world);
    world.isFetchable = false;
    world.save('two');
  },
};

interface WhatComes {
  readonly act: (world: IsolationWorld) => void;
  /** The target may be given up with the reason, until the next save. */
  readonly mayFail?: boolean;
  /**
   * What the target has is found only by a look at it once it has applied something, and Flux may have sent it away; or the circuit breaker, open for
   * ever longer, holds back for a while what could be sent again.
   */
  readonly mayWait?: boolean;
}

const EVENTS: Readonly<Record<string, WhatComes>> = {
  nothing: { act: () => {} },
  'a save': { act: (world) => world.save('three') },
  'a save and a save back': {
    act: (world) => {
      world.save('three');
      world.save('one');
    },
  },
  'a full reconcile': {
    act: (world) => {
      world.wantFull();
      world.save('three');
    },
  },
  'a change of its own manifest': {
    act: (world) => {
      world.returnsChild = true;
      world.save('three');
    },
  },
  'a crash': { act: (world) => world.crash() },
  'a crash, and a save meanwhile': {
    act: (world) => {
      world.file = 'three';
      world.crash();
    },
  },
  'its removal, and its return': {
    act: (world) => {
      world.delete(TARGET);
      world.createTarget();
      world.save('three');
    },
    mayWait: true,
  },
  'the deletion of its source': { act: (world) => world.delete(OWN) },
  'the loss of its artifact': { act: (world) => world.loseArtifact() },
  'somebody who points it back': {
    act: (world) => world.patch(TARGET, { spec: { sourceRef: { kind: 'OCIRepository', name: 'shop' } } }),
  },
  'a refusal (403)': {
    act: (world) => {
      world.refusal = 'forbidden';
    },
    mayFail: true,
  },
  'a lost answer, and a save': {
    act: (world) => {
      world.losesAnswer = true;
      world.save('three');
    },
  },
  'an outage': {
    act: (world) => {
      world.refusal = 'unavailable';
    },
  },
  'an outage that outlasts all attempts': {
    act: (world) => {
      world.awayUntil = world.clock.now() + 20_000;
    },
    mayWait: true,
  },
  'an outage, and somebody who points it back': {
    act: (world) => {
      world.refusal = 'unavailable';
      world.patch(TARGET, { spec: { sourceRef: { kind: 'OCIRepository', name: 'shop' } } });
    },
  },
};

interface Pace {
  /** The watch brings a change before the answer to the request that made it. */
  readonly watchFirst: boolean;
  /** What is on its way when it comes takes longer than all that follows from it. */
  readonly isSlow: boolean;
}

const PACES: readonly Pace[] = [true, false].flatMap((watchFirst) =>
  [true, false].map((isSlow) => ({ watchFirst, isSlow })),
);

/** With two targets there are twice as many moments: both extremes of them. */
const DEPENDENT_PACES = PACES.filter(({ watchFirst, isSlow }) => watchFirst === isSlow);

/** One thing after the other, and time where nothing else is left. */
async function go(world: IsolationWorld, until: () => boolean, withinMs = CONVERGED_WITHIN_MS): Promise<void> {
  let waited = 0;
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    if ((await world.step()) !== undefined) continue;
    if (until()) return;
    if (waited > withinMs) break;
    waited += 25;
    world.clock.advance(25);
  }
  throw new Error(`no rest after ${waited} ms\n${world.described}`);
}

function untilLive(world: IsolationWorld): Promise<void> {
  return go(world, () => world.isAtRest && world.isLive);
}

/** Walks `journey` and lets `event` come before its step number `at`. Undefined: it has fewer steps. */
async function walked(
  journey: string,
  event: string,
  at: number,
  pace: Pace,
): Promise<{ readonly during: string } | undefined> {
  const world = new IsolationWorld({ ...pace, hasDependency: journey in DEPENDENT_JOURNEYS });
  await JOURNEYS[journey]?.(world);
  world.clock.advance(100);
  for (let step = 0; step < at; step += 1) {
    const done = await world.step();
    if (done === undefined && world.isAtRest) return undefined;
    if (done === undefined) world.clock.advance(25);
  }
  const during = world.isolation;
  const { act, mayFail = false, mayWait = false } = EVENTS[event] ?? { act: () => {} };
  if (pace.isSlow) world.slowDown();
  act(world);
  // The quiet period is over before what is on its way goes on.
  if (pace.isSlow) world.clock.advance(100);
  const withinMs = mayWait ? FOUND_WITHIN_MS : CONVERGED_WITHIN_MS;
  await go(world, () => world.isAtRest && (world.isLive || (mayFail && world.isGivenUp)), withinMs);
  world.isFetchable = true;
  world.refusal = undefined;
  world.awayUntil = 0;
  world.save('last');
  await go(world, () => world.isAtRest && world.isLive, withinMs);
  if (world.tooEarly.length > 0) throw new Error(`before its turn: ${world.tooEarly.join(', ')}\n${world.described}`);
  return { during };
}

describe('whatever comes, and whenever: the newest content is live in the end', () => {
  const seen = new Set<string>();
  for (const journey of Object.keys(JOURNEYS)) {
    it.each(Object.keys(EVENTS))(`during ${journey}: %s`, { timeout: 120_000 }, async (event) => {
      const failures: string[] = [];
      for (const pace of journey in DEPENDENT_JOURNEYS ? DEPENDENT_PACES : PACES) {
        for (let at = 0; ; at += 1) {
          try {
            const done = await walked(journey, event, at, pace);
            if (done === undefined) break;
            seen.add(done.during);
          } catch (error) {
            failures.push(
              `before step ${at}${JSON.stringify(pace)}: ${error instanceof Error ? error.message : String(error)}`,
            );
            if (failures.length > 2) break;
          }
        }
      }
      expect(failures, failures.join('\n\n')).toEqual([]);
    });
  }

  it('in every state that lasts', () => {
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        'creating',
        'dropping',
        'fetched',
        'fetching',
        'isolated',
        'moving',
        'pushing',
        'returning',
        'shared',
        'switching',
      ]),
    );
  });
});
