import type { FileTree } from '../file-tree.ts';
import { kustomizationFileIn } from '../kustomization-file-names.ts';
import type { KustomizationGraph } from '../kustomization-graph.ts';
import { childOf, parentOf, type RelativePath } from '../paths.ts';
import type { Examined } from './candidate.ts';
import { isGenerated, type ManifestPlace, placeOf, type WrittenFiles } from './manifest-place.ts';
import { type AddedEntry, listsResource, resourceEntryEdit } from './resource-entry-edit.ts';
import type { Obstacle } from './skip-reason.ts';
import type { WrittenFile } from './written-file.ts';

/** The file beside a manifest that holds the sources of single targets, where that manifest has its file to itself. */
export const OWN_FILE_NAME = 'isolated-sources.yaml';

/** Which file gets a target's own source, and who has to list it. */
export interface Destination {
  readonly path: RelativePath;
  /** The manifest that it is put beside, or behind. */
  readonly beside: RelativePath;
  /** Undefined: to be created. */
  readonly file: WrittenFile | undefined;
  /** Kustomization files that list the manifest beside it and not this file yet. */
  readonly entries: readonly { readonly file: WrittenFile; readonly added: AddedEntry }[];
}

export interface DestinationOptions {
  readonly tree: FileTree;
  readonly graph: KustomizationGraph;
  readonly files: WrittenFiles;
  /** The clusters that take objects from the file, as one comparable text. */
  clustersOf(path: RelativePath): string;
}

/** `group`: the one manifest as each cluster that has it sees it. */
export function destinationOf(
  group: readonly Examined[],
  manifest: ManifestPlace,
  options: DestinationOptions,
): Destination | Obstacle {
  const anchor = sharedAnchor(group, manifest, options) ?? manifest.file;
  const holdsSeveral = anchor.documents.length > 1 && !/\.json$/.test(anchor.path);
  if (holdsSeveral) return { path: anchor.path, beside: anchor.path, file: anchor, entries: [] };
  const path = childOf(parentOf(anchor.path), OWN_FILE_NAME);
  const kind = options.tree.kindOf(path);
  if (kind !== undefined && kind !== 'file') {
    return { reason: 'layout', path, message: `expected a file or nothing at ${path}, found a ${kind}` };
  }
  const file = options.files.at(path);
  if (file !== undefined && 'problem' in file) return { reason: 'layout', path, message: file.problem.message };
  const entries = listingEntries(anchor.path, options);
  return 'reason' in entries ? entries : { path, beside: anchor.path, file, entries: entries.entries };
}

/** The shared source's file, where what is put beside it reaches the same clusters as the target does, and unchanged. */
function sharedAnchor(
  group: readonly Examined[],
  manifest: ManifestPlace,
  { files, clustersOf }: DestinationOptions,
): WrittenFile | undefined {
  const path = group[0]?.view.shared?.definedIn;
  const file = path === undefined ? undefined : files.at(path);
  if (path === undefined || file === undefined || 'problem' in file || isGenerated(file)) return undefined;
  // A kustomization that says the namespace says it for what is beside the target.
  if (manifest.written.object.metadata.namespace === undefined) return undefined;
  if (group.some(({ view }) => view.shared?.definedIn !== path)) return undefined;
  if (clustersOf(path) !== clustersOf(manifest.file.path)) return undefined;
  const place = placeOf(file, group[0]?.target.source ?? '');
  return 'none' in place || place.written.object.metadata.namespace === undefined ? undefined : file;
}

function listingEntries(
  beside: RelativePath,
  { tree, graph, files }: DestinationOptions,
): { readonly entries: Destination['entries'] } | Obstacle {
  const entries: { file: WrittenFile; added: AddedEntry }[] = [];
  let isListed = false;
  const readers = graph.readers(beside);
  for (const directory of readers) {
    const path = kustomizationFileIn(tree, directory);
    const file = path === undefined ? undefined : files.at(path);
    if (file === undefined || 'problem' in file || !listsResource(file, beside)) continue;
    isListed = true;
    const added = resourceEntryEdit(file, beside, OWN_FILE_NAME);
    if (added === undefined) continue;
    if ('obstacle' in added) {
      const place = file.placeAt(added.offset);
      return { reason: 'layout', message: `${file.path}: ${added.obstacle}`, path: file.path, ...place };
    }
    if (isGenerated(file)) {
      return { reason: 'generated', message: `${file.path} lists it, and is written by a tool`, path: file.path };
    }
    entries.push({ file, added });
  }
  if (isListed || readers.length === 0) return { entries };
  return {
    reason: 'layout',
    path: beside,
    message: `${beside} is read by the kustomization in ${readers[0]}, whose resources do not name it`,
  };
}
