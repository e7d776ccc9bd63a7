import type { RelativePath } from './paths.ts';

/** `<kind>/<namespace>/<name>`, e.g. `Kustomization/flux-system/apps`. */
export type ObjectId = string;

export function objectId(kind: string, namespace: string, name: string): ObjectId {
  return `${kind}/${namespace}/${name}`;
}

export function parseObjectId(id: ObjectId): { kind: string; namespace: string; name: string } {
  const [kind = '', namespace = '', ...name] = id.split('/');
  return { kind, namespace, name: name.join('/') };
}

/** A reconciled thing: a Flux Kustomization, or a HelmRelease whose chart lies in the source. Plain data. */
export interface TargetDefinition {
  readonly id: ObjectId;
  readonly kind: 'Kustomization' | 'HelmRelease';
  readonly namespace: string;
  readonly name: string;
  /** The source it reads, as an id: `OCIRepository/ns/name`, `GitRepository/…`, `ExternalArtifact/…`, `Bucket/…`. */
  readonly source: ObjectId;
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
}

export interface SourceDefinition {
  readonly id: ObjectId;
  readonly kind: 'OCIRepository' | 'GitRepository' | 'Bucket' | 'ExternalArtifact' | 'HelmRepository' | 'HelmChart';
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
