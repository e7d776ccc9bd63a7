import type { Answer } from './faults.ts';
import type { Random } from './random.ts';

/** How much of everything there is in one run: some are calm, some are all faults, some are about files, some about the cluster. */
export interface Mood {
  readonly faults: number;
  /** How often a burst of one failure begins. */
  readonly bursts: number;
  readonly crashes: number;
  readonly files: number;
  readonly cluster: number;
  readonly progress: number;
  /** How much the controllers do: where it is next to nothing, what waits for them waits long. */
  readonly controllers: number;
  /** Calls of this effect hang about while others come back. */
  readonly slowEffect: string | undefined;
  /** What fails just now, and how often yet. */
  burst: { readonly effect: string; readonly how: Answer; readonly left: number } | undefined;
}

export function moodOf(random: Random, isolates = false): Mood {
  const faults = random.pick([0, 0.05, 0.15, 0.4]);
  return {
    faults,
    bursts: faults === 0 ? 0 : random.pick([0, 0.02, 0.1]),
    crashes: random.pick([0, 0.3, 1, 3]),
    files: random.pick([0.5, 1, 2]),
    cluster: random.pick([0, 0.5, 1.5]),
    progress: random.pick([0.6, 1, 2]),
    controllers: random.pick([1, 1, 1, 1, 0.03]),
    slowEffect: random.pick([...([undefined, undefined, undefined] as const), ...(isolates ? SLOW_ISOLATED : SLOW)]),
    burst: undefined,
  };
}

const SLOW = ['askTarget', 'askTarget', 'pushArtifact', 'sweep', 'runHooks', 'resolveTargets'] as const;
const SLOW_ISOLATED = [
  ...['pushClosure', 'create OCIRepository', 'patch OCIRepository', 'patch Kustomization'],
  ...['pushArtifact', 'resolveTargets'],
] as const;
