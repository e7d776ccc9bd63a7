import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { normalised } from './normalised.ts';
import type { Scenario, WatchStep } from './scenario.ts';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

interface Running {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
}

const PATIENCE_MS = 60_000;
const POLL_MS = 10;

/** kubectl as installed, with a home of its own, against one server. */
export class Kubectl {
  readonly #home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  readonly #kubeconfig: string;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** What a person would have seen, without what differs from run to run. */
  async transcript({ files = {}, steps }: Scenario, namespace: string): Promise<string> {
    const directory = join(this.#home, namespace);
    mkdirSync(directory);
    writeFileSync(join(directory, 'kubeconfig'), withNamespace(this.#kubeconfig, namespace), { mode: 0o600 });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text, { mode: 0o755 });
    }
    await this.#run(`create namespace ${namespace}`, directory);
    const shown: string[] = [];
    for (const step of steps) {
      const command = typeof step === 'string' ? step : step.watch;
      const ran = typeof step === 'string' ? await this.#run(step, directory) : await this.#watch(step, directory);
      const { exitCode } = ran.child;
      shown.push(`$ kubectl ${command}\n${ran.stdout}${ran.stderr}${exitCode ? `exit code ${exitCode}\n` : ''}`);
    }
    return normalised(shown.join('\n'), namespace);
  }

  async #run(command: string, directory: string): Promise<Running> {
    const running = this.#start(command, directory);
    await once(running.child, 'close');
    return running;
  }

  async #watch({ watch, first, meanwhile, lines }: WatchStep, directory: string): Promise<Running> {
    const running = this.#start(watch, directory);
    const closed = once(running.child, 'close');
    await printedLines(running, first);
    for (const command of meanwhile) await this.#run(command, directory);
    await printedLines(running, lines);
    running.child.kill('SIGTERM');
    await closed;
    return running;
  }

  #start(command: string, directory: string): Running {
    const env = { ...process.env, HOME: this.#home, KUBECONFIG: join(directory, 'kubeconfig') };
    const child = spawn('sh', ['-c', `exec kubectl ${command}`], {
      cwd: directory,
      env: { ...env, KUBE_EDITOR: './editor.sh' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running: Running = { child, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      running.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      running.stderr += chunk;
    });
    return running;
  }
}

/** Waits for so many lines; what is missing after a while shows in the comparison. */
async function printedLines(running: Running, count: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (running.stdout.split('\n').length <= count && Date.now() < deadline && running.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function withNamespace(kubeconfig: string, namespace: string): string {
  const config = parse(kubeconfig);
  for (const { context } of config.contexts) context.namespace = namespace;
  return stringify(config);
}
