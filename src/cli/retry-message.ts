import type { FailedAttempt } from '../effects/attempted.ts';
import type { Happening } from '../ui/happening.ts';
import { formatElapsed } from '../ui/quantity.ts';

/** What is said of an attempt that failed and is followed by another. */
export function retryMessage(failed: FailedAttempt): Extract<Happening, { readonly type: 'message' }> {
  const { attempt, attemptsMax, failure, inMs } = failed;
  return {
    type: 'message',
    level: 'warning',
    text: `attempt ${attempt} of ${attemptsMax} failed: ${failure.message}; the next in ${formatElapsed(inMs)}`,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  };
}
