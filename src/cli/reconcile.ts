import { createClusterClient } from '../cluster/client.ts';
import { systemClock } from '../engine/clock.ts';
import type { RunContext } from '../machines/run-context.ts';
import { everyTargetReady } from '../machines/run-rules.ts';
import { runOf } from '../projections/run-progress.ts';
import { targetLabel } from '../ui/target-label.ts';
import { oneLine } from '../ui/text-width.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import { earlyDiagnoses } from './diagnose-early.ts';
import { diagnoseOnFailure } from './diagnose-on-failure.ts';
import { CommandFailedError } from './errors.ts';
import { EXIT_INTERRUPTED, EXIT_OK } from './exit-codes.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { reconcileOutput } from './reconcile-output.ts';
import { type ReconcileSession, startReconcileSession } from './reconcile-session.ts';
import { settleDrift } from './settle-drift.ts';

/** `reconcile [NAME…]`: asks, waits for the answers to just that, and says with its exit code whether all are Ready. */
export async function runReconcile(options: ReconcileOptions, io: CommandIo): Promise<number> {
  const { limits, json } = options;
  const clock = systemClock;
  const connection = await clusterConnection(options, io);
  const output = reconcileOutput(io, { json, limits, clock });
  const client = createClusterClient(connection, { limits });
  const early = earlyDiagnoses({ client, clock, signal: io.signal, found: output.diagnosed });
  let session: ReconcileSession | undefined;
  try {
    const attempts = { limits, clock, signal: io.signal, onRetry: output.retried };
    await settleDrift(client, options, attempts, output.happened);
    session = await startReconcileSession({
      ...options,
      ...attempts,
      client,
      onHappening: output.happened,
      onStep: (events, state) => {
        output.step(events, state);
        const run = runOf(state);
        if (run !== undefined) early.look(run);
      },
    });
    const run = await unlessInterrupted(io.signal, session.over);
    await early.stop();
    if (run === undefined) return EXIT_INTERRUPTED;
    output.ended(run, session.state);
    if (everyTargetReady(run)) return EXIT_OK;
    const error = notReady(run);
    await diagnoseOnFailure(error, { client, targets: failedIn(run), json }, io);
    throw error;
  } finally {
    await early.stop();
    output.close();
    await session?.stop();
    client.close();
  }
}

async function unlessInterrupted(signal: AbortSignal, over: Promise<RunContext>): Promise<RunContext | undefined> {
  if (signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const interrupt = (): void => resolve(undefined);
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([over, promise]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function failedIn({ targets }: RunContext): string[] {
  return Object.entries(targets).flatMap(([id, { excluded, phase }]) => (excluded || phase === 'ready' ? [] : [id]));
}

/** By name, each with its reason: those that only wait for others last. */
function notReady(run: RunContext): CommandFailedError {
  const failed = failedIn(run);
  const awaited = Object.values(run.targets).filter(({ excluded }) => !excluded).length;
  const described = (isBlocked: boolean): string[] =>
    failed.flatMap((id) => {
      const target = run.targets[id];
      if (target === undefined || (target.phase === 'blocked') !== isBlocked) return [];
      return [`${targetLabel(id)} (${target.reason === '' ? target.phase : oneLine(target.reason)})`];
    });
  return new CommandFailedError(
    `${failed.length} of ${awaited} not Ready: ${[...described(false), ...described(true)].join(', ')}`,
  );
}
