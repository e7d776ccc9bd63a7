import type { EmbeddedClock } from './clock.ts';

export interface LogLine {
  readonly atMs: number;
  readonly text: string;
}

interface ContainerLog {
  lines: LogLine[];
  closed: boolean;
}

type Listener = () => void;

/** Which log: of a container now, or of the run before its last restart. */
export interface LogKey {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous?: boolean;
}

/** What containers have printed, set by tests: there is no kubelet that would know. */
export class PodLogs {
  readonly #clock: EmbeddedClock;
  readonly #logs = new Map<string, ContainerLog>();
  readonly #listeners = new Set<Listener>();

  constructor(clock: EmbeddedClock) {
    this.#clock = clock;
  }

  /** The whole log; it is closed: a follower ends after it. */
  set(key: LogKey, text: string): void {
    this.#logs.set(idOf(key), { lines: this.#linesOf(text), closed: true });
    this.#notify();
  }

  /** Adds lines; the log stays open until `close`. */
  append(key: LogKey, text: string): void {
    const log = this.#logs.get(idOf(key)) ?? { lines: [], closed: false };
    log.closed = false;
    log.lines.push(...this.#linesOf(text));
    this.#logs.set(idOf(key), log);
    this.#notify();
  }

  /** The container has ended: so do the followers of its log. */
  close(key: LogKey): void {
    const log = this.#logs.get(idOf(key)) ?? { lines: [], closed: true };
    log.closed = true;
    this.#logs.set(idOf(key), log);
    this.#notify();
  }

  read(key: LogKey): { readonly lines: readonly LogLine[]; readonly closed: boolean } | undefined {
    return this.#logs.get(idOf(key));
  }

  /** Called after each change of any log. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #linesOf(text: string): LogLine[] {
    const atMs = this.#clock.now();
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => ({ atMs, text: line }));
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function idOf({ namespace, pod, container, previous = false }: LogKey): string {
  return `${namespace}/${pod}/${container}/${previous}`;
}
