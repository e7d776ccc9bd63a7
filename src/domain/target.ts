import type { ApplicationTarget } from './argo/application-target.ts';
import type { ObjectId } from './object-id.ts';
import type { RelativePath } from './paths.ts';

export { type ObjectId, objectId, parseObjectId } from './object-id.ts';

/** A reconciled thing: a Flux Kustomization, a HelmRelease whose chart lies in the source, or an Argo CD Application. Plain data. */
export interface TargetDefinition {
  readonly id: ObjectId;
  readonly kind: 'Kustomization' | 'HelmRelease' | 'Application';
  readonly namespace: string;
  readonly name: string;
  /** The source it reads, as an id: `OCIRepository/ns/name`, `GitRepository/…`, `ExternalArtifact/…`, `Bucket/…`. */
  readonly source: ObjectId;
  /** The OCIRepository of its own that it reads in place of `source`, whose files that one holds (see `beforeIsolation`). */
  readonly ownSource?: ObjectId;
  /** Normalised, counted from the source root (for ExternalArtifact: from the artifact's root). Undefined: `rawPath` leaves the root or holds a placeholder. */
  readonly path: RelativePath | undefined;
  readonly rawPath: string;
  /** `spec.components`, resolved against `path`. */
  readonly components: readonly RelativePath[];
  readonly dependsOn: readonly ObjectId[];
  readonly suspended: boolean;
  /** Objects named by postBuild.substituteFrom / valuesFrom: `ConfigMap/ns/name`, `Secret/ns/name`. */
  readonly substituteFrom: readonly ObjectId[];
  /** spec.timeout in ms, where given. */
  readonly timeoutMs?: number;
  /** metadata.generation, from a live object. */
  readonly generation?: number;
  /** The manifest file it comes from, when read from the repository. */
  readonly definedIn?: RelativePath;
  /** HelmRelease only: chart.spec.reconcileStrategy. */
  readonly reconcileStrategy?: 'ChartVersion' | 'Revision';
  /** HelmRelease only: chart.spec.valuesFiles, counted from the source root. */
  readonly valuesFiles?: readonly RelativePath[];
  /** Application only. */
  readonly application?: ApplicationTarget;
}

export interface SourceDefinition {
  readonly id: ObjectId;
  readonly kind:
    | 'OCIRepository'
    | 'GitRepository'
    | 'Bucket'
    | 'ExternalArtifact'
    | 'HelmRepository'
    | 'HelmChart'
    // What Applications name, without an object in the cluster: see `applicationSource`.
    | 'OCISource'
    | 'GitSource'
    | 'HelmSource';
  readonly namespace: string;
  readonly name: string;
  /** OCIRepository: `oci://host/repo`; GitRepository: the remote. */
  readonly url?: string;
  /** OCIRepository spec.ref. */
  readonly ref?: { readonly tag?: string; readonly semver?: string; readonly digest?: string };
  readonly insecure?: boolean;
  /** spec.ignore; undefined means the default exclusions apply. */
  readonly ignore?: string;
  readonly suspended: boolean;
  readonly definedIn?: RelativePath;
}

/** source.extensions.fluxcd.io ArtifactGenerator, reduced to what maps files to artifacts. */
export interface GeneratorDefinition {
  readonly id: ObjectId;
  readonly namespace: string;
  readonly name: string;
  readonly sources: readonly { readonly alias: string; readonly source: ObjectId }[];
  readonly artifacts: readonly {
    readonly name: string;
    readonly copy: readonly {
      readonly from: string;
      readonly to: string;
      readonly exclude: readonly string[];
      readonly strategy?: 'Overwrite' | 'Merge' | 'Extract';
      /** Nothing to copy is no error. */
      readonly optional?: boolean;
    }[];
  }[];
  /** `@alias/apps/{app}`: one set of artifacts for each directory that matches, `{app}` filled in. */
  readonly pathPattern?: string;
  readonly definedIn?: RelativePath;
}

/** Everything the mapping needs to know of one cluster (live) or one entry point of a repository (offline). */
export interface Definitions {
  readonly targets: readonly TargetDefinition[];
  readonly sources: readonly SourceDefinition[];
  readonly generators: readonly GeneratorDefinition[];
}
