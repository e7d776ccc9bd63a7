import type { OptionSpec } from './option-spec.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'config',
    kind: 'text',
    placeholder: 'FILE',
    summary: 'the configuration',
    fallback: 'reconcile-machine.yaml in the directory or above it',
  },
  { name: 'no-color', kind: 'flag', summary: 'no colour (NO_COLOR and FORCE_COLOR count too)' },
  { name: 'help', short: 'h', kind: 'flag', summary: 'show this help' },
  { name: 'version', short: 'V', kind: 'flag', summary: 'show the version' },
];
