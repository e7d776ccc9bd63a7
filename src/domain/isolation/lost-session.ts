/** A session of this process that cannot go on. */
export interface LostSession {
  /** `<namespace>/<name>` of its Lease. */
  readonly session: string;
  /** What was found of the Lease, in words. */
  readonly why: string;
}

/** Why what `session` has moved is left alone, in words: it is another session's, or was this one's before that was lost. */
export function whoseIsolation(session: string, lost: LostSession | undefined): string {
  if (lost?.session === session) return `it is isolated by this session, which is over: ${lost.why}`;
  return `it is isolated by another session (Lease ${session})`;
}
