/**
 * The value for `reconcile.fluxcd.io/requestedAt`: RFC 3339 with nanoseconds. The event's place in the log fills the digits below a
 * millisecond, so each request has a token of its own and a replay computes the same one.
 */
export function requestToken(at: number, seq: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, -1)}${String(seq % 1_000_000).padStart(6, '0')}Z`;
}
