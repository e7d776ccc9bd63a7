import type { PushedArtifact } from '../registry/artifact-push.ts';
import { formatBytes, formatCount } from '../ui/quantity.ts';
import type { PushDestination } from './push-destination.ts';
import type { PushRepository } from './push-repository.ts';

/** What a push did, or would do. */
export interface PushReport {
  readonly destination: PushDestination;
  readonly repository: PushRepository;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the manifest. */
  readonly digest: string;
  /** Undefined with `--dry-run`. */
  readonly pushed: PushedArtifact | undefined;
}

export function pushJson({ destination, repository, annotations, digest, pushed }: PushReport): unknown {
  const { url, tag } = destination;
  return {
    url,
    tag,
    digest,
    revision: `${tag}@${digest}`,
    content: repository.content,
    files: repository.toPush.map(({ path }) => path),
    annotations,
    ...(pushed === undefined ? { dryRun: true } : { unchanged: pushed.unchanged, bytesSent: pushed.bytesSent }),
  };
}

export function pushText({ destination, repository, digest, pushed }: PushReport): string {
  const { url, tag } = destination;
  const count = formatCount(repository.toPush.length, 'file');
  const address = `${url}:${tag}@${digest}`;
  if (pushed === undefined) {
    const files = repository.toPush.map(({ path, mode }) => `${(mode & 0o111) === 0 ? ' ' : '*'} ${path}\n`);
    return `${files.join('')}would push ${count} as ${address}\n`;
  }
  if (pushed.unchanged) return `unchanged: ${address} holds these ${count} already; nothing was sent\n`;
  return `pushed ${count} as ${address} (${formatBytes(pushed.bytesSent)} sent)\n`;
}
