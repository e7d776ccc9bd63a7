import { createClusterClient } from '../cluster/client.ts';
import { isRestored } from '../domain/isolation/restore-report.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { type Findings, findIsolations } from '../effects/find-isolations.ts';
import { restoreIsolations } from '../effects/restore-isolation.ts';
import { type RestoredDeletions, restoredDeletions } from '../effects/restored-deletions.ts';
import { systemClock } from '../engine/clock.ts';
import { canAsk, confirm } from '../ui/confirm.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import { formatCount } from '../ui/quantity.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK } from './exit-codes.ts';
import { chosenSessions } from './restore-choice.ts';
import { planJson } from './restore-json.ts';
import type { RestoreCommandOptions } from './restore-options.ts';
import { planText, type RestorePlan, reportText } from './restore-text.ts';
import { withDeadProcesses } from './session/dead-processes.ts';
import { holderOf, THIS_PROCESS } from './session/session-process.ts';

/** `restore`: what dead sessions left in the cluster is put back. Everything is shown before anything is changed. */
export async function runRestore(options: RestoreCommandOptions, io: CommandIo): Promise<number> {
  const connection = await clusterConnection(options, io);
  const client = createClusterClient(connection);
  try {
    const { namespace } = options;
    const look = await findIsolations(client, { namespace, clock: systemClock, signal: io.signal });
    const found = withDeadProcesses(look, THIS_PROCESS);
    for (const { message } of found.unread) io.stderr.write(`warning: ${message}\n`);
    const plan = await planOf(found, options);
    const json = createJsonLines(io.stdout);
    if (options.json) json(planJson(plan));
    else io.stdout.write(planText(plan));
    if (plan.chosen.length === 0) {
      if (!options.json) io.stdout.write(nothingText(plan, connection.contextName));
      return plan.stray.length > 0 ? EXIT_FAILED : EXIT_OK;
    }
    if (options.dryRun) return EXIT_OK;
    if (!(await mayRestore(plan, options, io))) {
      io.stdout.write('nothing was changed\n');
      return EXIT_FAILED;
    }
    const report = await restoreIsolations(client, found, {
      sessions: new Set(plan.chosen.map(({ session }) => session)),
      evenLive: options.force,
      forget: options.forget,
      keep: options.keep ? new Set(plan.deletions.filter(mayDelete).map(({ target }) => target)) : new Set(),
      claimant: holderOf(THIS_PROCESS),
      signal: io.signal,
    });
    if (options.json) json({ type: 'report', ...report });
    else io.stdout.write(`\n${reportText(report)}`);
    if (io.signal.aborted) return EXIT_INTERRUPTED;
    return isRestored(report) && plan.stray.length === 0 ? EXIT_OK : EXIT_FAILED;
  } finally {
    client.close();
  }
}

async function planOf(found: Findings, options: RestoreCommandOptions): Promise<RestorePlan> {
  const choice = chosenSessions(found, options);
  const targets = choice.chosen.flatMap((session) => session.targets);
  const deletions = await restoredDeletions(found, targets, { now: () => systemClock.now() });
  return { ...choice, stray: found.stray, deletions };
}

function mayDelete({ certainty }: RestoredDeletions): boolean {
  return certainty !== 'none';
}

/** False: somebody was asked, and does not want it. Throws UsageError where nobody can be asked. */
async function mayRestore(plan: RestorePlan, options: RestoreCommandOptions, io: CommandIo): Promise<boolean> {
  const deleting = plan.deletions.filter(mayDelete);
  if (deleting.length === 0 || options.yes || options.keep) return true;
  const count = deleting.reduce((sum, { objects }) => sum + objects.length, 0);
  const who = enginesOf(deleting.map(({ target }) => target));
  const isUnknown = deleting.some(({ certainty }) => certainty === 'unknown');
  const what = isUnknown ? 'an unknown number of objects' : `up to ${formatCount(count, 'object')}`;
  if (!options.json && canAsk(io)) {
    const isWanted = await confirm(io, `${who} will then delete ${what}. Restore?`);
    io.signal.throwIfAborted();
    return isWanted;
  }
  throw new UsageError(
    `restoring makes ${who} delete ${what}, and nobody agreed to it`,
    'agree with --yes, leave those targets isolated with --keep, or commit and push the files that define the objects first',
  );
}

/** Who does what is wanted of these targets. */
function enginesOf(targets: readonly ObjectId[]): string {
  const isArgo = (id: ObjectId): boolean => parseObjectId(id).kind === 'Application';
  if (targets.every(isArgo)) return 'Argo CD';
  return targets.some(isArgo) ? 'Flux and Argo CD' : 'Flux';
}

function nothingText({ others, stray }: RestorePlan, contextName: string): string {
  if (stray.length > 0) return '';
  return others.length === 0
    ? `No session left anything in ${contextName}.\n`
    : `Nothing to restore in ${contextName}: these sessions are not dead.\n`;
}
