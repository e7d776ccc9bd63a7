import type { AnyMachineSnapshot } from 'xstate';
import { type Dependency, type Failure, FailureError, isOutage } from '../domain/failure.ts';
import type { Engine, Outcome } from '../engine/engine.ts';
import type { BreakerContext } from '../machines/breaker.ts';
import { breakerMachineId } from '../machines/messages.ts';

/**
 * Calls an external system and turns what it throws into data. The system's circuit breaker is asked first and told afterwards: while
 * it is open nothing is sent and the failure says when the next probe may go.
 */
export async function call<T>(
  engine: Pick<Engine, 'state' | 'dispatch'>,
  dependency: Dependency,
  now: () => number,
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: Failure }> {
  const breaker = breakerMachineId(dependency);
  const closed = breakerFailure(engine.state.machines.get(breaker), dependency, now());
  if (closed !== undefined) return { failure: closed };
  if (engine.state.machines.get(breaker)?.matches({ 'half-open': 'waiting' }))
    engine.dispatch({ machine: breaker, type: 'ProbeStarted' });
  try {
    const value = await run();
    if (hasFailures(engine.state.machines.get(breaker))) engine.dispatch({ machine: breaker, type: 'CallSucceeded' });
    return { value };
  } catch (error) {
    const failure = failureOf(error, dependency);
    // An answer, even a refusal, shows that the system is there.
    if (isOutage(failure)) engine.dispatch({ machine: breaker, type: 'CallFailed', failure });
    else if (hasFailures(engine.state.machines.get(breaker)))
      engine.dispatch({ machine: breaker, type: 'CallSucceeded' });
    return { failure };
  }
}

/** For handlers: the outcome of a call, as the event named for it. */
export function outcomeOf<T>(
  result: { readonly value: T } | { readonly failure: Failure },
  succeeded: (value: T) => Outcome,
  failedType: string,
): Outcome {
  return 'failure' in result ? { type: failedType, failure: result.failure } : succeeded(result.value);
}

export function failureOf(error: unknown, dependency?: Dependency): Failure {
  if (error instanceof FailureError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  // An error that carries a hint was written for the user.
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {};
  return { kind: 'internal', message, ...hint, ...(dependency === undefined ? {} : { dependency }) };
}

function breakerFailure(
  snapshot: AnyMachineSnapshot | undefined,
  dependency: Dependency,
  now: number,
): Failure | undefined {
  if (snapshot === undefined || snapshot.matches('closed') || snapshot.matches({ 'half-open': 'waiting' }))
    return undefined;
  const { probeAt, lastFailure } = snapshot.context as BreakerContext;
  const name = dependency === 'registry' ? 'the registry' : 'the API server';
  return {
    kind: 'breaker-open',
    dependency,
    message: `${name} failed repeatedly; requests are held back for a while${lastFailure === undefined ? '' : ` (${lastFailure.message})`}`,
    retryAfterMs: Math.max(100, probeAt - now),
  };
}

function hasFailures(snapshot: AnyMachineSnapshot | undefined): boolean {
  return snapshot !== undefined && (snapshot.context as BreakerContext).failures > 0;
}
