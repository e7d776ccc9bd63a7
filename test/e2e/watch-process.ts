import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** One line of `watch --json`. */
export interface PrintedEvent {
  readonly seq: number;
  readonly at: number;
  readonly machine: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

function start(argv: readonly string[], { cwd, env }: Surroundings): ChildProcess {
  if (!existsSync(CLI)) throw new Error(`expected the built CLI at ${CLI}, found nothing: run npm run build first`);
  return spawn(process.execPath, [CLI, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command to its end. */
export async function runCli(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = start(argv, surroundings);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A `watch --json` as a process; what it prints can be awaited. */
export class WatchProcess {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  readonly events: PrintedEvent[] = [];
  stdout = '';
  stderr = '';
  /** Set once the process has ended and all its output is here. */
  exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  readonly closed: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  constructor(argv: readonly string[], surroundings: Surroundings) {
    this.#child = start(argv, surroundings);
    let rest = '';
    this.#child.stdout?.on('data', (chunk) => {
      this.stdout += String(chunk);
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.events.push(JSON.parse(line) as PrintedEvent);
      this.#tell();
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk);
      this.#tell();
    });
    this.closed = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.exit = { code, signal };
        this.#tell();
        resolve(this.exit);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** `kill -9`, and waits until the process is gone. */
  async kill(): Promise<void> {
    if (this.exit === undefined) this.#child.kill('SIGKILL');
    await this.closed;
  }

  /** The first value that `look` finds, looked for again at each output; rejects when the process ends or time is up. */
  async find<T>(what: string, look: () => T | undefined, timeoutMs = 60_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (why: string): void =>
      reject(new Error(`${why} without ${what}; stderr: ${this.stderr}; last events: ${this.#lastEvents()}`));
    const check = (): void => {
      const found = look();
      if (found !== undefined) resolve(found);
      else if (this.exit !== undefined) fail(`the watch ended (exit code ${this.exit.code})`);
    };
    const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
    this.#listeners.add(check);
    try {
      check();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(check);
    }
  }

  /** The first event like this after event `afterSeq`. */
  event(
    like: { readonly machine?: string; readonly type: string } & Readonly<Record<string, unknown>>,
    afterSeq = 0,
  ): Promise<PrintedEvent> {
    return this.find(JSON.stringify(like), () =>
      this.events.find(
        (event) => event.seq > afterSeq && Object.entries(like).every(([field, value]) => event[field] === value),
      ),
    );
  }

  /** Waits until the watch is up; a save after this is seen. */
  started(): Promise<PrintedEvent> {
    return this.event({ machine: 'watch', type: 'WatchStarted' });
  }

  /** Waits for a text in what is told on stderr. */
  async says(text: string | RegExp): Promise<void> {
    await this.find(`saying ${String(text)}`, () =>
      (typeof text === 'string' ? this.stderr.includes(text) : text.test(this.stderr)) ? true : undefined,
    );
  }

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  #lastEvents(): string {
    return this.events
      .slice(-8)
      .map(({ seq, machine, type }) => `${seq} ${machine} ${type}`)
      .join(', ');
  }
}
