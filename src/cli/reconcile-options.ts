import type { Limits } from '../domain/limits.ts';
import type { EngineName } from './engine-option.ts';
import type { ClusterOptions, TagOptions } from './options.ts';

/** Without a tag whatever the cluster follows is right. */
export interface ReconcileOptions extends ClusterOptions, TagOptions {
  /** `--engine`: only its targets; undefined: those of both. */
  readonly engine: EngineName | undefined;
  /** NAME…, as typed; none: all of them. */
  readonly names: readonly string[];
  /** The names in every `--exclude`. */
  readonly exclude: readonly string[];
  /** Reset HelmReleases that are stuck. */
  readonly recover: boolean;
  /** `--sync`: Applications without automated sync are synced. */
  readonly sync: boolean;
  /** `--refresh`: `hard` has Argo CD build anew what it would take from its caches. */
  readonly refresh: 'normal' | 'hard';
  /** Repair the sync ref where it is not the configured tag. */
  readonly repair: boolean;
  readonly json: boolean;
  readonly limits: Limits;
}
