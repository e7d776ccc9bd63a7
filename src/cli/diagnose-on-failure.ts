import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import type { ObjectId } from '../domain/target.ts';
import { diagnose } from '../effects/diagnose.ts';
import type { DiagnoseClient } from '../effects/diagnose-context.ts';
import { renderDiagnosis } from '../ui/render-diagnosis.ts';
import { createStyle, supportsUnicode } from '../ui/style.ts';
import type { CommandIo } from './command.ts';
import { errorReport, formatErrorReport } from './error-report.ts';

/**
 * For a command that has failed: the error, what a look at the cluster finds of it, both on stderr; `main` prints the error again at the end.
 * With `json` the diagnosis is one line of JSON. An unreachable cluster adds nothing, nor does one in which nothing is found. Never rejects; takes 15 s at most.
 */
export async function diagnoseOnFailure(
  error: unknown,
  input: { readonly client: DiagnoseClient; readonly targets: readonly ObjectId[]; readonly json: boolean },
  io: Pick<CommandIo, 'stderr' | 'env' | 'color' | 'signal'>,
): Promise<void> {
  if (io.signal.aborted) return;
  const { client, targets, json } = input;
  const diagnosis = await diagnose(client, { signal: io.signal, ...(targets.length === 0 ? {} : { targets }) });
  // What could not be asked may well be Ready: that all is well would only be confusing beside the error.
  if (diagnosis.unreachable !== undefined || io.signal.aborted || isEmpty(diagnosis)) return;
  if (json) {
    io.stderr.write(`${JSON.stringify({ diagnosis })}\n`);
    return;
  }
  const style = createStyle({ color: io.color, unicode: supportsUnicode(io.env), width: Number.POSITIVE_INFINITY });
  const report = formatErrorReport(errorReport(error, io.env), { json: false, color: io.color });
  io.stderr.write(`${report}\n${renderDiagnosis(diagnosis, style).join('\n')}\n\n`);
}

function isEmpty({ resources, workloads, enginePods, events, cycles, skipped, complete }: Diagnosis): boolean {
  const found = [resources, workloads, enginePods, events, cycles, skipped];
  return complete && found.every(({ length }) => length === 0);
}
