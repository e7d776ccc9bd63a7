import { DEFAULT_LIMITS, type Limits } from '../domain/limits.ts';
import { parseDurationMs } from './duration.ts';
import { UsageError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { OptionSpec } from './option-spec.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

export const LIMIT_OPTION: OptionSpec = {
  name: 'limit',
  kind: 'text',
  placeholder: 'NAME=VALUE',
  repeatable: true,
  summary: 'change one of the limits below, e.g. treeFilesMax=500000',
};

const BYTES_PER_UNIT: Readonly<Record<string, number>> = { '': 1, ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3 };

/** The default limits with `--limit` and the three options that are limits of their own worked in. Throws UsageError. */
export function limitsFrom(parsed: ParsedArguments): Limits {
  const changed = { ...DEFAULT_LIMITS };
  for (const entry of parsed.texts('limit')) {
    const [name, value] = readLimit(entry);
    changed[name] = value;
  }
  return changed;
}

/** As `limitsFrom`, for commands that have `--timeout`; it wins over `--limit`. */
export function waitLimitsFrom(parsed: ParsedArguments): Limits {
  const limits = limitsFrom(parsed);
  return { ...limits, targetWaitMs: positiveMs('--timeout', parsed.durationMs('timeout') ?? limits.targetWaitMs) };
}

/** As `waitLimitsFrom`, for commands that have `--quiet-period` and `--max-wait` too. */
export function timedLimitsFrom(parsed: ParsedArguments): Limits {
  const limits = waitLimitsFrom(parsed);
  const timed: Limits = {
    ...limits,
    quietPeriodMs: parsed.durationMs('quiet-period') ?? limits.quietPeriodMs,
    maxWaitMs: parsed.durationMs('max-wait') ?? limits.maxWaitMs,
  };
  if (timed.quietPeriodMs > timed.maxWaitMs) {
    throw new UsageError(
      `the quiet period (${timed.quietPeriodMs} ms) is longer than the maximum wait (${timed.maxWaitMs} ms)`,
      `give --max-wait ${timed.quietPeriodMs}ms or more`,
    );
  }
  return timed;
}

/** One line a limit: its name and default, for the help. */
export function limitLines(): readonly string[] {
  return limitNames().map((name) => `${name}=${DEFAULT_LIMITS[name]}`);
}

function readLimit(entry: string): [keyof Limits, number] {
  const equals = entry.indexOf('=');
  const name = equals < 0 ? entry : entry.slice(0, equals);
  const known = limitNames().find((candidate) => candidate === name);
  if (known === undefined) {
    const near = nearestName(name, limitNames());
    throw new UsageError(
      `--limit expects NAME=VALUE with the name of a limit, found '${entry}'`,
      near === undefined ? `the limits are ${limitNames().join(', ')}` : `did you mean ${near}?`,
    );
  }
  const text = equals < 0 ? '' : entry.slice(equals + 1);
  const value = limitValue(known, text);
  if (value === undefined) {
    throw new UsageError(
      `--limit ${known} expects ${expectedLimit(known)}, found ${text === '' ? 'nothing' : `'${text}'`}`,
      `its default is ${known}=${DEFAULT_LIMITS[known]}`,
    );
  }
  return [known, value];
}

/** `text` as a value of that limit, in its unit; undefined when it is none. */
export function limitValue(name: string, text: string): number | undefined {
  if (name.endsWith('Ratio')) return /^\d+(\.\d+)?$/.test(text) && Number(text) < 1 ? Number(text) : undefined;
  if (/Ms(Min|Max)?$/.test(name)) {
    const milliseconds = /^\d+$/.test(text) ? Number(text) : parseDurationMs(text);
    const mayBeZero = name === 'quietPeriodMs' || name === 'maxWaitMs';
    return milliseconds !== undefined && (milliseconds > 0 || mayBeZero) ? milliseconds : undefined;
  }
  const [, amount = '', unit = ''] = /^(\d+)(Ki|Mi|Gi)?B?$/i.exec(text) ?? [];
  if (amount === '' || (!name.includes('Bytes') && !/^\d+$/.test(text))) return undefined;
  const value = Number(amount) * (BYTES_PER_UNIT[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** What `limitValue` takes for that limit, in words. */
export function expectedLimit(name: string): string {
  if (name.endsWith('Ratio')) return 'a share from 0 to below 1, e.g. 0.2';
  if (/Ms(Min|Max)?$/.test(name)) return 'a duration such as 500ms or 2m, or milliseconds';
  if (name.includes('Bytes')) return 'bytes above 0, e.g. 16777216 or 16Mi';
  return 'a whole number above 0';
}

function positiveMs(option: string, milliseconds: number): number {
  if (milliseconds > 0) return milliseconds;
  throw new UsageError(`${option} expects a duration above 0, found '${milliseconds}'`, 'e.g. 5m');
}

function limitNames(): (keyof Limits)[] {
  return Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
}
