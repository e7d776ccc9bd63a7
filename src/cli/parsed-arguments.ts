import { parseArgs } from 'node:util';
import { parseDurationMs, withUnit } from './duration.ts';
import { UsageError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { OptionSpec, PositionalSpec } from './option-spec.ts';

/** A checked command line: every option known, every value of its kind; what it leaves out is as configured. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** Whether it stands on the command line itself. */
  given(name: string): boolean;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  count(name: string): number | undefined;
  durationMs(name: string): number | undefined;
}

export interface ArgumentSpecs {
  readonly options: readonly OptionSpec[];
  readonly positionals: readonly PositionalSpec[];
  /** For the hint, e.g. `reconcile-machine watch --help`. */
  readonly helpLine: string;
  readonly defaults?: OptionDefaults;
  /** Flags that may be configured: `--no-` before their name turns them off. */
  readonly negatable?: ReadonlySet<string>;
}

/** What counts where the command line says nothing. Checked already. */
export interface OptionDefaults {
  /** By option; a flag that is on has one empty text. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** For the positional DIR. */
  readonly directory: string | undefined;
}

/** Options whose given values come on top of the configured ones. */
const ADDED_UP = new Set(['limit']);

/** Reads `args` (without the command's name) against its specs. Throws UsageError naming what was expected and what was found. */
export function parseArguments(args: readonly string[], specs: ArgumentSpecs): ParsedArguments {
  const byName = new Map(specs.options.map((spec) => [spec.name, spec]));
  // Not strict: its own messages name no neighbour, and read a value that starts with a dash as an option of that name.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(specs.options.map((spec) => [spec.name, parseArgsOption(spec)])),
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const turnedOff = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = byName.get(token.name);
    const negated = spec === undefined ? negatedFlag(token.name, byName, specs) : undefined;
    if (negated !== undefined) {
      turnedOff.add(negated);
      continue;
    }
    if (spec === undefined) throw unknownOption(token.rawName, specs);
    const value = checkedValue(spec, token.value, token.inlineValue ?? false, specs.helpLine);
    const earlier = values.get(spec.name) ?? [];
    if (earlier.length > 0 && spec.repeatable !== true && spec.kind !== 'flag') {
      throw new UsageError(
        `--${spec.name} was given twice: ${quoted(earlier[0] ?? '')} and ${quoted(value)}`,
        'give it once',
      );
    }
    values.set(spec.name, [...earlier, value]);
  }
  checkPositionals(positionals, specs);
  if (specs.positionals[positionals.length]?.name === 'DIR' && specs.defaults?.directory !== undefined)
    positionals.push(specs.defaults.directory);
  const all = (name: string): readonly string[] => {
    if (!byName.has(name)) throw new Error(`no option is named ${name}`);
    const given = values.get(name) ?? [];
    if (turnedOff.has(name) || (given.length > 0 && !ADDED_UP.has(name))) return given;
    return [...(specs.defaults?.values.get(name) ?? []), ...given];
  };
  const first = (name: string): string | undefined => all(name)[0];
  return {
    positionals,
    given: (name) => values.has(name) || turnedOff.has(name),
    flag: (name) => first(name) !== undefined,
    text: first,
    // None where the command has no such option: `isolate` ignores no files.
    texts: (name) => (byName.has(name) ? all(name) : []),
    count: (name) => mapDefined(first(name), Number),
    durationMs: (name) => mapDefined(first(name), parseDurationMs),
  };
}

function negatedFlag(name: string, byName: ReadonlyMap<string, OptionSpec>, specs: ArgumentSpecs): string | undefined {
  const positive = /^no-(.+)$/.exec(name)?.[1];
  if (positive === undefined || byName.get(positive)?.kind !== 'flag') return undefined;
  return specs.negatable?.has(positive) === true ? positive : undefined;
}

function parseArgsOption(spec: OptionSpec) {
  const type: 'boolean' | 'string' = spec.kind === 'flag' || spec.bare !== undefined ? 'boolean' : 'string';
  return spec.short === undefined ? { type, multiple: true } : { type, multiple: true, short: spec.short };
}

function checkedValue(spec: OptionSpec, value: string | undefined, inline: boolean, helpLine: string): string {
  const shown = `--${spec.name}`;
  if (spec.kind === 'flag') {
    if (value !== undefined) throw new UsageError(`${shown} takes no value, found ${quoted(value)}`, `see ${helpLine}`);
    return '';
  }
  if (spec.bare !== undefined && value === undefined) return spec.bare;
  const placeholder = spec.placeholder ?? 'VALUE';
  if (value === undefined || value === '' || (!inline && value.length > 1 && value.startsWith('-'))) {
    const found = value === undefined || value === '' ? 'nothing' : quoted(value);
    throw new UsageError(
      `${shown} expects ${placeholder}, found ${found}`,
      value?.startsWith('-') === true
        ? `a value that starts with a dash is written ${shown}=${value}`
        : `see ${helpLine}`,
    );
  }
  if (spec.kind === 'duration' && parseDurationMs(value) === undefined) {
    throw new UsageError(
      `${shown} expects a duration such as 75ms, 2s, 5m or 1h, found ${quoted(value)}`,
      /^\d+$/.test(value) ? `did you mean ${shown} ${withUnit(value, spec.fallback)}?` : `see ${helpLine}`,
    );
  }
  if (spec.kind === 'count' && !(/^\d+$/.test(value) && Number.isSafeInteger(Number(value)))) {
    throw new UsageError(`${shown} expects a whole number, 0 or more, found ${quoted(value)}`, `see ${helpLine}`);
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    const near = nearestName(value, spec.choices);
    throw new UsageError(
      `${shown} expects one of ${spec.choices.join(', ')}, found ${quoted(value)}`,
      near === undefined ? `see ${helpLine}` : `did you mean ${near}?`,
    );
  }
  return value;
}

function unknownOption(rawName: string, specs: ArgumentSpecs): UsageError {
  const near = nearestName(
    rawName.replace(/^-+/, ''),
    specs.options.map((spec) => spec.name),
  );
  return new UsageError(
    `unknown option ${rawName}`,
    near === undefined ? `see ${specs.helpLine}` : `did you mean --${near}? See ${specs.helpLine}`,
  );
}

function checkPositionals(found: readonly string[], specs: ArgumentSpecs): void {
  const missing = specs.positionals.filter((spec) => spec.required)[found.length];
  if (missing !== undefined) {
    const plural = missing.repeatable === true ? 'at least one ' : '';
    throw new UsageError(`${plural}${missing.name} is missing`, `see ${specs.helpLine}`);
  }
  const endless = specs.positionals.some((spec) => spec.repeatable === true);
  const extra = endless ? undefined : found[specs.positionals.length];
  if (extra !== undefined) {
    const expected = specs.positionals.map((spec) => spec.name).join(' ');
    throw new UsageError(
      `unexpected argument ${quoted(extra)}: expected ${expected === '' ? 'none' : `only ${expected}`}`,
      `see ${specs.helpLine}`,
    );
  }
  const empty = found.indexOf('');
  if (empty >= 0) {
    const name = specs.positionals[Math.min(empty, specs.positionals.length - 1)]?.name ?? 'argument';
    throw new UsageError(`${name} is empty`, `see ${specs.helpLine}`);
  }
}

function quoted(value: string): string {
  return `'${value}'`;
}

function mapDefined<Value>(text: string | undefined, read: (text: string) => Value): Value | undefined {
  return text === undefined ? undefined : read(text);
}
