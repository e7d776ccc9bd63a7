import { describe, expect, it } from 'vitest';
import { type Failure, FailureError } from '../../src/domain/failure.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { attempted, type FailedAttempt } from '../../src/effects/attempted.ts';
import { settle } from '../support/settle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const REFUSED: Failure = { kind: 'unavailable', message: 'ECONNREFUSED' };

class Trial {
  readonly clock = new VirtualClock();
  readonly retries: FailedAttempt[] = [];
  readonly abort = new AbortController();
  readonly startedAt: number[] = [];
  readonly signals: AbortSignal[] = [];
  outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;

  run(work: (attempt: number) => unknown, limits = DEFAULT_LIMITS): void {
    const from = this.clock.now();
    attempted(
      'push',
      async (signal) => {
        this.startedAt.push(this.clock.now() - from);
        this.signals.push(signal);
        return work(this.startedAt.length);
      },
      { limits, clock: this.clock, signal: this.abort.signal, onRetry: (retry) => this.retries.push(retry) },
    ).then(
      (value) => {
        this.outcome = { value };
      },
      (error: unknown) => {
        this.outcome = { error };
      },
    );
  }

  async pass(ms: number): Promise<void> {
    await settle();
    this.clock.advance(ms);
    await settle();
  }
}

function failing(...failures: readonly Failure[]): (attempt: number) => string {
  return (attempt) => {
    const failure = failures[attempt - 1];
    if (failure !== undefined) throw new FailureError(failure);
    return 'done';
  };
}

describe('attempted', () => {
  it('tries three times, 5 s and 10 s apart, and says so each time', async () => {
    const trial = new Trial();
    trial.run(failing(REFUSED, REFUSED));
    await trial.pass(4_999);
    expect(trial.startedAt).toEqual([0]);
    await trial.pass(1);
    await trial.pass(10_000);
    expect(trial.startedAt).toEqual([0, 5_000, 15_000]);
    expect(trial.retries.map(({ attempt, inMs }) => [attempt, inMs])).toEqual([
      [1, 5_000],
      [2, 10_000],
    ]);
    expect(trial.outcome).toEqual({ value: 'done' });
  });

  it('gives up after the third, with what that one failed with', async () => {
    const trial = new Trial();
    trial.run(failing(REFUSED, REFUSED, { kind: 'unavailable', message: 'HTTP 503' }));
    for (const ms of [5_000, 10_000, 60_000]) await trial.pass(ms);
    expect(trial.startedAt).toHaveLength(3);
    expect(trial.outcome?.error).toMatchObject({ failure: { message: 'HTTP 503' } });
  });

  it('waits at least as long as Retry-After says', async () => {
    const trial = new Trial();
    trial.run(failing({ kind: 'throttled', message: 'HTTP 429', retryAfterMs: 42_000 }));
    await trial.pass(41_999);
    expect(trial.startedAt).toEqual([0]);
    await trial.pass(1);
    expect(trial.startedAt).toEqual([0, 42_000]);
  });

  it('doubles no further than 30 s', async () => {
    const trial = new Trial();
    trial.run(failing(REFUSED, REFUSED, REFUSED, REFUSED, REFUSED), { ...DEFAULT_LIMITS, attemptsMax: 6 });
    for (const ms of [5_000, 10_000, 20_000, 30_000, 30_000]) await trial.pass(ms);
    expect(trial.startedAt).toEqual([0, 5_000, 15_000, 35_000, 65_000, 95_000]);
  });

  it.each(['unauthorized', 'forbidden', 'not-found', 'invalid', 'conflict', 'disk'] as const)(
    'does not try again what is %s, whatever digits its message holds',
    async (kind) => {
      const trial = new Trial();
      trial.run(failing({ kind, message: 'HTTP 503 ECONNREFUSED 5xx' }));
      await trial.pass(60_000);
      expect(trial.startedAt).toEqual([0]);
      expect(trial.outcome?.error).toMatchObject({ failure: { kind } });
    },
  );

  it('ends an attempt that takes longer than the deadline, and tries again', async () => {
    const trial = new Trial();
    const limits = { ...DEFAULT_LIMITS, targetWaitMs: 2_000 };
    trial.run((attempt) => (attempt === 1 ? new Promise(() => undefined) : 'done'), limits);
    await trial.pass(2_000);
    expect(trial.signals[0]?.aborted).toBe(true);
    expect(trial.retries.map(({ failure }) => failure.kind)).toEqual(['timeout']);
    await trial.pass(5_000);
    expect(trial.outcome).toEqual({ value: 'done' });
  });

  it('takes no late failure of an overdue attempt for that of the next one', async () => {
    const trial = new Trial();
    const limits = { ...DEFAULT_LIMITS, targetWaitMs: 2_000 };
    let failLate: (error: unknown) => void = () => undefined;
    trial.run(
      (attempt) =>
        attempt === 1
          ? new Promise((_, reject) => {
              failLate = reject;
            })
          : new Promise(() => undefined),
      limits,
    );
    await trial.pass(2_000);
    await trial.pass(5_000);
    failLate(new FailureError({ kind: 'forbidden', message: 'late' }));
    await trial.pass(0);
    expect(trial.startedAt).toHaveLength(2);
    expect(trial.outcome).toBeUndefined();
  });

  it('ends at once when it is interrupted, also between two attempts', async () => {
    const trial = new Trial();
    trial.run(failing(REFUSED));
    await trial.pass(1_000);
    trial.abort.abort(new Error('Ctrl-C'));
    await trial.pass(60_000);
    expect(trial.startedAt).toEqual([0]);
    expect(trial.outcome).toEqual({ error: new Error('Ctrl-C') });
    expect(trial.clock.pending).toBe(0);
  });

  it('throws what is a defect as it is, without another attempt', async () => {
    const trial = new Trial();
    const defect = new TypeError('undefined is not a function');
    trial.run(() => {
      throw defect;
    });
    await trial.pass(60_000);
    expect(trial.startedAt).toEqual([0]);
    expect(trial.outcome?.error).toBe(defect);
  });
});
