import type { IsolateMode } from '../domain/isolation/isolation-decision.ts';
import type { Limits } from '../domain/limits.ts';
import type { EngineName } from './engine-option.ts';

/** Which cluster a command talks to, as given on the command line. */
export interface ClusterOptions {
  /** `--kubeconfig FILE`; undefined: $KUBECONFIG, then ~/.kube/config. */
  readonly kubeconfig: string | undefined;
  /** `--context NAME`; undefined: the kubeconfig's current-context. */
  readonly context: string | undefined;
  /** `--namespace NAME`; undefined: all namespaces. */
  readonly namespace: string | undefined;
}

/** Which tag the cluster is to follow, and where. */
export interface TagOptions {
  /** `--tag`, else as configured. */
  readonly tag: string | undefined;
  /** `--registry`, else as configured: the repository that the tag is about. */
  readonly registry: string | undefined;
  /** `--source NAMESPACE/NAME`, else as configured: the source that it is about. */
  readonly source: string | undefined;
}

/** Which directory, and what in it counts. Paths are as given, relative to `CommandIo.cwd`. */
export interface DirectoryOptions {
  /** DIR; undefined: `k8s` if there is one, else the current directory (`watchedDirectory` decides). */
  readonly dir: string | undefined;
  /** `--root DIR`: the directory `spec.path` counts from; undefined: as the source's kind says. */
  readonly root: string | undefined;
  /** `--entry DIR`: the one cluster directory whose CRs count, where the CRs come from the repository. */
  readonly entry: string | undefined;
  /** `--source NAMESPACE/NAME`: the source this directory feeds. */
  readonly source: string | undefined;
  /** The whole list of files that no build can read: the built-in one, changed by `--ignore [!]PATTERN`. */
  readonly ignore: readonly string[];
  /** The defaults with `--limit`, `--quiet-period`, `--max-wait` and `--timeout` worked in. */
  readonly limits: Limits;
}

export interface WatchOptions extends ClusterOptions, DirectoryOptions {
  /** `--allow-context NAME` (repeatable): contexts that may be used although they are not local. */
  readonly allowContexts: readonly string[];
  /** `--engine`: whose source DIR feeds, where both engines have one that fits. */
  readonly engine: EngineName | undefined;
  /** `--registry oci://HOST/REPOSITORY`: where to push, as seen from here; undefined: the source's own URL. */
  readonly registry: string | undefined;
  /** `--tag NAME`; undefined: the source's own tag. */
  readonly tag: string | undefined;
  /** Without `--no-repair`: a source that follows another tag is made to follow this one. */
  readonly repair: boolean;
  /** A full reconcile before the first save. */
  readonly initial: boolean;
  /** Decide and show, send nothing. */
  readonly dryRun: boolean;
  /** `--sync`: Applications without automated sync are synced. */
  readonly sync: boolean;
  /** End after the first cycle, with its exit code. */
  readonly once: boolean;
  readonly json: boolean;
  /** `--log FILE`; undefined: the directory's log in the state directory. */
  readonly log: string | undefined;
  /** `--hook CMD`, in the order given. */
  readonly hooks: readonly string[];
  /** `--isolate[=MODE]`: whether changed targets get sources of their own for the session. */
  readonly isolate: IsolateMode;
  /** `--registry-in-cluster HOST[:PORT]`: what the registry is called there; undefined: as in the source, else as from here. */
  readonly registryInCluster: string | undefined;
  /** Leave isolated targets where they are at the end. */
  readonly keep: boolean;
  /** Use the cluster and registry in this process. */
  readonly embedded: boolean;
  /** Look for changes by polling. */
  readonly poll: boolean;
  /** Push also when that makes Flux prune what a target had. */
  readonly allowPrune: boolean;
}

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly log: string | undefined;
  readonly limits: Limits;
}

/** Which log a command reads. */
export interface LogSourceOptions {
  /** DIR whose log is meant; undefined: as for `watch`. */
  readonly dir: string | undefined;
  /** `--log FILE`; wins over `dir`. */
  readonly log: string | undefined;
  readonly json: boolean;
}

export interface ReplayOptions extends LogSourceOptions {
  /** `--at SEQ`; undefined: after the last event. */
  readonly at: number | undefined;
}

export type StatusOptions = LogSourceOptions;

export interface RetryOptions extends LogSourceOptions {
  /** As typed: `apps`, `flux-system/apps` or `Kustomization/flux-system/apps`. */
  readonly name: string;
}

export interface LogOptions extends LogSourceOptions {
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Only events of this machine id. */
  readonly machine: string | undefined;
  /** Only events of this type. */
  readonly type: string | undefined;
  /** Go on printing events as they are appended. */
  readonly follow: boolean;
  /** Check the whole log instead of printing it. */
  readonly verify: boolean;
  /** Where the log goes as JSON lines, as typed; `-` is standard output. */
  readonly exportTo: string | undefined;
  /** Export what is intact of a damaged log. */
  readonly salvage: boolean;
  /** The JSON lines that a new log is made of, as typed; `-` is standard input. */
  readonly importFrom: string | undefined;
}

export interface ExplainOptions extends ClusterOptions, DirectoryOptions {
  /** FILE…, as typed, at least one. */
  readonly files: readonly string[];
  /** Take the CRs from the repository instead of the cluster. */
  readonly offline: boolean;
  readonly json: boolean;
}

export interface GraphOptions {
  readonly dir: string | undefined;
  readonly format: 'text' | 'json' | 'mermaid';
  readonly limits: Limits;
}
