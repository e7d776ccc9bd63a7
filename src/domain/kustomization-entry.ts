/**
 * What a name in a kustomization stands for:
 * `resource` a manifest, a directory to build, or something remote; `component` a directory or something remote;
 * `plugin` like `resource`, but its objects configure generators, transformers or validators;
 * `patch` a YAML or JSON file; `data` a file whose content is taken as it is.
 */
export type EntryRole = 'resource' | 'component' | 'plugin' | 'patch' | 'data';

/** One name of a file or directory in a kustomization file, where it stands, 1-based. */
export interface KustomizationEntry {
  /** As in the file: `resources`, `configMapGenerator[].files`, … */
  readonly field: string;
  /** The path or URL, without the `key=` that a generator may put before it. */
  readonly value: string;
  readonly role: EntryRole;
  readonly line: number;
  readonly column: number;
}
