import { createClusterClient } from '../cluster/client.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { installManifests } from '../effects/install-manifests.ts';
import { clusterConnection } from './cluster-connection.ts';
import { type LoadedManifest, manifestsIn, readManifests } from './cluster-manifests.ts';
import type { CommandIo } from './command.ts';
import { diagnoseOnFailure } from './diagnose-on-failure.ts';
import type { EngineName } from './engine-option.ts';
import { CommandFailedError, UsageError } from './errors.ts';
import type { InitOptions } from './init-options.ts';
import { assertMayUse } from './may-use-context.ts';

const DOWNLOAD_MS = 60_000;
const ARGO_NAMESPACE = 'argocd';

/** An engine's own manifests, from a file or a URL. */
export interface EngineManifests {
  /** As typed. */
  readonly from: string;
  readonly objects: readonly KubeObject[];
}

/** Applies them and waits until the engine's controllers answer. What was installed, for `--json`. */
export async function installEngine(
  manifests: EngineManifests,
  options: InitOptions & { readonly engine: EngineName },
  io: CommandIo,
  tell: (line: string) => void,
): Promise<{ readonly from: string; readonly objects: number }> {
  const { from } = manifests;
  const objects = withNamespace(manifests.objects, options.engine);
  const connection = await clusterConnection(options, io);
  await assertMayUse(connection, options.allowContexts, `Install ${objects.length} objects there?`, io);
  const client = createClusterClient(connection, { limits: DEFAULT_LIMITS });
  try {
    tell(`installing ${from} into ${connection.contextName} (${connection.server})`);
    await installManifests(client, objects, {
      timeoutMs: DEFAULT_LIMITS.targetWaitMs,
      signal: io.signal,
      namespace: options.engine === 'argocd' ? ARGO_NAMESPACE : undefined,
      onProgress: tell,
    });
    return { from, objects: objects.length };
  } catch (error) {
    await diagnoseOnFailure(error, { client, targets: [], json: options.json }, io);
    throw error;
  } finally {
    client.close();
  }
}

/** Argo CD's own manifests name no namespace, and bring none. */
function withNamespace(objects: readonly KubeObject[], engine: EngineName): readonly KubeObject[] {
  const isThere = objects.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === ARGO_NAMESPACE);
  if (engine !== 'argocd' || isThere) return objects;
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGO_NAMESPACE } }, ...objects];
}

/** Throws UsageError or CommandFailedError where there are none. */
export async function engineManifests(from: string, io: CommandIo): Promise<EngineManifests> {
  const manifests: readonly LoadedManifest[] = /^https?:\/\//.test(from)
    ? manifestsIn(from, await downloaded(from, io.signal))
    : await readManifests([from], io);
  if (manifests.length === 0)
    throw new UsageError(`--install ${from}: it holds no manifests`, 'e.g. the install.yaml of a Flux release');
  return { from, objects: manifests.map(({ object }) => object) };
}

async function downloaded(url: string, signal: AbortSignal): Promise<string> {
  const { protocol, hostname } = new URL(url);
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) {
    throw new UsageError(
      `--install ${url}: what gets all rights in a cluster is not taken over plain HTTP`,
      'give an https:// address, or a file',
    );
  }
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]) });
    if (!response.ok) throw new CommandFailedError(`--install ${url}: HTTP ${response.status}`, 'check the address');
    return await response.text();
  } catch (error) {
    if (signal.aborted || error instanceof CommandFailedError) throw error;
    const { cause } = error as Error;
    const why = cause instanceof Error ? cause.message : String(error);
    throw new CommandFailedError(
      `--install ${url} cannot be read: ${why}`,
      'download it by other means and give the file',
      {
        cause: error,
      },
    );
  }
}
