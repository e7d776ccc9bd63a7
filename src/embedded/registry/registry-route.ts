/** One request as counters and faults see it. `reference` is a digest, a tag, an upload's id or empty. */
export interface RegistryRequest {
  readonly method: string;
  readonly kind:
    | 'base'
    | 'blob'
    | 'upload'
    | 'manifest'
    | 'tags'
    | 'catalog'
    | 'token'
    | 'root'
    | 'redirect'
    | 'unknown';
  readonly repository: string;
  readonly reference: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = `${COMPONENT}(?:/${COMPONENT})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';
const DIGEST_LIKE = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]+';

const ROUTES = [
  ['upload', new RegExp(`^/v2/(${NAME})/blobs/uploads/([a-zA-Z0-9-_.=]*)$`)],
  ['blob', new RegExp(`^/v2/(${NAME})/blobs/(${DIGEST_LIKE})$`)],
  ['manifest', new RegExp(`^/v2/(${NAME})/manifests/(${TAG}|${DIGEST_LIKE})$`)],
  ['tags', new RegExp(`^/v2/(${NAME})/tags/(list)$`)],
] as const;

/** What a request is for; `unknown` where no endpoint has such a path. */
export function routeOf(method: string, path: string): RegistryRequest {
  const elsewhere = { method, repository: '', reference: '' } as const;
  if (path === '/v2/') return { ...elsewhere, kind: 'base' };
  if (path === '/v2') return { ...elsewhere, kind: 'redirect' };
  if (path === '/') return { ...elsewhere, kind: 'root' };
  if (path === '/v2/_catalog') return { ...elsewhere, kind: 'catalog' };
  if (path === '/token') return { ...elsewhere, kind: 'token' };
  for (const [kind, form] of ROUTES) {
    const parsed = form.exec(path);
    if (parsed !== null) return { method, kind, repository: parsed[1] ?? '', reference: parsed[2] ?? '' };
  }
  return { ...elsewhere, kind: 'unknown' };
}

/** The methods an endpoint knows; undefined where it takes every one. */
export function methodsOf({ kind, reference }: RegistryRequest): readonly string[] | undefined {
  switch (kind) {
    case 'blob':
      return ['DELETE', 'GET', 'HEAD'];
    case 'manifest':
      return ['DELETE', 'GET', 'HEAD', 'PUT'];
    case 'upload':
      return reference === ''
        ? ['POST', 'GET', 'HEAD', 'PATCH', 'PUT', 'DELETE']
        : ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'];
    case 'tags':
    case 'catalog':
    case 'token':
      return ['GET'];
    default:
      return undefined;
  }
}
