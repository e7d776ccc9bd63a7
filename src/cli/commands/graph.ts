import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { LIMIT_OPTION, limitsFrom } from '../limit-options.ts';
import type { GraphOptions } from '../options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { DIR, JSON_OPTION } from '../shared-options.ts';

const FORMATS = ['text', 'json', 'mermaid'] as const;

export const graphCommand = defineCommand<GraphOptions>({
  name: 'graph',
  summary: 'which files each kustomization build below a directory reads',
  usage: '[DIR] [options]',
  description: 'One entry for every directory with a kustomization file and every Flux spec.path found below DIR.',
  positionals: [DIR],
  options: [
    JSON_OPTION,
    {
      name: 'format',
      kind: 'text',
      placeholder: 'FORMAT',
      choices: FORMATS,
      summary: 'text, json or mermaid',
      fallback: 'text',
    },
    LIMIT_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine graph deploy', does: 'for reading' },
    { line: 'reconcile-machine graph deploy --json', does: 'for a program' },
    { line: 'reconcile-machine graph deploy --format mermaid > graph.mmd', does: 'for a picture' },
  ],
  read: (parsed) => ({ dir: parsed.positionals[0], format: graphFormat(parsed), limits: limitsFrom(parsed) }),
  load: async () => (await import('../graph-command.ts')).runGraph,
});

function graphFormat(parsed: ParsedArguments): GraphOptions['format'] {
  const given = FORMATS.find((format) => format === parsed.text('format'));
  if (!parsed.flag('json')) return given ?? 'text';
  if (given !== undefined && given !== 'json') {
    throw new UsageError(`--json and --format ${given} ask for two formats`, 'give one of them');
  }
  return 'json';
}
