import { digestOf } from './archive.ts';
import { MANIFEST_MEDIA_TYPE, type OciManifest } from './artifact-manifest.ts';
import { type Artifact, artifactPush, type LikelyArtifact, type PushedArtifact } from './artifact-push.ts';
import type { RegistryReference } from './reference.ts';
import { invalidAnswer } from './registry-failure.ts';
import { createRepositoryRequests, type RegistryClientOptions } from './repository-requests.ts';

export type { Artifact, LikelyArtifact, PushedArtifact } from './artifact-push.ts';
export type { RegistryClientOptions } from './repository-requests.ts';

/** Every method rejects with FailureError (dependency `registry`) and retries nothing: a machine owns the retries. */
export interface RegistryClient {
  readonly reference: RegistryReference;
  /** Undefined where there is no such tag, digest or repository. */
  getManifest(tagOrDigest: string): Promise<{ readonly digest: string; readonly manifest: OciManifest } | undefined>;
  /** Sends what the registry does not have yet: layer, config, then the manifest. Any number may be under way at once. */
  pushArtifact(artifact: Artifact): Promise<PushedArtifact>;
  /** The config blob of an artifact, parsed. Undefined where there is no such artifact. */
  readConfig(tagOrDigest: string): Promise<{ readonly digest: string; readonly config: unknown } | undefined>;
  /**
   * Connects, logs in and begins an upload ahead of a push; of what is likely to be pushed it finds out what the registry lacks, and sends nothing. Cheap to call
   * at each sign of one; never rejects.
   */
  warm(likely?: LikelyArtifact): Promise<void>;
  close(): void;
}

/** Throws FailureError (`invalid`) for a broken reference. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const requests = createRepositoryRequests(options);
  const artifacts = artifactPush(requests);

  async function getManifest(tagOrDigest: string): Promise<{ digest: string; manifest: OciManifest } | undefined> {
    const task = requests.taskOf('read');
    const { status, body } = await requests.expect(
      task,
      { method: 'GET', url: `manifests/${tagOrDigest}`, headers: { accept: MANIFEST_MEDIA_TYPE } },
      200,
      404,
    );
    if (status === 404) return undefined;
    const digest = digestOf(body);
    if (tagOrDigest.startsWith('sha256:') && digest !== tagOrDigest) {
      throw invalidAnswer(task, `expected the manifest ${tagOrDigest}, found ${digest}`);
    }
    const manifest = parseJson(body) as Partial<OciManifest> | undefined;
    if (typeof manifest?.config?.digest !== 'string' || !Array.isArray(manifest.layers)) {
      throw invalidAnswer(task, `expected ${tagOrDigest} to be an OCI image manifest, found another document`);
    }
    return { digest, manifest: manifest as OciManifest };
  }

  async function blobAt(digest: string): Promise<Buffer | undefined> {
    const task = requests.taskOf('read');
    const { status, body } = await requests.expect(task, { method: 'GET', url: `blobs/${digest}` }, 200, 404);
    return status === 404 ? undefined : body;
  }

  return {
    reference: requests.reference,
    getManifest,
    pushArtifact: artifacts.push,
    async readConfig(tagOrDigest) {
      const found = await getManifest(tagOrDigest);
      const body = found === undefined ? undefined : await blobAt(found.manifest.config.digest);
      return found === undefined || body === undefined ? undefined : { digest: found.digest, config: parseJson(body) };
    },
    warm: artifacts.prepare,
    close: requests.close,
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
