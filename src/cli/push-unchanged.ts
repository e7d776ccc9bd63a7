import { isDeepStrictEqual } from 'node:util';
import { FailureError } from '../domain/failure.ts';
import { contentDigestOf } from '../effects/push-artifact.ts';
import type { PushedArtifact } from '../registry/artifact-push.ts';
import type { RegistryClient } from '../registry/client.ts';

/**
 * What the tag stands for, where that holds this very content already: a `watch` notes its targets in what it pushes, so the same content may be
 * another digest, and a push of it would make Flux run everything for nothing. Undefined where it does not, or may not be read.
 */
export async function pushedBefore(
  client: Pick<RegistryClient, 'getManifest' | 'readConfig'>,
  { tag, content, annotations }: PushWanted,
): Promise<PushedArtifact | undefined> {
  try {
    const found = await client.getManifest(tag);
    if (found === undefined || !isDeepStrictEqual(found.manifest.annotations ?? {}, annotations)) return undefined;
    const read = await client.readConfig(found.digest);
    if (contentDigestOf(read?.config) !== content) return undefined;
    return { digest: found.digest, revision: `${tag}@${found.digest}`, unchanged: true, bytesSent: 0 };
  } catch (error) {
    // Whatever it is, the push will say.
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}

interface PushWanted {
  readonly tag: string;
  /** Digest of all files. */
  readonly content: string;
  readonly annotations: Readonly<Record<string, string>>;
}
