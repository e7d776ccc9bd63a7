import { defineCommand } from '../command.ts';
import type { StatusOptions } from '../options.ts';
import { DIR, JSON_OPTION, LOG_OPTION, logSourceOptions } from '../shared-options.ts';

export const statusCommand = defineCommand<StatusOptions>({
  name: 'status',
  summary: 'what the watch does now, each target, and what is held or given up and why',
  usage: '[DIR] [options]',
  positionals: [DIR],
  options: [LOG_OPTION, JSON_OPTION],
  examples: [
    { line: 'reconcile-machine status', does: 'for the watch of k8s/ or the current directory' },
    { line: 'reconcile-machine status deploy --json', does: 'for a program' },
  ],
  read: (parsed) => logSourceOptions(parsed, parsed.positionals[0]),
  load: async () => (await import('../status.ts')).runStatus,
});
