import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kustomizeControllerExecutable } from './executables.ts';
import { freePort } from './free-port.ts';

export interface KustomizeControllerOptions {
  /** YAML. The CRDs of kustomize-controller and of the sources must be served (see `flux-definitions.ts`). */
  readonly kubeconfig: string;
  /** More flags, e.g. `--requeue-dependency=2s`. */
  readonly flags?: readonly string[];
}

/** Flux's kustomize-controller as a process outside the cluster. */
export interface KustomizeController {
  /** Ends the process with SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** What it logged so far. */
  log(): Promise<string>;
  /** Nobody is at work, and nothing waits for somebody to be: by its own metrics. */
  isIdle(): Promise<boolean>;
  stop(): Promise<void>;
}

const READY_MS = 30_000;
const NOT_SERVED_YET = 'unable to retrieve the complete list of server APIs';
const FLAGS = [
  '--enable-leader-election=false',
  '--watch-all-namespaces',
  '--events-addr=',
  // Its client would hold back what tests ask for all at once.
  '--kube-api-qps=1000',
  '--kube-api-burst=2000',
];

/** Starts one and resolves when its watches are synced. Throws with the end of its log when it ends before. */
export async function startKustomizeController(options: KustomizeControllerOptions): Promise<KustomizeController> {
  const directory = await mkdtemp(join(tmpdir(), 'kustomize-controller-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  const logPath = join(directory, 'log');
  await writeFile(kubeconfigPath, options.kubeconfig, { mode: 0o600 });
  let child: ChildProcess | undefined;
  let metricsPort = 0;

  async function start(): Promise<void> {
    const [health, metrics] = [await freePort(), await freePort()];
    metricsPort = metrics;
    const addresses = [`--health-addr=127.0.0.1:${health}`, `--metrics-addr=127.0.0.1:${metrics}`];
    const log = createWriteStream(logPath, { flags: 'a' });
    const started = spawn(kustomizeControllerExecutable().path, [...FLAGS, ...addresses, ...(options.flags ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its temporary directories go with ours.
      env: { PATH: process.env.PATH, KUBECONFIG: kubeconfigPath, RUNTIME_NAMESPACE: 'flux-system', TMPDIR: directory },
    });
    child = started;
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
    const giveUpAt = Date.now() + READY_MS;
    while (!((await isReady(health)) && (await readLog()).includes('Starting workers'))) {
      // A definition that was made a moment ago may not be served by every path of discovery yet: it ends then.
      if (started.exitCode !== null && Date.now() < giveUpAt && (await readLog()).includes(NOT_SERVED_YET)) {
        await writeFile(logPath, '');
        return start();
      }
      if (started.exitCode !== null || Date.now() > giveUpAt) {
        const end = (await readLog()).slice(-2_000);
        await kill();
        throw new Error(`expected kustomize-controller to be ready within ${READY_MS} ms; the end of its log:\n${end}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function readLog(): Promise<string> {
    return readFile(logPath, 'utf8').catch(() => '');
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    kill,
    async start() {
      // What it said before tells nothing about the new one.
      await writeFile(logPath, '');
      await start();
    },
    log: readLog,
    isIdle: async () => {
      const text = await textAt(metricsPort, '/metrics');
      const values = [...text.matchAll(/^(?:controller_runtime_active_workers|workqueue_depth)\{[^}]*\} (.*)$/gm)];
      return values.length > 0 && values.every(([, value]) => Number(value) === 0);
    },
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function textAt(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
