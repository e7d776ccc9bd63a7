import type { Scalar } from 'yaml';

/** A word that YAML readers take for nothing but a string, bare. */
const BARE = /^[A-Za-z][A-Za-z0-9./_-]*$/;
const NOT_A_STRING = /^(true|false|null|yes|no|on|off|y|n|inf|nan)$/i;

/** `value` as a scalar that is written the way `like` is, so that an edit looks as if made by hand. Undefined for block scalars. */
export function scalarText(value: string, like: Pick<Scalar, 'type'>): string | undefined {
  switch (like.type) {
    case 'QUOTE_SINGLE':
      return `'${value.replaceAll("'", "''")}'`;
    case 'QUOTE_DOUBLE':
      return JSON.stringify(value);
    case 'PLAIN':
      return bareText(value);
    default:
      return undefined;
  }
}

/** Bare where that is safe, also inside of `[…]` and `{…}`; else quoted. */
export function bareText(value: string): string {
  const inner = value.startsWith('./')
    ? value.slice(2)
    : value.startsWith('../')
      ? value.replace(/^(\.\.\/)+/, '')
      : value;
  return BARE.test(inner) && !NOT_A_STRING.test(inner) ? value : JSON.stringify(value);
}
