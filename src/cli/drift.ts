import { createClusterClient } from '../cluster/client.ts';
import type { DriftReport } from '../domain/drift/tag-drift.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { type DriftOutcome, findDrift, repairDrift } from '../effects/drift.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import { driftJson, driftLine, outcomeLine, whyNotCompared, withoutNeedlessWarnings } from './drift-report.ts';
import type { EngineName } from './engine-option.ts';
import { CommandFailedError, UsageError } from './errors.ts';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts';
import type { ClusterOptions, TagOptions } from './options.ts';

export interface DriftCommandOptions extends ClusterOptions, TagOptions {
  readonly engine: EngineName | undefined;
  readonly repair: boolean;
  readonly json: boolean;
}

/** `drift [--repair]`: 1 where something differs and is left so. */
export async function runDrift(options: DriftCommandOptions, io: CommandIo): Promise<number> {
  const { tag } = options;
  if (tag === undefined) {
    throw new UsageError(
      'no tag is configured to compare with',
      'give --tag NAME, or set workload.tag in reconcile-machine.yaml',
    );
  }
  const connection = await clusterConnection(options, io);
  const client = createClusterClient(connection, { limits: DEFAULT_LIMITS });
  try {
    const asked = { ...options, tag, signal: io.signal };
    const { report, outcomes } = options.repair
      ? await repairDrift(client, asked)
      : { report: await findDrift(client, asked), outcomes: undefined };
    assertSomething(report, connection.server, options);
    const shown = outcomes === undefined ? undefined : withoutNeedlessWarnings(outcomes);
    if (options.json) createJsonLines(io.stdout)(driftJson(report, shown));
    else io.stdout.write(`${lines(report, shown).join('\n')}\n`);
    const isLeft = outcomes?.some(({ outcome }) => outcome !== 'repaired') ?? report.drifts.length > 0;
    return isLeft ? EXIT_FAILED : EXIT_OK;
  } finally {
    client.close();
  }
}

function lines(report: DriftReport, outcomes: readonly DriftOutcome[] | undefined): string[] {
  if (report.drifts.length === 0) return report.same.map(({ id, field }) => `${id} ${field} is ${report.tag}`);
  if (outcomes !== undefined) return outcomes.map(outcomeLine);
  // With --repair alone another tag than the one on this line would count.
  return [...report.drifts.map(driftLine), '', 'to set it right, add --repair to the same line'];
}

function assertSomething(report: DriftReport, server: string, options: DriftCommandOptions): void {
  const why = whyNotCompared(report, options);
  if (why !== undefined) throw new CommandFailedError(`the cluster ${server} ${why.text}`, why.hint);
}
