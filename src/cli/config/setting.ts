import type { OptionSpec } from '../option-spec.ts';

/**
 * How a value is written. `text`: a string; `path`: one that counts from the file it stands in; `duration`: `75ms`, `5m`; `flag`: true or
 * false; `list`: strings; `limit`: a number, with a unit where there is one.
 */
export type SettingKind = 'text' | 'path' | 'duration' | 'flag' | 'list' | 'limit';

export const ENVIRONMENT_PREFIX = 'RECONCILE_MACHINE_';

/** One thing that can be set for good: in the file by its key, in the environment and on the command line by its option. */
export interface Setting {
  /** Where it stands in the file: `workload.tag`. */
  readonly key: string;
  /** The option's name without the dashes; the environment variable's name comes of it. */
  readonly option: string;
  readonly kind: SettingKind;
  /** One line, no full stop. */
  readonly summary: string;
  /** What counts without it, in words. */
  readonly fallback: string;
  readonly choices?: readonly string[];
  /** What the text must look like, that in words, and one that does. */
  readonly pattern?: { readonly expression: RegExp; readonly expects: string; readonly example: string };
  /** `true` in the file is this option's absence, `false` its presence: `repair` and `--no-repair`. */
  readonly inverted?: boolean;
  /** Other names of the option, where a command calls it differently. */
  readonly aliases?: readonly string[];
  /** Commands whose option of this name means something else. */
  readonly notFor?: readonly string[];
}

/** `RECONCILE_MACHINE_QUIET_PERIOD` for `quiet-period`; for an inverted setting without the `NO_`. */
export function environmentName({ option, inverted }: Pick<Setting, 'option' | 'inverted'>): string {
  const name = inverted === true ? option.replace(/^no-/, '') : option;
  return `${ENVIRONMENT_PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

/** `treeFilesMax` for the key `limits.treeFilesMax`. */
export function limitName(key: string): string {
  return key.slice(key.indexOf('.') + 1);
}

/** The setting as an option of `config print`. */
export function settingOption(setting: Setting): OptionSpec {
  const { option, kind, summary, choices, inverted } = setting;
  const kindOfOption = kind === 'flag' ? 'flag' : kind === 'duration' ? 'duration' : 'text';
  return {
    name: option,
    kind: kindOfOption,
    ...(kindOfOption === 'flag' ? {} : { placeholder: kind === 'duration' ? 'DURATION' : 'VALUE' }),
    summary: inverted === true ? `not: ${summary}` : summary,
    ...(kind === 'list' ? { repeatable: true } : {}),
    ...(choices === undefined ? {} : { choices }),
  };
}
