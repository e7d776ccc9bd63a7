import { defineCommand } from '../command.ts';
import { settingOption } from '../config/setting.ts';
import { SETTINGS } from '../config/settings.ts';
import type { ConfigOptions } from '../config-command.ts';
import { UsageError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { DIR, JSON_OPTION } from '../shared-options.ts';

const ACTIONS = ['print', 'schema'] as const;
const BY_KEY = SETTINGS.filter(({ kind, option }) => kind !== 'limit' && option !== 'dir');

export const configCommand = defineCommand<ConfigOptions>({
  name: 'config',
  summary: 'print what is configured, each value with where it comes from',
  usage: 'print|schema [DIR] [options]',
  description:
    'print shows what the commands in DIR (the current directory unless given) take from flags, environment variables, the\n' +
    'configuration file and the defaults, in this order. schema prints the JSON Schema of reconcile-machine.yaml.',
  positionals: [{ name: 'print|schema', required: true }, DIR],
  // It reads the configuration itself, to tell where each value comes from.
  configuration: 'own',
  options: [
    ...BY_KEY.map(settingOption),
    { name: 'limit', kind: 'text', placeholder: 'NAME=VALUE', repeatable: true, summary: 'change a limit' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine config print', does: 'for the current directory' },
    { line: 'reconcile-machine config print deploy --tag v2 --json', does: 'as the other commands would see it' },
    { line: 'reconcile-machine config schema > reconcile-machine.schema.json', does: 'for an editor without network' },
  ],
  read: (parsed) => ({
    action: actionOf(parsed),
    dir: parsed.positionals[1],
    config: parsed.text('config'),
    flags: flagsOf(parsed),
    limits: parsed.texts('limit'),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../config-command.ts')).runConfig,
});

function actionOf(parsed: ParsedArguments): ConfigOptions['action'] {
  const typed = parsed.positionals[0] ?? '';
  const action = ACTIONS.find((candidate) => candidate === typed);
  if (action !== undefined) return action;
  const near = nearestName(typed, ACTIONS);
  throw new UsageError(
    `config expects ${ACTIONS.join(' or ')}, found '${typed}'`,
    near === undefined ? 'see reconcile-machine config --help' : `did you mean ${near}?`,
  );
}

function flagsOf(parsed: ParsedArguments): ConfigOptions['flags'] {
  return new Map(
    BY_KEY.flatMap(({ option, kind, inverted }): [string, readonly string[]][] => {
      if (!parsed.given(option)) return [];
      const isFlag = kind === 'flag';
      return [[option, isFlag ? [String(parsed.flag(option) !== (inverted === true))] : parsed.texts(option)]];
    }),
  );
}
