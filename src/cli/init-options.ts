import type { EngineName } from './engine-option.ts';
import type { ClusterOptions } from './options.ts';

/** What `reconcile-machine init` was asked for; undefined is asked for, or decided. */
export interface InitOptions extends ClusterOptions {
  /** The project's directory, as typed. */
  readonly dir: string | undefined;
  readonly engine: EngineName | undefined;
  readonly fluxInstance: boolean;
  readonly name: string | undefined;
  /** `oci://HOST/REPOSITORY` */
  readonly registry: string | undefined;
  /** `HOST[:PORT]` */
  readonly registryInCluster: string | undefined;
  readonly tag: string | undefined;
  /** Ask nothing. */
  readonly yes: boolean;
  /** Manifests of the engine: a file or a URL, as typed. */
  readonly install: string | undefined;
  /** Where to serve a registry: `HOST:PORT`. */
  readonly localRegistry: { readonly host: string; readonly port: number } | undefined;
  readonly allowContexts: readonly string[];
  readonly json: boolean;
}
