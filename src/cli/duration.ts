const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `75ms`, `2s`, `1.5s`, `5m`, `1m30s`, `30d` as milliseconds, rounded; undefined when `text` is no such thing. A number without a unit is none, except `0`. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * (MS_PER_UNIT[unit] ?? Number.NaN);
  }
  const roundedMs = Math.round(totalMs);
  return Number.isSafeInteger(roundedMs) ? roundedMs : undefined;
}

/** The number with the unit that is likely meant: milliseconds where the `usual` value has them, else seconds. */
export function withUnit(number: string, usual: string | undefined): string {
  return `${number}${usual?.endsWith('ms') === true ? 'ms' : 's'}`;
}
