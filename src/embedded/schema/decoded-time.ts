import { Unfit } from './unfit.ts';

const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Times that are as they should be: each write sends the same few again. */
const known = new Map<string, string>();
const KNOWN_MAX = 1_000;

/** A time as Go writes it again: in UTC, with seconds (`date-time`) or microseconds (`micro-time`). Throws Unfit. */
export function decodedTime(format: 'date-time' | 'micro-time', value: string): string {
  if (known.get(value) === format) return value;
  const decoded = readTime(format, value);
  if (decoded !== value) return decoded;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(value, format);
  return decoded;
}

function readTime(format: 'date-time' | 'micro-time', value: string): string {
  const layout = format === 'micro-time' ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const parsed = TIME.test(value) ? new Date(value) : undefined;
  if (parsed === undefined || Number.isNaN(parsed.getTime())) {
    throw new Unfit(
      `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  const seconds = parsed.toISOString().slice(0, 19);
  if (format === 'date-time') return `${seconds}Z`;
  // Microseconds are not optional.
  const rest = value.slice('2006-01-02T15:04:05'.length);
  const fraction = /^\.(\d{6})\D/.exec(rest)?.[1];
  if (fraction === undefined) {
    throw new Unfit(
      `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as ".000000"`,
    );
  }
  return `${seconds}.${fraction}Z`;
}
