import type { Setting } from './setting.ts';

/** Where a value comes from. */
export type Origin =
  | { readonly from: 'flag'; readonly option: string }
  | { readonly from: 'environment'; readonly variable: string }
  | {
      readonly from: 'file';
      /** Absolute. */
      readonly file: string;
      /** 1-based. */
      readonly line: number;
      readonly column: number;
    }
  | { readonly from: 'default' };

/** One setting and what it is set to. */
export interface SettingValue {
  readonly setting: Setting;
  /** One text, the items of a list, or none where nothing sets it. Flags: `true` or `false`, as the file would have it. */
  readonly values: readonly string[];
  readonly origin: Origin;
}

/** What file and environment say, the environment over the file. */
export interface Configuration {
  /** Absolute; undefined where there is none. */
  readonly file: string | undefined;
  readonly format: 'reconcile-machine' | 'ksail' | undefined;
  /** Every setting, set or not. */
  readonly settings: readonly SettingValue[];
  /** What could not be taken as it stands, in words. */
  readonly warnings: readonly string[];
  /** The text of a setting, e.g. `configuration.text('workload.tag')`. A path is absolute where the file names it. */
  text(key: string): string | undefined;
  list(key: string): readonly string[];
  /** `oci://HOST/REPOSITORY` of `workload.registry`, without its tag. */
  readonly registry: string | undefined;
  /** `workload.tag`, else the tag in `workload.registry`. */
  readonly tag: { readonly value: string; readonly origin: Origin } | undefined;
}

export function configurationOf(input: {
  readonly file: string | undefined;
  readonly format: Configuration['format'];
  readonly settings: readonly SettingValue[];
  readonly warnings: readonly string[];
}): Configuration {
  const byKey = new Map(input.settings.map((value) => [value.setting.key, value]));
  const settingNamed = (key: string): SettingValue => {
    const found = byKey.get(key);
    if (found === undefined) throw new Error(`no setting is called ${key}`);
    return found;
  };
  const text = (key: string): string | undefined => settingNamed(key).values[0];
  const registry = splitTag(text('workload.registry'));
  const tag = text('workload.tag');
  return {
    ...input,
    text,
    list: (key) => settingNamed(key).values,
    registry: registry.url,
    tag:
      tag !== undefined
        ? { value: tag, origin: settingNamed('workload.tag').origin }
        : registry.tag !== undefined
          ? { value: registry.tag, origin: settingNamed('workload.registry').origin }
          : undefined,
  };
}

/** The colon of a port stands before the last slash. */
function splitTag(url: string | undefined): { readonly url: string | undefined; readonly tag: string | undefined } {
  if (url === undefined) return { url: undefined, tag: undefined };
  const colon = url.indexOf(':', url.lastIndexOf('/'));
  return colon < 0 ? { url, tag: undefined } : { url: url.slice(0, colon), tag: url.slice(colon + 1) };
}

/** `/repo/reconcile-machine.yaml:4:8`, `RECONCILE_MACHINE_TAG`, `--tag`, `default`. */
export function originInWords(origin: Origin): string {
  switch (origin.from) {
    case 'flag':
      return `--${origin.option}`;
    case 'environment':
      return origin.variable;
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'default':
      return 'default';
  }
}
