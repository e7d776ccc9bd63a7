import { defineCommand } from '../command.ts';
import type { ExplainOptions } from '../options.ts';
import {
  CLUSTER_OPTIONS,
  clusterOptions,
  DIRECTORY_OPTIONS,
  directoryOptions,
  JSON_OPTION,
} from '../shared-options.ts';

export const explainCommand = defineCommand<ExplainOptions>({
  name: 'explain',
  summary: 'which Kustomizations or Applications a file affects, by which rule, and why',
  usage: 'FILE... [options]',
  description:
    'Shows which kustomizations read the file, which Flux Kustomizations a change of it affects and by which rule, or\n' +
    'why it would be a full reconcile, or none. FILE counts from the current directory. It need not exist (any more).',
  positionals: [{ name: 'FILE', required: true, repeatable: true }],
  options: [
    { name: 'offline', kind: 'flag', summary: 'take the Kustomizations from the repository, ask no cluster' },
    {
      name: 'dir',
      kind: 'text',
      placeholder: 'DIR',
      summary: 'the watched directory',
      fallback: 'k8s, else the current directory',
    },
    ...DIRECTORY_OPTIONS,
    ...CLUSTER_OPTIONS,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine explain apps/base/release.yaml', does: 'as the cluster has it now' },
    {
      line: 'reconcile-machine explain --offline --entry clusters/staging apps/base/release.yaml',
      does: 'as the repository says for one cluster',
    },
    {
      line: 'reconcile-machine explain --offline --json $(git diff --name-only)',
      does: 'all that is not committed yet',
    },
  ],
  read: (parsed) => ({
    ...clusterOptions(parsed),
    ...directoryOptions(parsed, parsed.text('dir')),
    files: parsed.positionals,
    offline: parsed.flag('offline'),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../explain-command.ts')).runExplain,
});
