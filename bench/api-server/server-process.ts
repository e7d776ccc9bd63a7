import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import { controlPlaneExecutable, whySkipped } from '../../test/control-plane/executables.ts';
import { isMain } from '../table.ts';

/** An API server in a process of its own, so that its work and memory are not the client's. */
export interface ServerProcess {
  readonly kubeconfig: string;
  /** From nothing to the first request that can be sent: of the embedded one, import and start within a running Node. */
  readonly startMs: number;
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

export type StartServer = () => Promise<ServerProcess>;

interface Started {
  readonly kubeconfig: string;
  readonly startMs: number;
}

/** The built one, as users have it. */
export async function embeddedServer({ tls }: { readonly tls: boolean }): Promise<ServerProcess> {
  const child = fork(import.meta.filename, [tls ? 'tls' : 'plain'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const started = await new Promise<Started>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Started));
    child.once('exit', () => reject(new Error("the embedded cluster's process ended")));
  });
  return {
    ...started,
    residentBytes: async () =>
      Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

/** kube-apiserver and etcd; throws with what is missing where they cannot run. */
export async function realServer(): Promise<ServerProcess> {
  const why = whySkipped(controlPlaneExecutable());
  if (why !== undefined) throw new Error(`this benchmark compares with a real kube-apiserver: ${why}`);
  const begun = performance.now();
  const controlPlane = await startControlPlane();
  return {
    kubeconfig: controlPlane.kubeconfig(),
    startMs: performance.now() - begun,
    residentBytes: controlPlane.residentBytes,
    stop: controlPlane.stop,
  };
}

const TESTING = new URL('../../dist/embedded/testing.js', import.meta.url).href;

if (isMain(import.meta.url)) {
  const begun = performance.now();
  const { startCluster } = (await import(TESTING)) as typeof import('../../src/embedded/testing.ts');
  const cluster = await startCluster({ tls: process.argv[2] === 'tls' });
  process.send?.({ kubeconfig: cluster.kubeconfig, startMs: performance.now() - begun } satisfies Started);
  process.once('disconnect', async () => {
    await cluster.stop();
    process.exit(0);
  });
}
