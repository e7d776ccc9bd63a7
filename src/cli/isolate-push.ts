import { pushClosureArtifacts } from '../effects/closure-artifact.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts';
import type { IsolateOptions } from './isolate-options.ts';
import { plannedPushes } from './isolate-planned-pushes.ts';
import { type PushReport, pushedJson, pushedText } from './isolate-push-report.ts';
import type { IsolateRepository } from './isolate-repository.ts';

/** `reconcile-machine isolate --push`: the artifacts of all targets that have a source of their own. One that fails holds up no other. */
export async function runIsolatePush(
  repository: IsolateRepository,
  options: IsolateOptions,
  io: CommandIo,
): Promise<number> {
  const { pushes, unpushable } = plannedPushes(repository, options.registry);
  if (pushes.length === 0 && unpushable.length === 0) {
    const message = `no Kustomization in ${repository.root} has a source of its own`;
    throw new CommandFailedError(message, 'write them first: reconcile-machine isolate');
  }
  const { limits } = options;
  const outcomes = options.dryRun ? [] : await pushClosureArtifacts(pushes, { limits, signal: io.signal });
  const reports = pushes.map((push, index): PushReport => ({ push, outcome: outcomes[index] }));
  if (options.json) createJsonLines(io.stdout)(pushedJson(reports, unpushable));
  else io.stdout.write(pushedText(reports, unpushable));
  const failed = unpushable.length > 0 || outcomes.some((outcome) => 'failure' in outcome);
  return failed ? EXIT_FAILED : EXIT_OK;
}
