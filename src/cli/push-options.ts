import type { Limits } from '../domain/limits.ts';
import type { ClusterOptions } from './options.ts';

export interface PushOptions extends Pick<ClusterOptions, 'kubeconfig' | 'context'> {
  /** `oci://HOST/REPOSITORY[:TAG]` as typed; undefined: as configured. */
  readonly reference: string | undefined;
  /** `--registry` or `workload.registry`, without its tag. */
  readonly registry: string | undefined;
  /** `--tag` or as configured. */
  readonly tag: string | undefined;
  /** The tag stands on the command line itself. */
  readonly tagIsTyped: boolean;
  /** `--path DIR`; undefined: `k8s` if there is one, else the current directory. */
  readonly dir: string | undefined;
  /** `--entry DIR`: the one cluster directory whose objects count. */
  readonly entry: string | undefined;
  readonly validate: boolean;
  readonly dryRun: boolean;
  readonly provenance: boolean;
  /** Plain HTTP. */
  readonly insecure: boolean;
  readonly json: boolean;
  readonly limits: Limits;
}
