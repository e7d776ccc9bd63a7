import { type ChildProcess, fork } from 'node:child_process';
import { garbageCollector } from '../src/cli/session/garbage-collector.ts';
import type { KubeObject } from '../src/domain/kube-object.ts';
import { startCluster, startFlux, startRegistry } from '../src/embedded/testing.ts';
import { directoryOf } from './generated-tree.ts';
import { isMain } from './table.ts';

/** What the cluster's process reports; `atMs` is on the monotonic clock that all processes of a machine share. */
export type Report =
  | { readonly type: 'started'; readonly kubeconfig: string }
  | {
      readonly type: 'asked';
      readonly kind: string;
      readonly name: string;
      readonly token: string;
      readonly atMs: number;
    }
  | { readonly type: 'source-ready'; readonly token: string; readonly atMs: number }
  /** The digest of a Kustomization's own source was moved. */
  | { readonly type: 'moved'; readonly name: string; readonly atMs: number }
  /** A Kustomization is at another revision. */
  | { readonly type: 'applied'; readonly name: string }
  /** Every Kustomization has applied this revision. */
  | { readonly type: 'through'; readonly revision: string };

export interface EmbeddedProcess {
  readonly kubeconfig: string;
  onReport(listener: (report: Report) => void): void;
  stop(): Promise<void>;
}

export interface EmbeddedProcessOptions {
  readonly kustomizations: number;
  /** Without Flux, nothing moves in the cluster. */
  readonly flux: boolean;
}

/** Milliseconds on the clock that all processes share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** In a cluster the builds run in another process than the API server: here they begin once the requests of a save are out. */
const BUILDS_BEGIN_AFTER_MS = 60;
/** A real API server and a real registry do not stop for their garbage: here it is collected when nobody waits for an answer. */
const COLLECTED_AFTER_MS = 100;
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** A cluster, a registry and Flux's stand-ins in a process of their own, so that their work and memory are not counted. */
export async function startEmbeddedProcess(options: EmbeddedProcessOptions): Promise<EmbeddedProcess> {
  const child = fork(import.meta.filename, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const listeners: ((report: Report) => void)[] = [];
  const started = Promise.withResolvers<string>();
  child.once('exit', () => started.reject(new Error("the embedded cluster's process ended")));
  child.on('message', (message) => {
    const report = message as Report;
    if (report.type === 'started') started.resolve(report.kubeconfig);
    for (const listener of listeners) listener(report);
  });
  return {
    kubeconfig: await started.promise,
    onReport: (listener) => void listeners.push(listener),
    stop: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.disconnect();
  });
}

async function serve({ kustomizations, flux }: EmbeddedProcessOptions): Promise<void> {
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  // Whoever it is for may be gone by now.
  const tell = (report: Report): void => void (process.connected && process.send?.(report, () => {}));
  const objects = cluster.objects;
  objects.apply({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'bench', namespace: 'flux-system' },
    spec: { interval: '10m', url: `oci://${registry.host}/bench/apps`, insecure: true, ref: { tag: 'latest' } },
  });
  for (let index = 0; index < kustomizations; index += 1) objects.apply(kustomization(index));
  const tokens = new Map<string, string>();
  const digests = new Map<string, string>();
  const applied = new Map<string, string>();
  let through: string | undefined;
  let sourceReadyAtMs = 0;
  const collect = garbageCollector();
  let collecting: NodeJS.Timeout | undefined;
  cluster.access.store.subscribe(({ type, object }) => {
    clearTimeout(collecting);
    collecting = setTimeout(() => collect({ type: 'major', execution: 'sync' }), COLLECTED_AFTER_MS).unref();
    const { kind, metadata } = object;
    if (type === 'DELETED' || (kind !== 'OCIRepository' && kind !== 'Kustomization')) return;
    const token = metadata.annotations?.[REQUESTED_AT];
    const id = `${kind}/${metadata.name}`;
    if (token !== undefined && tokens.get(id) !== token) {
      tokens.set(id, token);
      tell({ type: 'asked', kind, name: metadata.name, token, atMs: sharedNow() });
    }
    if (kind === 'OCIRepository') {
      const { digest } = (object.spec?.ref ?? {}) as { readonly digest?: string };
      if (digest !== undefined && digests.get(metadata.name) !== digest) {
        digests.set(metadata.name, digest);
        tell({ type: 'moved', name: metadata.name, atMs: sharedNow() });
      }
      if (token !== undefined && object.status?.lastHandledReconcileAt === token && isReady(object)) {
        sourceReadyAtMs = sharedNow();
        tell({ type: 'source-ready', token, atMs: sourceReadyAtMs });
      }
      return;
    }
    const revision = object.status?.lastAppliedRevision;
    if (typeof revision !== 'string') return;
    if (applied.get(metadata.name) !== revision) tell({ type: 'applied', name: metadata.name });
    applied.set(metadata.name, revision);
    if (revision === through || applied.size < kustomizations) return;
    for (const other of applied.values()) if (other !== revision) return;
    through = revision;
    tell({ type: 'through', revision });
  });
  const controllers = flux
    ? await startFlux({
        cluster,
        builder: 'plain',
        latency: { build: () => sourceReadyAtMs + BUILDS_BEGIN_AFTER_MS - sharedNow() },
      })
    : undefined;
  tell({ type: 'started', kubeconfig: cluster.kubeconfig });
  process.once('disconnect', async () => {
    await controllers?.stop();
    await Promise.all([cluster.stop(), registry.stop()]);
    process.exit(0);
  });
}

function kustomization(index: number): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: `app-${index}`, namespace: 'flux-system' },
    spec: {
      interval: '10m',
      path: `./${directoryOf(index)}`,
      prune: true,
      sourceRef: { kind: 'OCIRepository', name: 'bench' },
    },
  };
}

function isReady(object: KubeObject): boolean {
  const conditions = object.status?.conditions as readonly { type: string; status: string }[] | undefined;
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

if (isMain(import.meta.url)) await serve(JSON.parse(process.argv[2] ?? '{}') as EmbeddedProcessOptions);
