import type { AnyStateMachine } from 'xstate';
import { breakerMachine } from './breaker.ts';
import { releaseMachine } from './release.ts';
import { runMachine } from './run.ts';
import { RUN } from './run-context.ts';
import { sourceMachine } from './source.ts';
import { targetMachine } from './target.ts';

/** The statecharts of a `reconcile`: those of a watch, with a run in the place of the watch, and the HelmReleases it recovers. */
export const RECONCILE_KINDS: Readonly<Record<string, AnyStateMachine>> = {
  [RUN]: runMachine,
  source: sourceMachine,
  target: targetMachine,
  release: releaseMachine,
  breaker: breakerMachine,
};
