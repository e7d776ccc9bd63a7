import { packArchive, sha256 } from '../../../src/embedded/flux/archive.ts';
import { listen } from '../../../src/embedded/http-server.ts';

/** `status.artifact`, as far as kustomize-controller reads it. */
export interface ServedArtifact {
  readonly url: string;
  readonly digest: string;
  readonly path: string;
  readonly size: number;
}

/** Tarballs over HTTP, for sources whose status a test writes itself. */
export interface ServedArtifacts {
  serve(path: string, files: Readonly<Record<string, string>>): ServedArtifact;
  remove(artifact: ServedArtifact): void;
  /** Lets requests for this artifact wait. */
  hold(artifact: ServedArtifact): HeldRequests;
  stop(): Promise<void>;
}

export interface HeldRequests {
  /** How many came before the release. */
  readonly count: number;
  release(): void;
}

export async function startServedArtifacts(): Promise<ServedArtifacts> {
  const archives = new Map<string, Buffer>();
  const held = new Map<string, (() => void)[]>();
  const server = await listen((request, response) => {
    const path = (request.url ?? '').slice(1);
    const archive = archives.get(path);
    const answer = (): void => {
      if (archive === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'Content-Length': archive.length }).end(archive);
    };
    const waiting = held.get(path);
    if (waiting === undefined) answer();
    else waiting.push(answer);
  });
  return {
    serve(path, files) {
      const archive = archiveOf(files);
      archives.set(path, archive);
      return { url: `${server.url}/${path}`, digest: sha256(archive), path, size: archive.length };
    },
    remove: ({ path }) => void archives.delete(path),
    hold({ path }) {
      const waiting: (() => void)[] = [];
      held.set(path, waiting);
      let released = 0;
      return {
        get count() {
          return released + waiting.length;
        },
        release() {
          held.delete(path);
          released += waiting.length;
          for (const answer of waiting.splice(0)) answer();
        },
      };
    },
    stop: server.stop,
  };
}

function archiveOf(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).map(
    ([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }] as const,
  );
  return packArchive(new Map(entries));
}
