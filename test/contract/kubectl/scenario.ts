/** `kubectl get cm -w` while other commands run. */
export interface WatchStep {
  readonly watch: string;
  /** The others run once the watch has printed this many lines. */
  readonly first: number;
  readonly meanwhile: readonly string[];
  /** The watch is ended when it has printed this many lines. */
  readonly lines: number;
}

/** What stands after `kubectl`, as typed into a shell. */
export type Step = string | WatchStep;

/** Commands that run in order, in a namespace and a directory of their own. */
export interface Scenario {
  readonly title: string;
  /** Files in the directory, by name; executable. */
  readonly files?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
