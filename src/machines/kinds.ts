import type { AnyStateMachine } from 'xstate';
import { breakerMachine } from './breaker.ts';
import { isolationMachine } from './isolation.ts';
import { sourceMachine } from './source.ts';
import { targetMachine } from './target.ts';
import { watchMachine } from './watch.ts';

/** The statechart behind each machine id, by the id's first segment. */
export const WATCH_KINDS: Readonly<Record<string, AnyStateMachine>> = {
  watch: watchMachine,
  source: sourceMachine,
  target: targetMachine,
  isolation: isolationMachine,
  breaker: breakerMachine,
};
