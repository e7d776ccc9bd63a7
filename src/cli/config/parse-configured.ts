import { resolve } from 'node:path';
import type { AnyCommand, CommandIo } from '../command.ts';
import { UsageError } from '../errors.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import type { OptionSpec } from '../option-spec.ts';
import { type OptionDefaults, type ParsedArguments, parseArguments } from '../parsed-arguments.ts';
import type { Configuration } from './configuration.ts';
import { loadConfiguration } from './load-configuration.ts';
import { SETTINGS } from './settings.ts';

const NEGATABLE = new Set(
  SETTINGS.filter(({ kind, inverted }) => kind === 'flag' && !inverted).map(({ option }) => option),
);

/** The arguments of `command`, where they leave something out as the configuration of its directory has it. Throws UsageError. */
export async function parseConfigured(
  args: readonly string[],
  command: AnyCommand,
  io: Pick<CommandIo, 'env' | 'cwd' | 'stderr'>,
): Promise<ParsedArguments> {
  const specs = {
    options: [...command.options, ...GLOBAL_OPTIONS],
    positionals: command.positionals,
    helpLine: `reconcile-machine ${command.name} --help`,
    negatable: NEGATABLE,
  };
  const given = parseArguments(args, specs);
  if (command.configuration === 'unused' && given.given('config'))
    throw new UsageError(`${command.name} takes nothing from a configuration, found --config`, 'leave it out');
  if (command.configuration !== undefined) return given;
  const configuration = await loadConfiguration(givenDirectory(given, command, io.cwd), io.env, {
    file: given.text('config'),
    cwd: io.cwd,
  });
  for (const warning of configuration.warnings) io.stderr.write(`warning: ${warning}\n`);
  return parseArguments(args, { ...specs, defaults: optionDefaults(configuration, command) });
}

/** Where the configuration is looked for: the directory that the line names, else the current one. */
export function givenDirectory(
  parsed: ParsedArguments,
  { positionals, options }: Pick<AnyCommand, 'positionals' | 'options'>,
  cwd: string,
): string {
  const option = ['dir', 'path'].find((name) => options.some((spec) => spec.name === name) && parsed.given(name));
  const place = positionals.findIndex(({ name }) => name === 'DIR');
  const given = option === undefined ? parsed.positionals[place] : parsed.text(option);
  return resolve(cwd, given ?? '.');
}

/** The configuration as values of the command's own options. */
export function optionDefaults(
  configuration: Configuration,
  command: { readonly name: string; readonly options: readonly OptionSpec[] },
): OptionDefaults {
  const own = new Set(command.options.map(({ name }) => name));
  const values = new Map<string, readonly string[]>();
  for (const { setting, values: texts } of configuration.settings) {
    if (setting.notFor?.includes(command.name) === true) continue;
    const set = valuesOf(setting.key, texts, configuration);
    if (set.length === 0) continue;
    for (const option of [setting.option, ...(setting.aliases ?? [])]) {
      if (!own.has(option)) continue;
      if (setting.kind === 'limit') {
        const entries = set.map((text) => `${setting.key.slice('limits.'.length)}=${text}`);
        values.set(option, [...(values.get(option) ?? []), ...entries]);
      } else if (setting.kind === 'flag') {
        if ((set[0] === 'true') !== (setting.inverted === true)) values.set(option, ['']);
      } else values.set(option, set);
    }
  }
  return { values, directory: configuration.text('workload.directory') };
}

/** A tag may stand in the registry's reference; options have the two apart. */
function valuesOf(key: string, texts: readonly string[], { registry, tag }: Configuration): readonly string[] {
  if (key === 'workload.registry') return registry === undefined ? [] : [registry];
  if (key === 'workload.tag') return tag === undefined ? [] : [tag.value];
  return texts;
}
