import { type IsolationPlan, isolationPlan } from '../domain/isolation/isolation-plan.ts';
import { unifiedDiff } from '../domain/isolation/unified-diff.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts';
import type { IsolateOptions } from './isolate-options.ts';
import { runIsolatePush } from './isolate-push.ts';
import { isolateJson, isolateText } from './isolate-report.ts';
import { isolateRepository } from './isolate-repository.ts';
import { writeTogether } from './isolate-write.ts';

/** `reconcile-machine isolate`. All files are computed before the first is written. */
export async function runIsolate(options: IsolateOptions, io: CommandIo): Promise<number> {
  const repository = await isolateRepository(options, io.cwd, (text) => io.stderr.write(`warning: ${text}\n`));
  if (options.push) return runIsolatePush(repository, options, io);
  const plan = isolationPlan({ ...repository, limits: options.limits, registry: options.registry });
  const writes = !options.check && !options.dryRun;
  if (writes) writeTogether(repository.root, plan.files);
  if (options.json) createJsonLines(io.stdout)(isolateJson(plan, writes && plan.files.length > 0));
  else if (options.dryRun) io.stdout.write(diffOf(plan) + isolateText(plan, 'comment'));
  else io.stdout.write(isolateText(plan, writes ? 'written' : 'would'));
  return options.check && plan.files.length > 0 ? EXIT_FAILED : EXIT_OK;
}

function diffOf({ files }: IsolationPlan): string {
  return files.map(({ path, before, after }) => unifiedDiff(path, before, after)).join('');
}
