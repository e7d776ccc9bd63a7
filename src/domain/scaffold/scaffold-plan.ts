/** What `init` was asked for, and what it found. Plain data. */
export interface ScaffoldPlan {
  readonly engine: 'flux' | 'argocd';
  /** Flux only: the operator's instance makes the source, in place of an OCIRepository written here. */
  readonly fluxInstance: boolean;
  /** A DNS label: what the source and the sample are called after. */
  readonly name: string;
  /** The directory of manifests, below the project's: `k8s`, or empty for the project's own. */
  readonly directory: string;
  /** `oci://HOST/REPOSITORY`, as reached from this machine. */
  readonly registry: string;
  /** The same repository as the cluster reaches it. */
  readonly registryInCluster: string;
  /** The cluster reaches it by plain HTTP. */
  readonly insecure: boolean;
  readonly tag: string;
  readonly existing: ExistingManifests;
  /** Of the JSON Schema that editors check the configuration with. */
  readonly schemaUrl: string;
}

/** The manifests that are there already. */
export interface ExistingManifests {
  /** Directories right below `directory` that hold manifests, sorted; not the one of the clusters. */
  readonly directories: readonly string[];
  /** A kustomization file lies in `directory` itself. */
  readonly rootKustomization: boolean;
  /** Other manifests lie in `directory` itself. */
  readonly looseFiles: boolean;
  /** Objects of the engine are there: nothing but the configuration is missing. */
  readonly engineObjects: boolean;
}

/** A part of the manifests that the engine applies as one. */
export interface AppliedPath {
  /** What the engine calls it. */
  readonly name: string;
  /** `spec.path`, below the directory of manifests: `apps`, or `.` for all of it. */
  readonly path: string;
}

export interface ScaffoldFile {
  /** Below the project's directory, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Where the objects of the engine go, below the directory of manifests. */
export function engineDirectory({ engine }: Pick<ScaffoldPlan, 'engine'>): string {
  return engine === 'flux' ? 'clusters/local' : 'argocd';
}

/** `path` below the directory of manifests. */
export function inManifests({ directory }: Pick<ScaffoldPlan, 'directory'>, path: string): string {
  return directory === '' ? path : `${directory}/${path}`;
}

/** A string as YAML has it, in quotes where it would be read as something else. */
export function yamlText(text: string): string {
  return /^[A-Za-z./][\w./:-]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) &&
    !text.endsWith(':')
    ? text
    : JSON.stringify(text);
}
