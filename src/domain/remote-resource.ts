/** True for what kustomize loads over HTTP, whatever lies on disk. */
export function isRemoteFile(value: string): boolean {
  return /^https?:/i.test(value);
}

/**
 * True for what kustomize clones as a Git repository: `https://host/org/repo`, `ssh://…`, `git@host:org/repo`, `github.com/org/repo//dir?ref=v1`, …
 * A file of that very name on disk wins over the clone, a directory does not.
 */
export function isGitRepository(value: string): boolean {
  if (value.startsWith('/')) return false;
  const url = (value.split('?', 1)[0] ?? '').replace(/^git::/, '');
  const scheme = /^(?:ssh|https?|file):\/\//i.exec(url)?.[0].toLowerCase() ?? '';
  const withoutScheme = url.slice(scheme.length);
  const user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(withoutScheme)?.[0] ?? '';
  const address = withoutScheme.slice(user.length);
  const isGitHub = /^github\.com[:/]/i.test(address);
  const scpLike = scheme === '' && (user !== '' || isGitHub);
  if (scheme === '' && !scpLike) return false;
  if (scheme === 'file://') return withoutScheme.length > 0;
  const separator = scpLike ? address.search(/[:/]/) : address.indexOf('/');
  if (separator < 1) return false;
  return namesRepository(address.slice(separator + 1));
}

/** `org/repo…`, or anything before one of the markers that end a repository's path. */
function namesRepository(path: string): boolean {
  if (/.(?:\/\/|_git\/|\.git(?:\/|$))/.test(path)) return true;
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.length >= 2;
}
