import type { SourceDefinition } from './target.ts';

/** Kinds of sources whose files a directory may be: Flux's objects, and what Applications name. */
const FED_KINDS: ReadonlySet<string> = new Set(['OCIRepository', 'GitRepository', 'Bucket', 'OCISource', 'GitSource']);

export function isFedKind(kind: string): boolean {
  return FED_KINDS.has(kind);
}

/** Read from an OCI registry, where it can be pushed to. */
export function isOciKind(kind: string): kind is 'OCIRepository' | 'OCISource' {
  return kind === 'OCIRepository' || kind === 'OCISource';
}

/** Paths in it count from the top of a Git repository. */
export function isGitKind(kind: SourceDefinition['kind'] | string | undefined): boolean {
  return kind === 'GitRepository' || kind === 'GitSource';
}
