import { OciError } from './oci-error.ts';
import { type Exchange, send, sentNotModified } from './registry-answer.ts';
import { isDigest, type Repositories } from './repositories.ts';

/** HEAD, GET (whole or a range) and DELETE of a blob. */
export function answerBlob(exchange: Exchange, repositories: Repositories): void {
  const { route, request, response } = exchange;
  const { method, repository, reference } = route;
  if (!isDigest(reference)) throw OciError.of(400, 'DIGEST_INVALID', {});
  const blobs = repositories.find(repository)?.blobs;
  const blob = blobs?.get(reference);
  if (blob === undefined) throw OciError.of(404, 'BLOB_UNKNOWN', method === 'DELETE' ? undefined : reference);
  if (method === 'DELETE') {
    blobs?.delete(reference);
    response.writeHead(202, { 'Content-Length': '0' }).end();
    return;
  }
  if (sentNotModified(exchange, reference)) return;
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': reference,
    ETag: `"${reference}"`,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'max-age=31536000',
  };
  const range = rangeOf(request.headers.range, blob.length);
  if (range === undefined) {
    send(exchange, 200, blob, headers);
    return;
  }
  const { first, last } = range;
  const contentRange = { 'Content-Range': `bytes ${first}-${last}/${blob.length}` };
  send(exchange, 206, blob.subarray(first, last + 1), { ...headers, ...contentRange });
}

/** The bytes that a Range header asks for, both ends included; undefined for the whole. Several ranges are served whole. */
function rangeOf(
  header: string | undefined,
  length: number,
): { readonly first: number; readonly last: number } | undefined {
  if (header === undefined || header.includes(',')) return undefined;
  const parsed = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (parsed === null || (parsed[1] === '' && parsed[2] === '')) {
    throw new OciError(416, 'invalid range', []);
  }
  const [, from = '', to = ''] = parsed;
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (first >= length || first > last) {
    const headers = { 'Content-Range': `bytes */${length}` };
    throw new OciError(416, 'invalid range: failed to overlap', [], headers);
  }
  return { first, last };
}
