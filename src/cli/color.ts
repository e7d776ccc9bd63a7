/** Whether to print colour: `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether stdout is a terminal that can. */
export function wantsColor(input: {
  readonly noColorOption: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
}): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = input.env;
  if (input.noColorOption || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return input.isTty && TERM !== 'dumb';
}
