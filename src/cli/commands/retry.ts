import { defineCommand } from '../command.ts';
import type { RetryOptions } from '../options.ts';
import { DIR, JSON_OPTION, LOG_OPTION, logSourceOptions } from '../shared-options.ts';

export const retryCommand = defineCommand<RetryOptions>({
  name: 'retry',
  summary: 'try a target again that was given up',
  usage: 'NAME [DIR] [options]',
  description: 'NAME is the name of the target; NAMESPACE/NAME or KIND/NAMESPACE/NAME where that is not enough.',
  positionals: [{ name: 'NAME', required: true }, DIR],
  options: [LOG_OPTION, JSON_OPTION],
  examples: [
    { line: 'reconcile-machine retry apps', does: 'the only target of that name' },
    { line: 'reconcile-machine retry Kustomization/flux-system/apps', does: 'said in full' },
  ],
  read: (parsed) => ({ ...logSourceOptions(parsed, parsed.positionals[1]), name: parsed.positionals[0] ?? '' }),
  load: async () => (await import('../retry.ts')).runRetry,
});
