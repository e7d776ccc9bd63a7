import type { RelativePath } from './paths.ts';

/** Why a build of a directory would fail, or read something we cannot follow. Positions are 1-based. */
export interface BuildProblem {
  readonly kind:
    | 'parse' // YAML or kustomization schema
    | 'missing' // a named file or directory does not exist
    | 'not-found' // the spec.path itself does not exist
    | 'loop'
    | 'outside-root'
    | 'unreadable'
    | 'limit'
    | 'unsupported'; // e.g. helmCharts in Flux
  readonly path: RelativePath;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** All that one build of `directory` reads inside the root. */
export interface Closure {
  readonly directory: RelativePath;
  /** Sorted. */
  readonly files: readonly RelativePath[];
  /** Directories holding a kustomization file that this build includes, itself among them. Sorted. */
  readonly kustomizations: readonly RelativePath[];
  /** Paths whose absence is an input: a component that may be missing, `kustomization.yml` beside none, … */
  readonly absent: readonly RelativePath[];
  /** Directories whose listing is an input (a generated kustomization takes every manifest below). */
  readonly listings: readonly RelativePath[];
  /** Remote bases and URLs, as written. */
  readonly remote: readonly string[];
  readonly problems: readonly BuildProblem[];
}
