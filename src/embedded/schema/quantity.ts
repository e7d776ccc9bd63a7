/** A resource quantity (`500m`, `1Gi`) as a number of thousandth of billionths, so that each one is a whole number. */
interface Quantity {
  readonly nano: bigint;
  readonly form: 'decimal' | 'binary' | 'exponent';
}

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d+)|([numkMGTPE]i?))?$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const ONE = 1_000_000_000n;

export const QUANTITY_RULE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function parse(text: string): Quantity | undefined {
  // `Ki` has a capital K, the decimal kilo is a small k.
  const found = PATTERN.exec(text.replace(/Ki$/, 'ki'));
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent, power, suffix = ''] = found;
  if (whole === '' && fraction === '') return undefined;
  if ('num'.includes(suffix[0] ?? ' ') && suffix.endsWith('i')) return undefined;
  const digits = BigInt(whole + fraction);
  const scale = 10n ** BigInt(fraction.length);
  const binary = suffix.length === 2;
  const place = binary ? BINARY.findIndex((each) => each.toLowerCase() === suffix.toLowerCase()) : 0;
  const tens = exponent !== undefined ? Number(power) : (DECIMAL.indexOf(suffix) - 3) * 3;
  const factor = binary ? 1024n ** BigInt(place) : 10n ** BigInt(Math.max(tens, 0));
  const divisor = scale * (binary ? 1n : 10n ** BigInt(Math.max(-tens, 0)));
  const product = digits * factor * ONE;
  // What is finer than a billionth is rounded up, away from zero.
  const nano = (product + divisor - 1n) / divisor;
  return {
    nano: sign === '-' ? -nano : nano,
    form: binary ? 'binary' : exponent === undefined ? 'decimal' : 'exponent',
  };
}

/** The quantity as the API server writes it (`1024Mi` is `1Gi`, `0.5` is `500m`); undefined when `text` is none. */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parse(text);
  if (parsed === undefined) return undefined;
  const { nano, form } = parsed;
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const size = nano < 0n ? -nano : nano;
  // Less than a Ki, or not a whole number: binary suffixes cannot say it.
  if (form === 'binary' && size >= 1024n * ONE && size % ONE === 0n) return sign + binaryText(size / ONE);
  return sign + decimalText(size, form === 'exponent');
}

function binaryText(size: bigint): string {
  let value = size;
  let place = 0;
  while (value % 1024n === 0n && place < BINARY.length - 1) {
    value /= 1024n;
    place += 1;
  }
  return `${value}${BINARY[place]}`;
}

function decimalText(nano: bigint, exponent: boolean): string {
  let value = nano;
  let place = 0;
  while (value % 1000n === 0n && place < DECIMAL.length - 1) {
    value /= 1000n;
    place += 1;
  }
  const power = (place - 3) * 3;
  if (exponent) return power === 0 ? `${value}` : `${value}e${power}`;
  return `${value}${DECIMAL[place]}`;
}

/** Compares two valid quantities; NaN when one is none. */
export function compareQuantities(a: string, b: string): number {
  const left = parse(a)?.nano;
  const right = parse(b)?.nano;
  if (left === undefined || right === undefined) return Number.NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}
