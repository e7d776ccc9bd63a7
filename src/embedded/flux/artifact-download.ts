import { type ArtifactFiles, sha256, unpackArchive } from './archive.ts';

/** The server has no such file: it may have moved on to a newer artifact. */
export class ArtifactNotFoundError extends Error {
  constructor() {
    super('file not found');
  }
}

/** Fetches an artifact and checks its digest. Throws in Flux's words; ArtifactNotFoundError for 404. */
export async function downloadArtifact(url: string, digest: string): Promise<ArtifactFiles> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    const why = cause instanceof Error ? cause.message : String(error);
    throw new Error(`failed to download archive: GET ${url} giving up after 1 attempt(s): ${why}`, { cause: error });
  }
  if (response.status === 404) throw new ArtifactNotFoundError();
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`;
    throw new Error(`failed to download archive from ${url} (status: ${status})`);
  }
  const archive = Buffer.from(await response.arrayBuffer());
  if (digest === '') throw new Error('failed to verify archive: empty digest');
  if (sha256(archive) !== digest) {
    const advice = 'check whether file size exceeds max download size';
    throw new Error(`failed to verify archive: computed digest doesn't match provided '${digest}' (${advice})`);
  }
  return unpackArchive(archive);
}
