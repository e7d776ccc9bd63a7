import type { RelativePath } from '../paths.ts';
import type { ObjectId } from '../target.ts';

/** Why a Kustomization keeps the source it has. */
export type SkipReason =
  | 'other-source' // reads a source that this directory does not feed
  | 'external-artifact' // has an artifact composed for it already
  | 'chart' // a HelmRelease: helm takes no OCIRepository of files
  | 'verify' // signatures are checked on the shared source
  | 'layer-selector'
  | 'semver'
  | 'digest'
  | 'includes' // a GitRepository that takes in others
  | 'no-registry' // the source is none that artifacts can be pushed to
  | 'placeholder' // `${VAR}` is filled in by someone else
  | 'other-namespace' // credentials are in the shared source's namespace
  | 'broken' // its build fails
  | 'unclear' // it is not known what its build reads
  | 'applies-itself' // its own manifest comes by way of it
  | 'generated' // its manifest is written by a tool, which would write it again
  | 'several-sources' // an Application with several
  | 'hydrated' // an Application whose manifests a hydrator writes
  | 'parent' // an Application that another one applies
  | 'patched' // it differs in the cluster from what is written
  | 'not-here' // the manifest is not in this repository
  | 'layout' // the manifest is written in a way that is not edited
  | 'name-taken'
  | 'differs'; // two clusters share the manifest and not the outcome

export interface Skipped {
  readonly target: ObjectId;
  readonly reason: SkipReason;
  readonly message: string;
  /** Where the reason is written; positions are 1-based. */
  readonly path?: RelativePath;
  readonly line?: number;
  readonly column?: number;
}

/** A reason that is not tied to a target yet. */
export type Obstacle = Omit<Skipped, 'target'>;
