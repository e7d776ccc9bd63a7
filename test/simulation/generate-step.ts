import type { AnyMachineSnapshot } from 'xstate';
import { generateAnswer } from './generate-answer.ts';
import type { Mood } from './mood.ts';
import type { Random } from './random.ts';
import type { Outage, Step } from './step.ts';
import { answerable } from './take-step.ts';
import type { World } from './world.ts';

type Weighted = readonly (readonly [number, () => Step])[];

/** The next step: anything may happen, what is there to be done more often. */
export function generateStep(world: World, random: Random, mood: Mood): Step {
  const { process } = world;
  const pick = random.below(1 << 16);
  if (process === undefined) {
    const choices: Weighted = [
      [20, () => ({ do: 'start' })],
      [3 * mood.files, () => fileStep(random)],
      ...outside(world, random, mood),
    ];
    return random.weighted(choices)?.() ?? { do: 'start' };
  }
  const open = answerable(world);
  // A start that looks for sessions, and each move of a source, are more calls: more than others is to come of them.
  const flow = (world.isolates ? 4 : 1) * mood.progress;
  const choices: Weighted = [
    [open.length > 0 ? 26 * flow : 0, () => generateAnswer(open, random, mood)],
    [
      process.client.watches.some(({ hasNews }) => hasNews) ? 14 * flow : 0,
      () => ({ do: 'tell', pick, count: 1 + random.below(4) }),
    ],
    [world.hints.length > 0 ? 10 : 0, () => ({ do: 'notice', pick, how: random.weighted(NOTICES) ?? 'tell' })],
    [world.unwritten.length > 0 ? 8 : 0, () => ({ do: 'write-on', count: 1 + random.below(world.unwritten.length) })],
    [10 * mood.progress, () => ({ do: 'pass', ms: random.pick([10, 80, 80, 300, 1_500, 4_000, 20_000]) })],
    [waitWeight(world), () => ({ do: 'wait', ms: random.pick(LONG_MS) })],
    [7 * mood.files, () => fileStep(random)],
    // What is saved between a decision and its push must not go out with it.
    [open.some(({ effect }) => effect === 'runHooks') ? 5 * mood.files : 0, () => savedMeanwhile(random)],
    // What is saved while a request is out is wanted once that is answered.
    [open.some(({ effect }) => effect === 'askTarget') ? 4 * mood.files : 0, () => fileStep(random)],
    [1.2 * mood.crashes, () => crashStep(random)],
    // Generators are asked seldom, and whoever asked them must be seen to die, too.
    [open.some(({ effect }) => effect === 'askGenerators') ? 3 * mood.crashes : 0, () => crashStep(random)],
    [1.5 * mood.faults, () => faultStep(world, random, pick)],
    [0.3, () => ({ do: 'retry', pick })],
    ...retryOfWaiting(world),
    [0.2, () => ({ do: 'full' })],
    ...outside(world, random, mood),
  ];
  return random.weighted(choices)?.() ?? { do: 'pass', ms: 80 };
}

/** Long enough for a request that nobody answers to be given up, and for whatever waits for a controller. */
const LONG_MS = [40_000, 130_000] as const;

/** What a machine hardly ever waits for as long as it may, a probe or an artifact that a generator makes, is left waiting more often. */
function waitWeight(world: World): number {
  for (const { value } of machinesOf(world).values()) {
    if (value === 'generating') return 4;
    if (typeof value === 'object' && (value['half-open'] === 'probing' || value.requested === 'awaiting-artifact'))
      return 4;
  }
  return 0.15;
}

/** Somebody who sees that a target waits for its next try does not. */
function retryOfWaiting(world: World): Weighted {
  const machines = machinesOf(world);
  // Hardly ever does one, and this is asked at every step.
  if (![...machines.values()].some(({ value }) => value === 'backoff')) return [];
  const pick = world.targets.findIndex((id) => machines.get(`target/${id}`)?.value === 'backoff');
  return pick < 0 ? [] : [[3, () => ({ do: 'retry', pick })]];
}

function machinesOf(world: World) {
  return world.process?.engine?.state.machines ?? new Map<string, AnyMachineSnapshot>();
}

const NOTICES = [
  [14, 'tell'],
  [1, 'lose'],
  [1, 'double'],
  [0.5, 'rescan'],
] as const;

/** What others do to what is isolated, and ends of sessions, which put it back. */
function aboutIsolation(world: World, pick: number): Weighted {
  if (!world.isolates) return [];
  return [
    [0.5, () => ({ do: 'other-session', pick })],
    [0.3, () => ({ do: 'delete-own-source', pick })],
    [0.3, () => ({ do: 'put-source-back', pick })],
    [0.3, () => ({ do: 'collect-artifact', pick })],
    [0.2, () => ({ do: 'restore', pick })],
    [world.process?.isWatching === true ? 0.5 : 0, () => ({ do: 'stop' })],
  ];
}

function outside(world: World, random: Random, mood: Mood): Weighted {
  const pick = random.below(1 << 16);
  const controllers = world.sources.moves().length + world.flux.moves().length;
  return [
    [controllers > 0 ? 14 * mood.progress * mood.controllers : 0, () => ({ do: 'control', pick })],
    [2.5 * mood.cluster, () => ({ do: random.weighted(CLUSTER_STEPS) ?? 'ask', pick })],
    [
      0.15 * mood.cluster,
      () => ({ do: random.pick(['suspend-source', 'resume-source', 'resume-source', 'restart-controllers']) }),
    ],
    [1.5 * mood.faults, () => ({ do: 'compact' })],
    [0.02 * mood.crashes, () => ({ do: 'other-cluster' })],
    ...aboutIsolation(world, pick),
  ];
}

const CLUSTER_STEPS = [
  [2, 'suspend'],
  [3, 'resume'],
  [2, 'slow'],
  [2, 'fail'],
  [3, 'recover'],
  [2, 'ask'],
  [1.5, 'create'],
  [0.7, 'remove'],
  [0.8, 'repath'],
  [1, 'reset'],
] as const;

const FILE_STEPS = [
  [10, 'save'],
  [2, 'touch'],
  [2, 'revert'],
  [1, 'rename'],
  [1, 'delete'],
  [1, 'break'],
  [1, 'write-notes'],
] as const;

function fileStep(random: Random): Step {
  const pick = random.below(1 << 16);
  const value = random.below(16);
  return (
    random.weighted<() => Step>([
      [18, () => ({ do: random.weighted(FILE_STEPS) ?? 'save', pick, value })],
      [2, () => ({ do: 'rewire', pick, value })],
      [0.8, () => ({ do: 'move-directory', pick })],
      [0.8, () => ({ do: 'checkout', pick, files: random.pick([1, 3, 8, 8, 20]), isLocked: random.chance(0.7) })],
      [0.01, () => ({ do: 'checkout', pick, files: 500, isLocked: true })],
    ])?.() ?? { do: 'save', pick, value }
  );
}

function savedMeanwhile(random: Random): Step {
  const [pick, value] = [random.below(1 << 16), random.below(16)];
  return random.chance(0.3) ? { do: 'write-notes', pick, value } : fileStep(random);
}

function crashStep(random: Random): Step {
  const reached = random.below(1 << 16);
  return (
    random.weighted<() => Step>([
      [5, () => ({ do: 'crash', reached })],
      [
        5,
        () => ({
          do: 'crash-at-append',
          how: random.pick(['lost-crash', 'torn-crash', 'written-crash', 'written-crash']),
          reached,
        }),
      ],
      [1, () => ({ do: 'stop' })],
    ])?.() ?? { do: 'crash', reached }
  );
}

function faultStep(world: World, random: Random, pick: number): Step {
  const of: Outage = random.pick<Outage>(['api', 'registry', 'read-only']);
  return (
    random.weighted<() => Step>([
      [6, () => ({ do: 'close-watch', pick, how: random.pick(['end', 'lost', 'gone', 'bookmark']) })],
      [world.outages.size > 0 ? 12 : 0, () => ({ do: 'outage', of: [...world.outages][0] ?? of, isOn: false })],
      [2, () => ({ do: 'outage', of, isOn: true })],
      [3, () => ({ do: 'break-log', how: random.pick(['refused', 'torn']), appends: 1 + random.below(3) })],
    ])?.() ?? { do: 'compact' }
  );
}
