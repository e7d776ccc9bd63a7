import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { argoCdExecutable } from './executables.ts';
import { freePort } from './free-port.ts';

export interface ArgoCdOptions {
  /** YAML. The definitions and settings of `argo-cd-definitions.ts` must be there. */
  readonly kubeconfig: string;
  /** Namespaces beside its own in which Applications are taken, as globs. */
  readonly applicationNamespaces?: readonly string[];
  /** More flags of the application controller. */
  readonly flags?: readonly string[];
}

/** Argo CD's application controller, repo-server and ApplicationSet controller, with their Redis, as processes outside the cluster. */
export interface ArgoCd {
  /** Ends the application controller with SIGKILL, in the middle of whatever it does. */
  killController(): Promise<void>;
  /** Starts it again. */
  startController(): Promise<void>;
  /** What all of them logged so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

interface Part {
  readonly name: string;
  readonly arguments: readonly string[];
  /** Listening there, it is ready. */
  readonly port: number;
}

const READY_MS = 60_000;

/** Starts them and resolves when all listen. Throws with the end of their log when one ends before. */
export async function startArgoCdProcesses(options: ArgoCdOptions): Promise<ArgoCd> {
  const directory = await mkdtemp(join(tmpdir(), 'argo-cd-'));
  const executable = argoCdExecutable().path;
  const bin = join(directory, 'bin');
  for (const part of [bin, join(directory, 'tls'), join(directory, 'ssh')]) await mkdir(part);
  await symlink(executable, join(bin, 'kustomize'));
  await writeFile(join(directory, 'kubeconfig'), inNamespace(options.kubeconfig), { mode: 0o600 });
  const log = createWriteStream(join(directory, 'log'), { flags: 'a' });
  const env = {
    // What is missing on this machine it must not find in another place.
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: directory,
    TMPDIR: directory,
    KUBECONFIG: join(directory, 'kubeconfig'),
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_ASK_PASS_SOCK: join(directory, 'ask-pass.sock'),
    ARGOCD_TLS_DATA_PATH: join(directory, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(directory, 'ssh'),
  };
  const running = new Map<string, ChildProcess>();
  const ports = {
    ...{ redis: await freePort(), repositories: await freePort(), repositoriesMetrics: await freePort() },
    ...{ controller: await freePort(), sets: await freePort(), setsMetrics: await freePort() },
    webhook: await freePort(),
  };
  const cache = `--redis=127.0.0.1:${ports.redis}`;
  const namespaces = options.applicationNamespaces ?? [];

  const controller: Part = {
    name: 'argocd-application-controller',
    arguments: [
      cache,
      '--repo-server-plaintext',
      `--repo-server=127.0.0.1:${ports.repositories}`,
      `--metrics-port=${ports.controller}`,
      ...(namespaces.length === 0 ? [] : [`--application-namespaces=${namespaces.join(',')}`]),
      ...(options.flags ?? []),
    ],
    port: ports.controller,
  };
  const others: readonly Part[] = [
    { name: 'argocd-redis', arguments: [`127.0.0.1:${ports.redis}`], port: ports.redis },
    {
      name: 'argocd-repo-server',
      arguments: [
        cache,
        '--disable-tls',
        '--address=127.0.0.1',
        `--port=${ports.repositories}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${ports.repositoriesMetrics}`,
      ],
      port: ports.repositories,
    },
    {
      name: 'argocd-applicationset-controller',
      arguments: [
        '--repo-server-plaintext',
        `--argocd-repo-server=127.0.0.1:${ports.repositories}`,
        `--metrics-addr=127.0.0.1:${ports.setsMetrics}`,
        `--probe-addr=127.0.0.1:${ports.sets}`,
        `--webhook-addr=127.0.0.1:${ports.webhook}`,
      ],
      port: ports.sets,
    },
  ];

  async function start({ name, arguments: flags, port }: Part): Promise<void> {
    const child = spawn(executable, flags, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, ARGOCD_BINARY_NAME: name },
    });
    running.set(name, child);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const giveUpAt = Date.now() + READY_MS;
    while (!(await listens(port))) {
      if (child.exitCode !== null || Date.now() > giveUpAt) {
        const end = (await readLog()).slice(-2_000);
        await stop();
        throw new Error(`expected ${name} to be ready within ${READY_MS} ms; the end of its log:\n${end}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function kill(child: ChildProcess | undefined): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  function readLog(): Promise<string> {
    return readFile(join(directory, 'log'), 'utf8').catch(() => '');
  }

  async function stop(): Promise<void> {
    await Promise.all([...running.values()].map(kill));
    log.end();
    await rm(directory, { recursive: true, force: true });
  }

  for (const part of [...others, controller]) await start(part);
  return {
    killController: () => kill(running.get(controller.name)),
    startController: () => start(controller),
    log: readLog,
    stop,
  };
}

/** What a controller is in the namespace of it takes its settings from. */
function inNamespace(kubeconfig: string): string {
  return kubeconfig.replace(/^( +)cluster: (\S+)$/m, '$1cluster: $2\n$1namespace: argocd');
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
