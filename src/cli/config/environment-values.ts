import { UsageError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { shown, wrongValue } from './checked-value.ts';
import type { SettingValue } from './configuration.ts';
import { ENVIRONMENT_PREFIX, environmentName, limitName } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** Read elsewhere. */
const OTHER_VARIABLES = ['RECONCILE_MACHINE_CONFIG', 'RECONCILE_MACHINE_DEBUG'];
const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;

/**
 * What `RECONCILE_MACHINE_<OPTION>` variables set; an empty one sets nothing. Lists: one item a line, or separated by commas (hooks: only by
 * lines). `warn` is told of a variable that is nearly one of ours. Throws UsageError naming the variable.
 */
export function environmentValues(
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): readonly SettingValue[] {
  const names = [...new Set(SETTINGS.map(environmentName))];
  const known = [...names, ...OTHER_VARIABLES];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || known.includes(name)) continue;
    const near = nearestName(name.slice(ENVIRONMENT_PREFIX.length), withoutPrefix(known));
    if (near !== undefined) warn(`the variable ${name} is not known: did you mean ${ENVIRONMENT_PREFIX}${near}?`);
  }
  return [...limitValues(env), ...SETTINGS.filter(({ kind }) => kind !== 'limit').flatMap(settingValue)];

  function settingValue(setting: (typeof SETTINGS)[number]): SettingValue[] {
    const variable = environmentName(setting);
    const text = env[variable];
    if (text === undefined || text.trim() === '') return [];
    const texts = setting.kind === 'list' ? listed(text, setting.option === 'hook' ? /\n/ : /[\n,]/) : [text];
    const values = texts.map((each) => (setting.kind === 'flag' ? flagText(each) : each));
    for (const value of values) {
      const problem = wrongValue(setting, value);
      if (problem !== undefined)
        throw new UsageError(`${variable} expects ${problem.expected}, found '${shown(value)}'`, problem.hint);
    }
    return [{ setting, values, origin: { from: 'environment', variable } }];
  }
}

/** All limits in one variable, as `--limit` has them: `treeFilesMax=500000,yamlBytesMax=16Mi`. */
function limitValues(env: Readonly<Record<string, string | undefined>>): SettingValue[] {
  const variable = environmentName({ option: 'limit' });
  const limits = SETTINGS.filter(({ kind }) => kind === 'limit');
  return listed(env[variable] ?? '', /[\n,]/).map((entry) => {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals < 0 ? undefined : equals);
    const setting = limits.find(({ key }) => limitName(key) === name);
    const text = equals < 0 ? '' : entry.slice(equals + 1);
    if (setting === undefined) {
      const near = nearestName(
        name,
        limits.map(({ key }) => limitName(key)),
      );
      throw new UsageError(
        `${variable} expects NAME=VALUE with the name of a limit, found '${entry}'`,
        near === undefined ? undefined : `did you mean ${near}?`,
      );
    }
    const problem = wrongValue(setting, text);
    if (problem !== undefined)
      throw new UsageError(`${variable}: ${name} expects ${problem.expected}, found '${text}'`, problem.hint);
    return { setting, values: [text], origin: { from: 'environment', variable } };
  });
}

function listed(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function flagText(text: string): string {
  if (TRUE.test(text)) return 'true';
  return FALSE.test(text) ? 'false' : text;
}

function withoutPrefix(names: readonly string[]): string[] {
  return names.map((name) => name.slice(ENVIRONMENT_PREFIX.length));
}
