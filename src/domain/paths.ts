/**
 * A path relative to the watched root: `/` as separator, no leading `./` or `/`, no `..` segment that leaves the root,
 * no trailing slash. The root itself is `.`.
 */
export type RelativePath = string & { readonly __brand: 'RelativePath' };

export const ROOT = '.' as RelativePath;

/** Normalises `path` (any of Flux's spellings: `./apps`, `apps`, `/apps`, `apps/`, `./`, empty), or undefined when it leaves the root. */
export function relativePath(path: string): RelativePath | undefined {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (segments.pop() === undefined) return undefined;
      continue;
    }
    segments.push(segment);
  }
  return (segments.length === 0 ? ROOT : segments.join('/')) as RelativePath;
}

/** `path` as written inside directory `from`, or undefined when it leaves the root. */
export function resolveFrom(from: RelativePath, path: string): RelativePath | undefined {
  return relativePath(path.startsWith('/') ? path : `${from}/${path}`);
}

export function parentOf(path: RelativePath): RelativePath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? ROOT : path.slice(0, slash)) as RelativePath;
}

export function baseNameOf(path: RelativePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function childOf(directory: RelativePath, name: string): RelativePath {
  return (directory === ROOT ? name : `${directory}/${name}`) as RelativePath;
}

/** True when `path` is `directory` itself or lies anywhere below it. */
export function isWithin(directory: RelativePath, path: RelativePath): boolean {
  return directory === ROOT || path === directory || path.startsWith(`${directory}/`);
}
