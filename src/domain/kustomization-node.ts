import type { BuildProblem } from './closure.ts';
import type { EntryRole } from './kustomization-entry.ts';
import type { RelativePath } from './paths.ts';

/** What one kustomization reads by itself, without the directories it includes. */
export interface KustomizationNode {
  readonly directory: RelativePath;
  /** `generated`: no kustomization file, every manifest below is taken. `none`: no kustomization file, so it cannot be included. */
  readonly kind: 'Kustomization' | 'Component' | 'generated' | 'none';
  readonly files: readonly RelativePath[];
  readonly includes: readonly Include[];
  readonly absent: readonly RelativePath[];
  readonly listings: readonly RelativePath[];
  readonly remote: readonly string[];
  readonly problems: readonly BuildProblem[];
  /** Further paths that decide what this node is, though no build of it reads them. */
  readonly inputs: readonly RelativePath[];
}

/** One directory that a kustomization builds as a part of itself, and the place that names it. */
export interface Include {
  readonly directory: RelativePath;
  readonly role: EntryRole;
  readonly from: { readonly path: RelativePath; readonly line?: number; readonly column?: number };
}
