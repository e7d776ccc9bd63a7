import type { ClusterOptions } from './options.ts';

/** What `reconcile-machine restore` was asked for. */
export interface RestoreCommandOptions extends ClusterOptions {
  /** `--session NAME` (repeatable): `<namespace>/<name>` or `<name>` of a session's Lease; empty: every session that is dead. */
  readonly sessions: readonly string[];
  /** With `--session`: also when it is live. */
  readonly force: boolean;
  /** Takes the marks off targets that somebody pointed at another source. */
  readonly forget: boolean;
  /** Targets whose restore would delete something stay isolated. */
  readonly keep: boolean;
  /** Does not ask before objects are deleted. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}
