import { type Configuration, configurationOf, type SettingValue } from './configuration.ts';
import { environmentValues } from './environment-values.ts';
import { type FoundConfiguration, findConfiguration, namedConfiguration } from './find-configuration.ts';
import { SETTINGS } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is configured for `directory` (absolute): the environment over the nearest file, upwards from there. `file`: the one to read instead, as
 * typed for `--config`, counted from `cwd`; `RECONCILE_MACHINE_CONFIG` likewise. Throws UsageError with the place of what is wrong.
 */
export async function loadConfiguration(
  directory: string,
  env: Environment,
  options: { readonly file?: string | undefined; readonly cwd?: string } = {},
): Promise<Configuration> {
  const warnings: string[] = [];
  const warn = (text: string): void => {
    warnings.push(text);
  };
  const found = configurationFile(directory, env, { cwd: directory, ...options }, warn);
  const fromFile = found === undefined ? [] : await fileValues(found, env, warn);
  const byKey = new Map<string, SettingValue>();
  for (const value of [...fromFile, ...environmentValues(env, warn)]) byKey.set(value.setting.key, value);
  return configurationOf({
    file: found?.file,
    format: found?.format,
    warnings,
    settings: SETTINGS.map(
      (setting) => byKey.get(setting.key) ?? { setting, values: [], origin: { from: 'default' } as const },
    ),
  });
}

function configurationFile(
  directory: string,
  env: Environment,
  { file, cwd }: { readonly file?: string | undefined; readonly cwd: string },
  warn: (text: string) => void,
): FoundConfiguration | undefined {
  if (file !== undefined) return namedConfiguration(file, cwd, '--config');
  const named = env.RECONCILE_MACHINE_CONFIG;
  if (named !== undefined && named !== '') return namedConfiguration(named, cwd, 'RECONCILE_MACHINE_CONFIG');
  return findConfiguration(directory, warn);
}

/** The YAML parser is imported where there is a file. */
async function fileValues(
  { file, format }: FoundConfiguration,
  env: Environment,
  warn: (text: string) => void,
): Promise<readonly SettingValue[]> {
  if (format === 'reconcile-machine') return (await import('./own-file.ts')).readOwnFile(file);
  const { values, warnings } = (await import('./ksail-file.ts')).readKsailFile(file, env);
  for (const warning of warnings) warn(warning);
  return values;
}
