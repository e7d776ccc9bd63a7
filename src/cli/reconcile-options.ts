import type { Limits } from '../domain/limits.ts';
import type { ClusterOptions, TagOptions } from './options.ts';

/** Without a tag whatever the cluster follows is right. */
export interface ReconcileOptions extends ClusterOptions, TagOptions {
  /** NAME…, as typed; none: all of them. */
  readonly names: readonly string[];
  /** The names in every `--exclude`. */
  readonly exclude: readonly string[];
  /** Reset HelmReleases that are stuck. */
  readonly recover: boolean;
  /** `--sync`: Applications without automated sync are synced. */
  readonly sync: boolean;
  /** Repair the sync ref where it is not the configured tag. */
  readonly repair: boolean;
  readonly json: boolean;
  readonly limits: Limits;
}
