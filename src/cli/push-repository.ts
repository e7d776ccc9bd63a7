import { fedSourceCandidates } from '../domain/fed-source.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import { ROOT } from '../domain/paths.ts';
import { SourceFiles } from '../domain/source-files.ts';
import { SourceMapping } from '../domain/source-mapping.ts';
import { filesToPush } from '../effects/files-to-push.ts';
import { offlineDefinitions } from '../effects/offline-definitions.ts';
import type { PushFile } from '../effects/push-artifact.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { UsageError } from './errors.ts';

/** A directory as `push` sees it. */
export interface PushRepository {
  /** Absolute. */
  readonly dir: string;
  /** What the source's controller lets through. */
  readonly files: SourceFiles;
  readonly toPush: readonly PushFile[];
  readonly content: string;
  /** One a cluster that the directory defines and feeds: what its files mean for the targets. */
  readonly mappings: readonly SourceMapping[];
  /** What could not be read as a cluster would have it. */
  readonly notes: readonly string[];
}

/** Reads the directory. Throws what a tree beyond the limits throws, and UsageError for an `--entry` that is none. */
export async function pushRepository(
  dir: string,
  { limits, entry }: { readonly limits: Limits; readonly entry: string | undefined },
): Promise<PushRepository> {
  const tree = new DiskTree(dir, { limits });
  const graph = new KustomizationGraph(tree, { limits });
  const { entries, problems } = await offlineDefinitions({ rootDir: dir, tree, graph, limits, entry });
  if (entry !== undefined && entries.length === 0) {
    throw new UsageError(`--entry ${entry} holds no Flux objects in ${dir}`, problems[0]?.message);
  }
  const fed = entries.flatMap(({ definitions }) => {
    const [source] = fedSourceCandidates(definitions, tree);
    return source === undefined ? [] : [{ definitions, source }];
  });
  const [first] = fed;
  // The artifact's own source says what of it counts: another list of exclusions would lose files that it wants.
  const ignore = first?.definitions.sources.find(({ id }) => id === first.source)?.ignore;
  const files = new SourceFiles({ tree, kind: 'OCIRepository', ignore, watchedDirectory: ROOT });
  files.look();
  const mappings = fed.map(({ definitions, source }) => {
    const mapping = new SourceMapping({
      tree,
      watchedDirectory: ROOT,
      limits,
      ignorePatterns: undefined,
      allowPrune: false,
    });
    mapping.setDefinitions(definitions, source);
    return mapping;
  });
  return {
    dir,
    files,
    toPush: filesToPush(files),
    content: files.contents.total().digest,
    mappings,
    notes: problems.map(({ message }) => message),
  };
}
