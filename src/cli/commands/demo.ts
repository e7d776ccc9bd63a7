import { defineCommand } from '../command.ts';
import { LIMIT_OPTION, timedLimitsFrom } from '../limit-options.ts';
import type { DemoOptions } from '../options.ts';
import { JSON_OPTION, LOG_OPTION, TIMING_OPTIONS } from '../shared-options.ts';

export const demoCommand = defineCommand<DemoOptions>({
  name: 'demo',
  summary: 'see it work: a bundled example, an embedded cluster and registry, three edits',
  usage: '[options]',
  description:
    'Watches a copy of the bundled example (12 Kustomizations) against a cluster and a registry inside this process:\n' +
    'no Docker, no cluster. Edits a leaf, the shared base and the root, and shows what each reconciled and how fast.\n' +
    'Then it keeps watching the copy and says where that is.',
  configuration: 'unused',
  positionals: [],
  options: [
    { name: 'once', kind: 'flag', summary: 'end after the three edits' },
    ...TIMING_OPTIONS,
    LIMIT_OPTION,
    { ...LOG_OPTION, fallback: 'beside the copy' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine demo --once', does: 'three edits, then end' },
    { line: 'reconcile-machine demo', does: 'three edits, then yours' },
  ],
  read: (parsed) => ({
    once: parsed.flag('once'),
    json: parsed.flag('json'),
    log: parsed.text('log'),
    limits: timedLimitsFrom(parsed),
  }),
  load: async () => (await import('../demo.ts')).runDemo,
});
