import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** `reconcile-machine watch` as users have it, a process of its own. */
export interface WatchProcess {
  /** Resolves when the watch is up; a save after this is seen. */
  readonly started: Promise<void>;
  /** Ends it with SIGKILL: what it would do on leaving is not measured. */
  kill(): Promise<void>;
}

export function startWatch(options: {
  readonly directory: string;
  /** For the log. */
  readonly home: string;
  readonly kubeconfig: string;
  readonly more: readonly string[];
}): WatchProcess {
  const { directory, home, kubeconfig, more } = options;
  const argv = ['watch', directory, '--kubeconfig', kubeconfig, '--log', join(home, 'events.db'), '--json', ...more];
  const child = spawn(process.execPath, [CLI, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], cwd: home });
  const started = Promise.withResolvers<void>();
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${String(chunk)}`.slice(-2_000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if ((JSON.parse(line) as { type: string }).type === 'WatchStarted') started.resolve();
  });
  // Whoever does not wait for it hears by what does not happen.
  started.promise.catch(() => {});
  child.once('exit', (code) => started.reject(new Error(`the watch ended with code ${code}: ${said}`)));
  return {
    started: started.promise,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
