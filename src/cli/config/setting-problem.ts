import { UsageError } from '../errors.ts';
import { shown, wrongValue } from './checked-value.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** What is wrong with `text` as the value of a setting, e.g. `workload.tag`; undefined where nothing is. */
export function settingProblem(key: string, text: string): string | undefined {
  const problem = wrongValue(settingOf(key), text);
  return problem === undefined ? undefined : `expected ${problem.expected}, found '${shown(text)}'`;
}

/** The value of the option that `key` configures, as it is. Throws UsageError where it is none. */
export function checkedOption<Text extends string | undefined>(key: string, text: Text): Text {
  const setting = settingOf(key);
  const problem = text === undefined ? undefined : wrongValue(setting, text);
  if (text === undefined || problem === undefined) return text;
  throw new UsageError(`--${setting.option} expects ${problem.expected}, found '${shown(text)}'`, problem.hint);
}

function settingOf(key: string): Setting {
  const setting = SETTINGS.find((candidate) => candidate.key === key);
  if (setting === undefined) throw new Error(`no setting is called ${key}`);
  return setting;
}
