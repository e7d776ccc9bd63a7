/** What decisions need of a live Application beyond what they need of every target. Times are compared here, so that a resync that changes nothing changes nothing. */
export interface ApplicationState {
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
  /** Healthy, Progressing, Degraded, Suspended, Missing or Unknown. */
  readonly health: string;
  /** That of the compared source: a commit, or the manifest's digest (bare `sha256:…`). */
  readonly comparedRevision: string | undefined;
  /** That of the last operation. */
  readonly syncedRevision: string | undefined;
  /** `requested`: the controller has not begun; `running` also between two attempts. */
  readonly operation: 'none' | 'requested' | 'running' | 'succeeded' | 'failed';
  readonly operationMessage: string;
  /** When the comparison was made, seen from the end of the last operation; both are known to the second only. */
  readonly compared: 'never' | 'before' | 'same-second' | 'next-second' | 'after';
  /** ComparisonError, InvalidSpecError and the like: `<type>: <message>`. */
  readonly error: string | undefined;
  readonly automated: boolean;
  /** What keeps it OutOfSync, or unhealthy: up to five objects. */
  readonly objects: string;
}
