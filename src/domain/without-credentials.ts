const MAY_HOLD_ONE = /:\/\/|\b(?:bearer|basic)\s/i;

/** Text from outside without what stands between `://` and `@` in its URLs, and without bearer tokens. */
export function withoutCredentials(text: string): string {
  // Most texts hold nothing of the kind, and one look costs less than two replacements.
  if (!MAY_HOLD_ONE.test(text)) return text;
  return text.replaceAll(/:\/\/[^\s/@]+@/g, '://…@').replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …');
}
