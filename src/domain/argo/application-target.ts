import type { ObjectId } from '../object-id.ts';
import type { RelativePath } from '../paths.ts';

/** What an Application adds to a target. */
export interface ApplicationTarget {
  /** Its `source`, or its `sources` in their order: the place of each is that of its revision in `status.sync.revisions`. */
  readonly parts: readonly ApplicationPart[];
  /** `spec.sources` is used. */
  readonly isMultiSource: boolean;
  /** Automated sync is on: what is found different is applied without being asked for. */
  readonly automated: boolean;
  /** `manifest-generate-paths`, as written. */
  readonly refreshPaths: readonly string[];
  /** The ApplicationSet that made it, or the Application (app of apps) that applies it: both put back what is changed on it. */
  readonly madeBy?: ObjectId;
}

/** One source of an Application, and how its manifests come about. */
export interface ApplicationPart {
  readonly source: ObjectId;
  /** Counted from the source's root. Undefined: it leaves the root or holds a placeholder, or there is none (a `ref`, a chart from a repository). */
  readonly path: RelativePath | undefined;
  readonly rawPath: string;
  /** `sources[].ref`: value files of other parts name its files as `$ref/…`. */
  readonly ref?: string;
  /** What the manifest says of the tool; undefined: Argo CD looks at the directory. */
  readonly tool?: ApplicationTool;
  readonly directory?: DirectoryOptions;
  /** `kustomize.components`, as written: relative to `path`. */
  readonly components?: readonly string[];
  /** Files that helm reads beside the chart, as written: relative to the chart, `/` from the root, `$ref/…`, or a URL. */
  readonly helm?: { readonly files: readonly string[]; readonly ignoresMissing: boolean };
}

export type ApplicationTool = 'directory' | 'kustomize' | 'helm' | 'plugin';

/** `source.directory`. */
export interface DirectoryOptions {
  readonly recurse: boolean;
  /** Globs on the path below `path`; empty: all, or none. */
  readonly include: string;
  readonly exclude: string;
}
