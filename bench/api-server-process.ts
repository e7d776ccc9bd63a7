import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startCluster } from '../src/embedded/testing.ts';
import { startControlPlane } from '../test/control-plane/control-plane.ts';
import { controlPlaneExecutable, whySkipped } from '../test/control-plane/executables.ts';
import { isMain } from './table.ts';

/** An API server in a process of its own, so that its work and memory are not the client's. */
export interface ServerProcess {
  readonly name: string;
  readonly kubeconfig: string;
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

export async function embeddedServer(): Promise<ServerProcess> {
  const child = fork(import.meta.filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', () => reject(new Error("the embedded cluster's process ended")));
  });
  return {
    name: 'embedded',
    kubeconfig,
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
  const controlPlane = await startControlPlane();
  return {
    name: 'kube-apiserver',
    kubeconfig: controlPlane.kubeconfig(),
    residentBytes: controlPlane.residentBytes,
    stop: controlPlane.stop,
  };
}

if (isMain(import.meta.url)) {
  const cluster = await startCluster();
  process.send?.(cluster.kubeconfig);
  process.once('disconnect', async () => {
    await cluster.stop();
    process.exit(0);
  });
}
