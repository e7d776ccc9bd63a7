import { type Failure, FailureError } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { Clock } from '../engine/clock.ts';
import { Engine, type Outcome } from '../engine/engine.ts';
import { createMemoryLog } from '../engine/memory-log.ts';
import { type AttemptsContext, attemptsMachine } from '../machines/attempts.ts';
import { stateName } from '../machines/state-name.ts';
import { failureOf } from './call.ts';

/** An attempt that failed and is followed by another. */
export interface FailedAttempt {
  /** From 1. */
  readonly attempt: number;
  readonly attemptsMax: number;
  readonly failure: Failure;
  readonly inMs: number;
}

export interface AttemptOptions {
  /** `limits.targetWaitMs` bounds one attempt. */
  readonly limits: Limits;
  readonly clock: Clock;
  /** Ends it at once, whatever it does. */
  readonly signal: AbortSignal;
  readonly onRetry: (failed: FailedAttempt) => void;
}

/**
 * Carries out `work`, again where it fails in a way that may pass, as the attempts machine decides. Rejects with what the last attempt failed
 * with, or with the signal's reason. `what` completes the sentence "cannot …".
 */
export function attempted<T>(
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  options: AttemptOptions,
): Promise<T> {
  const { limits, clock, signal } = options;
  const machine = `attempts/${what}`;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let running = new AbortController();
  let result: { readonly value: T } | undefined;
  let thrown: unknown;
  /** The attempt whose failure was told last. */
  let told = 0;

  async function attempt({ attempt: number }: { attempt: number }): Promise<Outcome> {
    const own = new AbortController();
    running = own;
    try {
      const value = await work(AbortSignal.any([own.signal, signal]));
      result ??= { value };
      return { type: 'AttemptSucceeded', attempt: number };
    } catch (error) {
      if (running === own) thrown = error;
      return { type: 'AttemptFailed', attempt: number, failure: failureOf(error) };
    }
  }

  function look(): void {
    const snapshot = engine.state.machines.get(machine);
    if (snapshot === undefined) return;
    const { attempt: number, failure } = snapshot.context as AttemptsContext;
    switch (stateName(snapshot)) {
      case 'backoff': {
        if (failure === undefined || told === number) return;
        told = number;
        // An attempt that took too long may still be at it.
        running.abort();
        const dueAt = engine.state.timers.get(`${machine}#backoff`)?.dueAt ?? clock.now();
        options.onRetry({ attempt: number, attemptsMax: limits.attemptsMax, failure, inMs: dueAt - clock.now() });
        return;
      }
      case 'succeeded':
        if (result !== undefined) resolve(result.value);
        end();
        return;
      case 'failed':
        running.abort();
        // What is no failure of an outside system is told as it was thrown.
        reject(failure === undefined || failure.kind === 'internal' ? (thrown ?? failure) : new FailureError(failure));
        end();
        return;
    }
  }

  function end(): void {
    engine.stop();
    signal.removeEventListener('abort', interrupt);
  }
  function interrupt(): void {
    reject(signal.reason);
    end();
  }

  const engine = new Engine({
    log: createMemoryLog(),
    clock,
    kinds: { attempts: attemptsMachine },
    limits,
    effects: { attempt },
    onCommit: (events) => {
      if (events.some((event) => event.machine === machine && event.type !== 'EffectRequested')) look();
    },
  });
  if (signal.aborted) interrupt();
  else {
    signal.addEventListener('abort', interrupt, { once: true });
    engine.start();
    engine.dispatch({ machine, type: 'AttemptsWanted' });
  }
  return promise;
}
