/** Text from outside without what stands between `://` and `@` in its URLs, and without bearer tokens. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/:\/\/[^\s/@]+@/g, '://…@').replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …');
}
