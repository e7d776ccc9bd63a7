/** Every bound of the tool, with its unit in its name. A user may raise each of them. */
export interface Limits {
  readonly quietPeriodMs: number;
  readonly maxWaitMs: number;
  readonly targetWaitMs: number;
  readonly watchBackoffMsMin: number;
  readonly watchBackoffMsMax: number;
  readonly targetBackoffMsMin: number;
  readonly targetBackoffMsMax: number;
  /** A backoff is lengthened or shortened by up to this share of itself. */
  readonly backoffJitterRatio: number;
  readonly targetAttemptsMax: number;
  /** A target whose first artifact of its own the cluster could not fetch this often in a row stays shared for the session. */
  readonly unfetchedMax: number;
  /** An artifact of a target's own that the registry has lost is pushed again this often before its source has fetched it or the next save. */
  readonly repushesMax: number;
  /** `push` and `reconcile`: how often one thing is tried, and how long is waited in between. */
  readonly attemptsMax: number;
  readonly attemptBackoffMsMin: number;
  readonly attemptBackoffMsMax: number;
  readonly breakerFailuresMax: number;
  readonly breakerOpenMsMin: number;
  readonly breakerOpenMsMax: number;
  /** Collected paths beyond this number become one "look at the whole tree". */
  readonly collectedPathsMax: number;
  readonly yamlBytesMax: number;
  readonly yamlAliasesMax: number;
  readonly yamlDocumentsMax: number;
  readonly closureBytesMax: number;
  readonly treeFilesMax: number;
  readonly snapshotEveryEvents: number;
  readonly logEventsMax: number;
  readonly logAgeMsMax: number;
  readonly requestTimeoutMs: number;
  /** How often, at rest, all known files are compared with the disk. */
  readonly sweepIntervalMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  quietPeriodMs: 75,
  maxWaitMs: 2_000,
  targetWaitMs: 300_000,
  watchBackoffMsMin: 1_000,
  watchBackoffMsMax: 30_000,
  targetBackoffMsMin: 1_000,
  targetBackoffMsMax: 300_000,
  backoffJitterRatio: 0.2,
  targetAttemptsMax: 5,
  unfetchedMax: 3,
  repushesMax: 3,
  attemptsMax: 3,
  attemptBackoffMsMin: 5_000,
  attemptBackoffMsMax: 30_000,
  breakerFailuresMax: 5,
  breakerOpenMsMin: 10_000,
  breakerOpenMsMax: 120_000,
  collectedPathsMax: 10_000,
  yamlBytesMax: 8 * 1024 * 1024,
  yamlAliasesMax: 1_000,
  yamlDocumentsMax: 10_000,
  closureBytesMax: 64 * 1024 * 1024,
  treeFilesMax: 200_000,
  snapshotEveryEvents: 1_000,
  logEventsMax: 100_000,
  logAgeMsMax: 30 * 24 * 60 * 60 * 1_000,
  requestTimeoutMs: 30_000,
  sweepIntervalMs: 60_000,
};
