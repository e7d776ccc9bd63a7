import { LEASE_DURATION_SECONDS } from '../../domain/isolation/session-lease.ts';
import type { Clock } from '../../engine/clock.ts';

/** As long as the Lease of a session that died lets it look alive. */
const AGAIN_AFTER_MS = LEASE_DURATION_SECONDS * 1_000;

/**
 * Calls `settle` again and again while `isNeeded`: what a start could not settle, since the API server failed or a dead session still looked
 * alive, would keep its targets from this session for good. `settle` must not reject.
 */
export function settleAgain(options: {
  readonly clock: Clock;
  readonly isNeeded: () => boolean;
  readonly settle: () => Promise<unknown>;
}): { stop(): Promise<void> } {
  const { clock, isNeeded, settle } = options;
  let isOver = false;
  let underway: Promise<unknown> = Promise.resolve();
  let cancel = later();

  function later(): () => void {
    return clock.schedule(() => {
      underway = look();
    }, AGAIN_AFTER_MS);
  }

  async function look(): Promise<void> {
    if (isNeeded()) await settle();
    if (!isOver) cancel = later();
  }

  return {
    stop: async () => {
      isOver = true;
      cancel();
      await underway;
    },
  };
}
