/**
 * The value for `reconcile.fluxcd.io/requestedAt`: RFC 3339 with nanoseconds. The event's place in the log fills the digits below a
 * millisecond, so each request has a token of its own and a replay computes the same one.
 */
export function requestToken(at: number, seq: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, -1)}${String(seq % 1_000_000).padStart(6, '0')}Z`;
}

/**
 * Does a `lastHandledReconcileAt` answer the request `token`? Its own value does, and that of a later request: there is one annotation,
 * so whoever asks next (`flux reconcile`, say) overwrites a request that was not taken yet, and its token is never handled. Both are
 * times, of two clocks perhaps: one that is behind ours makes us wait for longer, one that is ahead may pass for later.
 */
export function isAnswered(token: string, handled: string | undefined): boolean {
  if (handled === undefined) return false;
  return handled === token || Date.parse(handled) > Date.parse(token);
}
