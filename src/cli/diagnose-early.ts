import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import type { ObjectId } from '../domain/target.ts';
import { diagnose } from '../effects/diagnose.ts';
import type { DiagnoseClient } from '../effects/diagnose-context.ts';
import type { Clock } from '../engine/clock.ts';
import type { RunContext } from '../machines/run-context.ts';
import { isOver } from '../machines/run-rules.ts';

/** What fails together is looked at together, and a run that ends soon after is diagnosed as a whole. */
const GATHER_MS = 2000;

export interface EarlyDiagnoses {
  /** To be called after each step of the run. */
  readonly look: (run: RunContext) => void;
  /** Nothing is found any more once this has resolved. */
  readonly stop: () => Promise<void>;
}

/**
 * Diagnoses what fails while others are still waited for: a parent may wait for the health of what has failed for minutes, and nobody should
 * have to sit that out to see the log of a pod. `found` is called with those that have failed and what is behind them, where there is more to
 * tell than their own conditions. Each target is looked at once.
 */
export function earlyDiagnoses({
  client,
  clock,
  signal,
  found,
}: {
  readonly client: DiagnoseClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly found: (diagnosis: Diagnosis, failed: readonly ObjectId[]) => void;
}): EarlyDiagnoses {
  const looked = new Set<ObjectId>();
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  let newest: RunContext | undefined;
  let underWay: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  const due = (): ObjectId[] =>
    newest === undefined || isOver(newest) ? [] : failedIn(newest).filter((id) => !looked.has(id));

  function arm(): void {
    if (cancel !== undefined || underWay !== undefined || ended.aborted || due().length === 0) return;
    cancel = clock.schedule(() => {
      cancel = undefined;
      underWay = report().finally(() => {
        underWay = undefined;
        arm();
      });
    }, GATHER_MS);
  }

  async function report(): Promise<void> {
    const failed = due();
    if (failed.length === 0) return;
    for (const id of failed) looked.add(id);
    const diagnosis = await diagnose(client, { targets: failed, signal: ended });
    if (!ended.aborted && hasMore(diagnosis)) found(diagnosis, failed);
  }

  return {
    look: (run) => {
      newest = run;
      arm();
    },
    stop: async () => {
      over.abort();
      cancel?.();
      await underWay;
    },
  };
}

function failedIn({ targets }: RunContext): ObjectId[] {
  return Object.entries(targets).flatMap(([id, { excluded, phase }]) => (!excluded && phase === 'failed' ? [id] : []));
}

/** Anything but the reasons and messages that the lines of the run have shown already. */
function hasMore({ unreachable, workloads, enginePods, events }: Diagnosis): boolean {
  return unreachable === undefined && workloads.length + enginePods.length + events.length > 0;
}
