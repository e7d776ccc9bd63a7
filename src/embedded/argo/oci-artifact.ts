import { isVersionConstraint } from '../../domain/argo/application-source.ts';
import type { ArtifactFiles } from '../flux/archive.ts';
import { listTags, type OciReference, pullLayer, pullManifest } from '../flux/oci-pull.ts';
import { newestInRange } from '../flux/semver-range.ts';
import { asString } from '../json-value.ts';

/** What the repo-server unpacks unless it is told otherwise. */
const ALLOWED_LAYERS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
]);
const LAYERS_MAX = 10;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The manifest digest that a tag, a digest or a version constraint stands for now. Throws in Argo CD's words. */
export async function resolveRevision(repository: OciReference, revision: string): Promise<string> {
  if (DIGEST.test(revision)) return revision;
  try {
    return (await pullManifest({ ...repository, tag: revision })).digest;
  } catch (error) {
    const tag = await newestTag(repository, revision).catch(() => undefined);
    if (tag !== undefined) return (await pullManifest({ ...repository, tag })).digest;
    const message = `cannot get digest for revision ${revision}: ${wordsOf(error)}`;
    throw new Error(message, { cause: error });
  }
}

/** The files of the artifact: of its one content layer, whose type must be allowed. */
export async function extractArtifact(repository: OciReference, digest: string): Promise<ArtifactFiles> {
  const reference = { ...repository, digest };
  const manifest = await pullManifest(reference);
  if (manifest.layers.length > LAYERS_MAX) {
    throw new Error(`expected no more than ${LAYERS_MAX} oci layers, got ${manifest.layers.length}`);
  }
  const types = manifest.layers.map(({ mediaType }) => asString(mediaType) ?? '');
  // Attestations and the like lie beside the content and are passed over.
  const content = types.filter((type) => type.endsWith('tar+gzip') || type.endsWith('tar'));
  const refused = content.find((type) => !ALLOWED_LAYERS.has(type));
  if (refused !== undefined) {
    throw new Error(`oci layer media type ${refused} is not in the list of allowed media types`);
  }
  const [only] = content;
  if (only === undefined || content.length > 1) {
    throw new Error(`expected only a single oci content layer, got ${content.length}`);
  }
  return pullLayer(reference, manifest, only);
}

async function newestTag(repository: OciReference, constraint: string): Promise<string | undefined> {
  if (!isVersionConstraint(constraint)) return undefined;
  return newestInRange(await listTags(repository), constraint, undefined);
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
