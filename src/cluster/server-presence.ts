import { FailureError } from '../domain/failure.ts';

/** An API server has read its access rules this long after its first answer, even on a slow machine. */
const STARTING_MS = 10_000;

/**
 * What this client knows of the API server being there. One that has just started answers before it has read its RBAC objects, and
 * refuses with 403 what it grants a second later: after it was away, a 403 is believed only once something was granted or 10 s
 * have passed since its first answer.
 */
export class ServerPresence {
  #wasAway = false;
  #refusedSince: number | undefined;

  /** The server granted a request. */
  granted(): void {
    this.#wasAway = false;
    this.#refusedSince = undefined;
  }

  /** What a failed request is to be taken for. */
  judged(error: FailureError, nowMs: number): FailureError {
    const { failure } = error;
    if (failure.kind === 'unavailable' || failure.kind === 'timeout') {
      this.#wasAway = true;
      this.#refusedSince = undefined;
    }
    if (failure.kind !== 'forbidden' || !this.#wasAway) return error;
    this.#refusedSince ??= nowMs;
    if (nowMs - this.#refusedSince >= STARTING_MS) return error;
    const hint = 'The API server was away and may not have read its access rules yet: it is tried again.';
    return new FailureError({ ...failure, kind: 'unavailable', hint }, { cause: error });
  }
}
