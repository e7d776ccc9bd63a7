import { type Answer, FAULTS_OF } from './faults.ts';
import type { Mood } from './mood.ts';
import type { OpenCall } from './open-calls.ts';
import type { Random } from './random.ts';
import type { StepOf } from './step.ts';

/** How often at least a call of these fails where calls fail at all: they are made seldom, and each must meet every fault. */
const FAULTS_AT_LEAST: Readonly<Record<string, number>> = {
  askGenerators: 0.7,
  askTarget: 0.4,
  askSource: 0.4,
  readConfig: 0.4,
  pushArtifact: 0.25,
  pushClosure: 0.2,
  'create OCIRepository': 0.3,
  'patch OCIRepository': 0.3,
  'delete OCIRepository': 0.5,
  'get Kustomization': 0.6,
  'patch Kustomization': 0.3,
  'get Lease': 0.6,
  'delete Lease': 0.4,
  // What is composed of the source is known only where generators may be listed.
  'list ArtifactGenerator': 0.4,
};

/** Faults that pass by themselves and come in a row: what a breaker opens for, and what a watch gives up for. */
const IN_A_ROW = ['unavailable', 'timeout', 'throttled', 'server-error'] as const;

/** Which of the calls under way ends, and how. */
export function generateAnswer(open: readonly OpenCall[], random: Random, mood: Mood): StepOf<'answer'> {
  return inBurst(open, random, mood) ?? anyAnswer(open, random, mood);
}

function anyAnswer(open: readonly OpenCall[], random: Random, mood: Mood): StepOf<'answer'> {
  const pick = random.below(1 << 16);
  let index = pick % Math.max(1, open.length);
  if (open[index]?.effect === mood.slowEffect && random.chance(0.9)) {
    const others = open.flatMap(({ effect }, at) => (effect === mood.slowEffect ? [] : [at]));
    index = others[pick % Math.max(1, others.length)] ?? index;
  }
  const call = open[index];
  if (call === undefined) return { do: 'answer', pick: index, how: 'ok' };
  const { effect, owner } = call;
  const atLeast = mood.faults > 0 ? (FAULTS_AT_LEAST[effect] ?? FAULTS_AT_LEAST[`${effect} ${owner}`]) : undefined;
  const isFault = random.chance(Math.max(mood.faults, atLeast ?? 0));
  return { do: 'answer', pick: index, how: isFault ? faultOf(call, random, atLeast !== undefined) : 'ok' };
}

/** What passes by itself is met more often than what somebody must put right. */
function faultOf({ dependency }: OpenCall, random: Random, isSeldom: boolean): Answer {
  const faults = FAULTS_OF[dependency];
  const count = !isSeldom && random.chance(0.6) ? Math.min(5, faults.length) : faults.length;
  return faults[random.below(count)] ?? 'ok';
}

/** One failure again and again, of one kind of call, as it is when the other side is gone for a while. */
function inBurst(open: readonly OpenCall[], random: Random, mood: Mood): StepOf<'answer'> | undefined {
  if (mood.burst === undefined) {
    const [call] = open;
    if (call === undefined || !random.chance(mood.bursts)) return undefined;
    const { effect } = open[random.below(open.length)] ?? call;
    mood.burst = { effect, how: random.pick(IN_A_ROW), left: 3 + random.below(4) };
  }
  const { effect, how, left } = mood.burst;
  const index = open.findIndex((call) => call.effect === effect);
  if (index < 0 || random.chance(0.2)) return undefined;
  mood.burst = left > 1 ? { effect, how, left: left - 1 } : undefined;
  return { do: 'answer', pick: index, how };
}
