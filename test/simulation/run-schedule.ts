import { INVARIANTS } from '../../models/invariants/all.ts';
import type { Evidence, Invariant } from '../../models/invariants/evidence.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import { applyEvent, type EngineState, emptyState, serializeState } from '../../src/engine/engine-state.ts';
import { replay } from '../../src/engine/replay.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { comeToRest, leave } from './come-to-rest.ts';
import type { Answer } from './faults.ts';
import { generateStep } from './generate-step.ts';
import { moodOf } from './mood.ts';
import { Random } from './random.ts';
import type { Commit } from './sampled-commits.ts';
import type { Step } from './step.ts';
import { settle, takeStep } from './take-step.ts';
import { World } from './world.ts';

/** Smaller than in life where that brings more to light in few steps. */
export const SIMULATED_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  targetWaitMs: 120_000,
  targetBackoffMsMax: 20_000,
  targetAttemptsMax: 3,
  watchBackoffMsMax: 8_000,
  breakerFailuresMax: 3,
  breakerOpenMsMin: 2_000,
  breakerOpenMsMax: 8_000,
  collectedPathsMax: 60,
  snapshotEveryEvents: 60,
  logEventsMax: 300,
  sweepIntervalMs: 20_000,
};

/** The world is brought to rest, and looked at, this often on the way. */
const REST_EVERY_STEPS = 100;

export interface Violation {
  readonly invariant: string;
  readonly message: string;
  /** How many steps had been taken, or begun. */
  readonly step: number;
}

export interface ScheduleResult {
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  readonly events: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** As many steps as the seed makes, or these ones. */
  readonly steps: number | readonly Step[];
  /** The watch runs with `--isolate`. */
  readonly isolate?: boolean;
  readonly invariants?: readonly Invariant[];
  /** Go on after a violation, and find the others: at most one of each invariant. */
  readonly findAll?: boolean;
  readonly onFault?: (effect: string, how: Answer) => void;
  readonly onEvidence?: (evidence: Evidence, step: number) => void;
  readonly onViolation?: (violation: Violation) => void;
  readonly onStep?: (step: Step, index: number) => void;
}

/** Runs one schedule from the beginning to its rest. Same seed and steps, same result. */
export async function runSchedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const { seed, onFault = () => {} } = options;
  const violations: Violation[] = [];
  let checkers = (options.invariants ?? INVARIANTS).map(({ name, begin }) => ({
    name,
    check: begin(SIMULATED_LIMITS),
  }));
  const steps: Step[] = [];
  let events = 0;
  const emit = (evidence: Evidence): void => {
    options.onEvidence?.(evidence, steps.length);
    if (evidence.type === 'committed') events += evidence.events.length;
    for (const { name, check } of checkers) {
      const message = check(evidence);
      if (message === undefined) continue;
      const violation = { invariant: name, message, step: steps.length };
      violations.push(violation);
      options.onViolation?.(violation);
      checkers = checkers.filter((other) => other.name !== name);
    }
  };
  const isOver = (): boolean => violations.length > 0 && options.findAll !== true;
  const world = new World(seed, SIMULATED_LIMITS, emit, options.isolate === true);
  const random = new Random(seed);
  const mood = moodOf(random, world.isolates);
  const given = typeof options.steps === 'number' ? undefined : options.steps;
  const count = typeof options.steps === 'number' ? options.steps : options.steps.length;
  world.start();
  await settle(world);
  for (let index = 0; index < count && !isOver(); index += 1) {
    const isRest = given === undefined && index > 0 && index % REST_EVERY_STEPS === 0;
    const step: Step = given?.[index] ?? (isRest ? { do: 'rest' } : generateStep(world, random, mood));
    steps.push(step);
    options.onStep?.(step, index);
    if (step.do === 'rest') await comeToRest(world, isOver);
    else await takeStep(world, step, onFault);
  }
  if (!isOver()) await comeToRest(world, isOver);
  if (!isOver() && world.isolates) await leave(world, isOver);
  if (!isOver()) checkReplay(world, emit);
  world.crash(0);
  return { steps, violations, events };
}

/** The log folded anew: as a start does it, and from the first event where compaction has left it; as far as it goes, and up to some event on the way. */
function checkReplay(world: World, emit: (evidence: Evidence) => void): void {
  const { log } = world;
  const { last, any } = world.commits;
  if (log === undefined || last === undefined || any === undefined) return;
  const compare = ({ seq, state }: Commit, rebuilt: EngineState) =>
    emit({ type: 'rebuilt', seq, rebuilt: serializeState(rebuilt), live: serializeState(state) });
  for (const commit of new Set([last, any])) {
    if (commit.seq < log.firstSeq()) continue;
    compare(commit, replay(log, WATCH_KINDS, { limits: SIMULATED_LIMITS, atSeq: commit.seq }));
  }
  if (log.firstSeq() > 1) return;
  const state = emptyState(SIMULATED_LIMITS);
  for (const event of log.read({ to: last.seq })) {
    applyEvent(state, WATCH_KINDS, event);
    for (const commit of [any, last]) if (commit.seq === event.seq) compare(commit, state);
  }
}
