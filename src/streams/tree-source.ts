import { sep } from 'node:path';
import { type RelativePath, ROOT } from '../domain/paths.ts';

/** A change at one path below the root, as a hint: look before believing it. */
export interface PathEvent {
  readonly type: 'added' | 'changed' | 'removed' | 'directory-added' | 'directory-removed';
  readonly path: RelativePath;
}

/** True for a path that is not to be watched; a directory's answer covers all below it. */
export type IgnoredPath = (path: RelativePath, isDirectory: boolean) => boolean;

/** What a way of watching one existing directory tree tells. */
export interface TreeListener {
  event(event: PathEvent): void;
  /** Everything that was there is watched now; changes from here on are told. */
  ready(): void;
  /** The directory itself is gone. */
  rootGone(): void;
  /** Something cannot be watched; the rest still is. */
  failed(error: Error): void;
}

export interface TreeSource {
  close(): void;
}

/** `absolute` as a path below `root`, or undefined where it lies elsewhere. Both are real paths of the platform. */
export function pathBelow(root: string, absolute: string): RelativePath | undefined {
  if (absolute === root) return ROOT;
  const prefix = root.endsWith(sep) ? root : `${root}${sep}`;
  if (!absolute.startsWith(prefix)) return undefined;
  const relative = absolute.slice(prefix.length);
  return (sep === '/' ? relative : relative.replaceAll(sep, '/')) as RelativePath;
}
