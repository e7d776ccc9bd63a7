/**
 * What a method and a path ask for, read off them alone: it is what access is decided on, before anything is looked up. A path
 * that is no resource's (`/version`, `/apis/apps`) has an empty `resource`.
 */
export interface RequestInfo {
  readonly method: string;
  /** Decoded, as it was sent. */
  readonly path: string;
  /** The path's parts without those of slashes at the ends. */
  readonly segments: readonly string[];
  /** As RBAC has it; for a path that is no resource's, the method in lower case. Empty for a method that means nothing. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Of `namespaces/x` it is `x`. Empty: all namespaces, or a resource of the cluster. */
  readonly namespace: string;
  readonly name: string;
  /** The path goes on behind the subresource. */
  readonly surplus: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Throws URIError for a path that is no valid percent-encoding. */
export function requestInfo(method: string, pathname: string, query: URLSearchParams): RequestInfo {
  const path = pathname.includes('%') ? decodeURIComponent(pathname) : pathname;
  const segments = path.replace(/^\/+|\/+$/g, '').split('/');
  const start = segments[0] === 'api' ? 2 : segments[0] === 'apis' ? 3 : 0;
  if (start === 0 || segments.length <= start) return nonResource(method, path, segments);
  let at = start;
  let namespace = '';
  if (segments[at] === 'namespaces' && segments.length > at + 1) {
    namespace = segments[at + 1] ?? '';
    const inside = segments[at + 2];
    if (inside !== undefined && inside !== 'status' && inside !== 'finalize') at += 2;
  }
  const name = segments[at + 1] ?? '';
  return {
    method,
    path,
    segments,
    verb: verbOf(method, name, query),
    group: start === 2 ? '' : (segments[1] ?? ''),
    version: segments[start - 1] ?? '',
    resource: segments[at] ?? '',
    subresource: segments[at + 2] ?? '',
    namespace,
    name,
    surplus: segments.length > at + 3,
  };
}

function nonResource(method: string, path: string, segments: readonly string[]): RequestInfo {
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '', surplus: false };
  return { method, path, segments, verb: method.toLowerCase(), ...none };
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const verb = VERBS[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** As the real server reads a boolean of the query: everything but `false` and `0` is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}
