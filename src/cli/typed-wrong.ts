import { FailureError } from '../domain/failure.ts';
import { UsageError } from './errors.ts';

/**
 * What `work` finds wrong with a value that stands on the command line is the caller's to correct: a usage error, with the same words. Without
 * such a value (`typed` undefined), and for what comes from outside, the failure stays what it is.
 */
export async function asTyped<T>(typed: string | undefined, work: () => T | Promise<T>, hint?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const wrong =
      typed !== undefined &&
      error instanceof FailureError &&
      (error.failure.kind === 'invalid' || error.failure.kind === 'not-found');
    if (!wrong) throw error;
    throw new UsageError(error.failure.message, error.failure.hint ?? hint, { cause: error });
  }
}
