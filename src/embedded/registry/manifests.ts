import { readBody } from '../http-server.ts';
import { asArray, asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import { OciError } from './oci-error.ts';
import { created, type Exchange, send, sendJson, sentNotModified } from './registry-answer.ts';
import { digestOf, isDigest, type Repositories, type Repository } from './repositories.ts';

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const MEDIA_TYPES: readonly string[] = [
  OCI_MANIFEST,
  OCI_INDEX,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** GET, HEAD, PUT and DELETE of a manifest by tag or digest. */
export async function answerManifest(exchange: Exchange, repositories: Repositories): Promise<void> {
  const { route, request, response } = exchange;
  const { method, repository: name, reference } = route;
  if (reference.includes(':') && !isDigest(reference)) throw OciError.of(400, 'DIGEST_INVALID', {});
  if (method === 'PUT') return putManifest(exchange, repositories);
  const repository = repositories.find(name);
  if (method === 'DELETE') {
    deleteManifest(repository, reference, name);
    response.writeHead(202, { 'Content-Length': '0' }).end();
    return;
  }
  const digest = isDigest(reference) ? reference : repository?.tags.get(reference);
  const manifest = digest === undefined ? undefined : repository?.manifests.get(digest);
  if (digest === undefined || manifest === undefined) {
    throw OciError.of(404, 'MANIFEST_UNKNOWN', unknownDetail(name, reference));
  }
  requireAccepted(request.headers.accept, manifest.mediaType);
  if (sentNotModified(exchange, digest)) return;
  const headers = { 'Content-Type': manifest.mediaType, 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
  send(exchange, 200, manifest.body, headers);
}

async function putManifest(exchange: Exchange, repositories: Repositories): Promise<void> {
  const { route, request } = exchange;
  const body = await readBody(request, MANIFEST_BYTES_MAX);
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (!MEDIA_TYPES.includes(mediaType)) throw OciError.of(400, 'MANIFEST_INVALID', {});
  const manifest = parsed(body);
  const digest = digestOf(body);
  if (isDigest(route.reference) && route.reference !== digest) throw OciError.of(400, 'DIGEST_INVALID');
  const repository = repositories.of(route.repository);
  const missing = referencedIn(manifest).filter(
    (referenced) => !repository.blobs.has(referenced) && !repository.manifests.has(referenced),
  );
  if (missing.length > 0) {
    const message = 'blob unknown to registry';
    const refusals = missing.map((detail) => ({ code: 'MANIFEST_BLOB_UNKNOWN', message, detail }));
    throw new OciError(400, message, refusals);
  }
  repository.manifests.set(digest, { mediaType, body });

  if (route.reference !== digest) {
    repository.tags.set(route.reference, digest);
    repository.hadTag = true;
  }
  created(exchange, 'manifests', digest);
}

function deleteManifest(repository: Repository | undefined, reference: string, name: string): void {
  // Tags go with the manifest they point at; by themselves they cannot be deleted.
  if (!isDigest(reference)) throw OciError.of(400, 'DIGEST_INVALID');
  if (repository?.manifests.delete(reference) !== true) {
    throw OciError.of(404, 'MANIFEST_UNKNOWN', unknownDetail(name, reference));
  }
  for (const [tag, target] of repository.tags) if (target === reference) repository.tags.delete(tag);
}

function unknownDetail(name: string, reference: string): JsonObject {
  return isDigest(reference) ? { Name: name, Revision: reference } : { Tag: reference };
}

/** A client that does not name OCI manifests is taken for one of the time before them. */
function requireAccepted(accept: string | undefined, mediaType: string): void {
  const isOci = mediaType === OCI_MANIFEST || mediaType === OCI_INDEX;
  const accepted = (accept ?? '').split(',').map((entry) => entry.split(';')[0]?.trim() ?? '');
  if (!isOci || accepted.includes(mediaType)) return;
  const what = mediaType === OCI_INDEX ? 'OCI index' : 'OCI manifest';
  const message = `${what} found, but accept header does not support ${what === 'OCI index' ? 'OCI indexes' : 'OCI manifests'}`;
  throw new OciError(404, message, [{ code: 'MANIFEST_UNKNOWN', message }]);
}

function parsed(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isJsonObject(value)) return value;
  } catch {
    // Refused below, like every other value that is no manifest.
  }
  throw OciError.of(400, 'MANIFEST_INVALID', { Offset: 1 });
}

function referencedIn({ config, layers, manifests }: JsonObject): readonly string[] {
  const descriptors = [config, ...asArray(layers), ...asArray(manifests)];
  return descriptors
    .map((descriptor) => asString(asObject(descriptor).digest))
    .filter((digest) => digest !== undefined);
}

/** `GET /v2/<name>/tags/list`, sorted, in pages of `n` where it is given. */
export function answerTags(exchange: Exchange, repositories: Repositories): void {
  const { repository: name } = exchange.route;
  const repository = repositories.find(name);
  if (repository?.hadTag !== true) {
    throw OciError.of(404, 'NAME_UNKNOWN', { name });
  }
  const { page, headers } = paged(exchange, [...repository.tags.keys()].sort(), `/v2/${name}/tags/list`);
  sendJson(exchange, { name, tags: repository.tags.size === 0 ? null : page }, headers);
}

/** `GET /v2/_catalog` */
export function answerCatalog(exchange: Exchange, repositories: Repositories): void {
  const { page, headers } = paged(exchange, repositories.names(), '/v2/_catalog');
  sendJson(exchange, { repositories: page }, headers);
}

function paged(
  { query }: Exchange,
  names: readonly string[],
  path: string,
): { readonly page: readonly string[]; readonly headers: Readonly<Record<string, string>> } {
  const last = query.get('last') ?? '';
  const limit = Number.parseInt(query.get('n') ?? '', 10);
  const rest = names.filter((name) => name > last);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  if (page.length === rest.length) return { page, headers: {} };
  return { page, headers: { Link: `<${path}?last=${encodeURIComponent(page.at(-1) ?? '')}&n=${limit}>; rel="next"` } };
}
