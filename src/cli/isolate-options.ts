import type { DirectoryOptions } from './options.ts';

export interface IsolateOptions extends DirectoryOptions {
  /** Write nothing; the exit code says whether something would be. */
  readonly check: boolean;
  readonly dryRun: boolean;
  /** Push the artifacts instead of writing manifests. */
  readonly push: boolean;
  /** `--registry oci://HOST/REPOSITORY` */
  readonly registry: string | undefined;
  readonly json: boolean;
}
