import { localsOf, rootPathsOf } from './build-root.ts';
import { kustomizationFileCandidates } from './kustomization-file-names.ts';
import { parentOf, type RelativePath, relativePath } from './paths.ts';
import { decideFile } from './precedence.ts';
import type { SourceMapping } from './source-mapping.ts';
import type { ObjectId } from './target.ts';

/** What a change of one file would mean. */
export interface Explanation {
  /** Relative to the source root. */
  readonly file: string;
  /** The directories with a kustomization file whose builds read it. */
  readonly readBy: readonly string[];
  readonly targets: readonly ExplainedTarget[];
  readonly decision: 'targeted' | 'full' | 'none';
  /** The line of the table of precedence and its detail, in words. */
  readonly reason: string;
}

export interface ExplainedTarget {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A chart belongs to the closure of its HelmRelease. */
  readonly rule: 'closure' | 'nearest-owner';
  /** The manifest it comes from; null for one that was read from a cluster. */
  readonly definedIn: string | null;
  /** What it reads of its own, in place of the source that the file is of; absent where it reads that. */
  readonly ownSource?: string;
}

/** `file` counts from the source root. */
export function explainPath(mapping: SourceMapping, file: string): Explanation {
  const path = relativePath(file);
  if (path === undefined || file.startsWith('/')) {
    return { file, readBy: [], targets: [], decision: 'none', reason: 'ignored: outside of the source root' };
  }
  const described = mapping.describe(path);
  const { decision, reason, detail } = decideFile(described);
  const readers = [...described.readers, ...described.charts];
  const byReading = readers.map((id) => explainedTarget(mapping, id, 'closure'));
  const byOwning =
    reason === 'nearest-owner' ? described.owners.map((id) => explainedTarget(mapping, id, 'nearest-owner')) : [];
  return {
    file: path,
    readBy: readBy(mapping, path),
    targets: [...byReading, ...byOwning].flat(),
    decision: decision === 'held' ? 'none' : decision,
    reason: `${reason}: ${detail}${missingNote(mapping, path)}`,
  };
}

/** One answer for several clusters' targets: whoever can say exactly which targets are affected is heard first. */
export function mergeExplanations(explanations: readonly Explanation[]): Explanation | undefined {
  const [first, ...others] = [...explanations].sort((left, right) => RANK[left.decision] - RANK[right.decision]);
  if (first === undefined) return undefined;
  const counted = first.decision === 'targeted' ? explanations.filter(isTargeted) : explanations;
  const all = [first, ...others];
  return {
    ...first,
    readBy: [...new Set(all.flatMap((explanation) => explanation.readBy))].sort(),
    targets: uniqueTargets(counted.flatMap((explanation) => explanation.targets)),
  };
}

const RANK = { targeted: 0, full: 1, none: 2 } as const;

function isTargeted(explanation: Explanation): boolean {
  return explanation.decision === 'targeted';
}

function uniqueTargets(targets: readonly ExplainedTarget[]): ExplainedTarget[] {
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}

function explainedTarget(mapping: SourceMapping, id: ObjectId, rule: ExplainedTarget['rule']): ExplainedTarget[] {
  const target = mapping.states.get(id)?.target;
  if (target === undefined) return [];
  const { kind, namespace, name, definedIn, ownSource } = target;
  const own = ownSource === undefined ? {} : { ownSource };
  return [{ kind, namespace, name, rule, definedIn: definedIn ?? null, ...own }];
}

function readBy(mapping: SourceMapping, path: RelativePath): string[] {
  const directories = new Set<string>();
  for (const root of mapping.roots.values()) {
    for (const rootPath of rootPathsOf(root, path)) {
      for (const directory of root.graph.readers(rootPath)) {
        for (const local of localDirectories(root, directory)) directories.add(local);
      }
    }
  }
  return [...directories].sort();
}

function localDirectories(root: Parameters<typeof localsOf>[0], directory: RelativePath): RelativePath[] {
  if (root.artifact === undefined) return [directory];
  return kustomizationFileCandidates(directory).flatMap((file) => localsOf(root, file).map(parentOf));
}

function missingNote(mapping: SourceMapping, path: RelativePath): string {
  return mapping.tree.kindOf(path) === undefined ? ' (no such file now)' : '';
}
