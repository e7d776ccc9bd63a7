import type { KubeObject } from '../../domain/kube-object.ts';
import { type EmbeddedClock, rfc3339 } from '../clock.ts';
import { listen } from '../http-server.ts';
import { type ArtifactFiles, packArchive, sha256 } from './archive.ts';
import { downloadArtifact } from './artifact-download.ts';
import type { ArtifactStorage } from './flux-context.ts';
import type { SourceArtifact } from './flux-object.ts';

interface Stored {
  readonly files: ArtifactFiles;
  readonly archive: Buffer;
  readonly digest: string;
}

/** Artifacts of one source that are kept: the current one and the one that running reconciles may still fetch. */
const KEPT_PER_SOURCE = 2;

/** Serves artifacts as source-controller does: `http://127.0.0.1:<port>/<kind>/<namespace>/<name>/<file>.tar.gz`. */
export async function startArtifactServer(
  clock: EmbeddedClock,
): Promise<ArtifactStorage & { readonly url: string; stop(): Promise<void> }> {
  const byPath = new Map<string, Stored>();
  const bySource = new Map<string, string[]>();
  const server = await listen((request, response) => {
    const stored = byPath.get(decodeURIComponent((request.url ?? '').slice(1)));
    if (stored === undefined) {
      response.writeHead(404).end('404 page not found\n');
      return;
    }
    const headers = { 'Content-Type': 'application/gzip', 'Content-Length': stored.archive.length };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : stored.archive);
  });

  function keep(directory: string, path: string, stored: Stored): void {
    byPath.set(path, stored);
    const paths = (bySource.get(directory) ?? []).filter((known) => known !== path);
    paths.push(path);
    for (const old of paths.splice(0, Math.max(0, paths.length - KEPT_PER_SOURCE))) byPath.delete(old);
    bySource.set(directory, paths);
  }

  return {
    url: server.url,
    store(kind: string, object: KubeObject, revision: string, files: ArtifactFiles): SourceArtifact {
      const archive = packArchive(files);
      const digest = sha256(archive);
      const directory = directoryOf(kind, object);
      const path = `${directory}/${digest.slice('sha256:'.length)}.tar.gz`;
      keep(directory, path, { files, archive, digest });
      const lastUpdateTime = rfc3339(clock.now());
      return { digest, lastUpdateTime, path, revision, size: archive.length, url: `${server.url}/${path}` };
    },
    forget(kind: string, object: KubeObject): void {
      const directory = directoryOf(kind, object);
      for (const path of bySource.get(directory) ?? []) byPath.delete(path);
      bySource.delete(directory);
    },
    async fetch(url: string, digest: string): Promise<ArtifactFiles> {
      const own = url.startsWith(`${server.url}/`) ? byPath.get(url.slice(server.url.length + 1)) : undefined;
      if (own?.digest === digest) return own.files;
      return downloadArtifact(url, digest);
    },
    stop: server.stop,
  };
}

function directoryOf(kind: string, object: KubeObject): string {
  return `${kind.toLowerCase()}/${object.metadata.namespace}/${object.metadata.name}`;
}
