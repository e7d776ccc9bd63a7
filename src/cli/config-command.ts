import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { wrongValue } from './config/checked-value.ts';
import { type Configuration, originInWords, type SettingValue } from './config/configuration.ts';
import { loadConfiguration } from './config/load-configuration.ts';
import { configurationSchema } from './config/schema.ts';
import { environmentName, limitName } from './config/setting.ts';
import { UsageError } from './errors.ts';
import { EXIT_OK } from './exit-codes.ts';
import { watchedDirectory } from './watched-directory.ts';

export interface ConfigOptions {
  readonly action: 'print' | 'schema';
  /** As typed. */
  readonly dir: string | undefined;
  /** `--config FILE`, as typed. */
  readonly config: string | undefined;
  /** Values by option, as far as they stand on the command line. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** `NAME=VALUE` each. */
  readonly limits: readonly string[];
  readonly json: boolean;
}

/** `config print` and `config schema`. */
export async function runConfig(options: ConfigOptions, io: CommandIo): Promise<number> {
  if (options.action === 'schema') {
    io.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
    return EXIT_OK;
  }
  const directory = options.dir === undefined ? io.cwd : watchedDirectory(options.dir, io.cwd);
  const configuration = await loadConfiguration(directory, io.env, { file: options.config, cwd: io.cwd });
  for (const warning of configuration.warnings) io.stderr.write(`warning: ${warning}\n`);
  const settings = configuration.settings.map((value) => withFlags(value, options));
  if (options.json) createJsonLines(io.stdout)(asJson(configuration, settings));
  else io.stdout.write(asText(configuration, settings));
  return EXIT_OK;
}

function withFlags(value: SettingValue, { flags, limits }: ConfigOptions): SettingValue {
  const { setting } = value;
  const isLimit = setting.kind === 'limit';
  const limit = limits.findLast((entry) => entry.startsWith(`${limitName(setting.key)}=`));
  const given = isLimit
    ? limit === undefined
      ? undefined
      : [limit.slice(limit.indexOf('=') + 1)]
    : flags.get(setting.option);
  if (given === undefined) return value;
  for (const text of given) {
    const problem = wrongValue(setting, text);
    if (problem !== undefined)
      throw new UsageError(`--${setting.option} expects ${problem.expected}, found '${text}'`, problem.hint);
  }
  const isTurnedOff = setting.kind === 'flag' && given[0] === 'false' && setting.inverted !== true;
  return { setting, values: given, origin: { from: 'flag', option: `${isTurnedOff ? 'no-' : ''}${setting.option}` } };
}

function asJson({ file, format }: Configuration, settings: readonly SettingValue[]): unknown {
  return {
    file: file ?? null,
    format: format ?? null,
    settings: settings.map(({ setting, values, origin }) => ({
      key: setting.key,
      option: `--${setting.option}`,
      environment: environmentName(setting),
      value: origin.from === 'default' ? null : plain(setting.kind, values),
      default: setting.fallback,
      ...origin,
    })),
  };
}

function plain(kind: SettingValue['setting']['kind'], values: readonly string[]): unknown {
  if (kind === 'list') return values;
  return kind === 'flag' ? values[0] === 'true' : values[0];
}

/** One line a setting; the limits that are as they come are counted only. */
function asText({ file, format }: Configuration, settings: readonly SettingValue[]): string {
  const isPlainLimit = ({ setting, origin }: SettingValue): boolean =>
    setting.kind === 'limit' && origin.from === 'default';
  const shown = settings.filter((value) => !isPlainLimit(value));
  const rows = shown.map(({ setting, values, origin }) => [
    setting.key,
    origin.from === 'default' ? `(${setting.fallback})` : values.join(', '),
    originInWords(origin),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([key = '', value = '', origin = '']) =>
    `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${origin}`.trimEnd(),
  );
  const limits = settings.length - shown.length;
  const from =
    file === undefined
      ? 'no configuration file: reconcile-machine.yaml in this directory or above it would be read'
      : `${format === 'ksail' ? "KSail's" : 'configuration'} ${file}`;
  return `${[from, '', ...lines, '', `${limits} limits are as they come: reconcile-machine config print --json shows them`].join('\n')}\n`;
}
