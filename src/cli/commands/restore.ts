import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import type { RestoreCommandOptions } from '../restore-options.ts';
import { CLUSTER_OPTIONS, clusterOptions, JSON_OPTION } from '../shared-options.ts';

export const restoreCommand = defineCommand<RestoreCommandOptions>({
  name: 'restore',
  summary: 'put back what watch --isolate changed in a cluster and could not put back itself',
  usage: '[options]',
  description:
    'Finds Kustomizations and Applications that a session of watch --isolate pointed at sources of their own and that was\n' +
    'killed, or lost its machine: points them back, deletes those sources and the mark of the session. All it needs is on the\n' +
    'objects, so any machine will do. What live sessions, or other people, changed is left alone. Safe to run twice, and at\n' +
    'the same time.',
  positionals: [],
  options: [
    {
      name: 'session',
      kind: 'text',
      placeholder: '[NAMESPACE/]NAME',
      repeatable: true,
      summary: 'only this session, as --dry-run names it',
      fallback: 'all that are dead',
    },
    { name: 'dry-run', kind: 'flag', summary: 'show what would be done, change nothing' },
    { name: 'yes', short: 'y', kind: 'flag', summary: 'do not ask before something is deleted' },
    { name: 'keep', kind: 'flag', summary: 'leave those isolated whose restore would delete something' },
    { name: 'force', kind: 'flag', summary: 'with --session: also when the session is live' },
    { name: 'forget', kind: 'flag', summary: 'take our annotations off those that somebody pointed at another source' },
    ...CLUSTER_OPTIONS,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine restore --dry-run', does: 'what is left, and what restoring it would delete' },
    { line: 'reconcile-machine restore', does: 'put back what dead sessions left' },
    { line: 'reconcile-machine restore --keep --yes', does: 'in a script: nothing is deleted' },
    {
      line: 'reconcile-machine restore --session reconcile-machine-1a2b3c4d --force',
      does: 'that session, live or not',
    },
  ],
  read: readRestoreOptions,
  load: async () => (await import('../restore.ts')).runRestore,
});

function readRestoreOptions(parsed: ParsedArguments): RestoreCommandOptions {
  const sessions = parsed.texts('session');
  if (parsed.flag('force') && sessions.length === 0) {
    throw new UsageError(
      '--force is about one session, found no --session',
      'add --session NAME; --dry-run shows them',
    );
  }
  return {
    ...clusterOptions(parsed),
    sessions,
    force: parsed.flag('force'),
    forget: parsed.flag('forget'),
    keep: parsed.flag('keep'),
    yes: parsed.flag('yes'),
    dryRun: parsed.flag('dry-run'),
    json: parsed.flag('json'),
  };
}
