import type { BuildProblem } from '../domain/closure.ts';
import { FileUnreadableError } from '../domain/file-tree.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import { childOf, type RelativePath, ROOT, relativePath } from '../domain/paths.ts';
import { parseYamlDocuments } from '../domain/yaml-documents.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { applicationDirectories } from './application-directories.ts';

/** One directory that can be built, as `graph --json` prints it. */
export interface GraphEntry {
  /** Relative to DIR, which itself is `.`. */
  readonly path: string;
  /** What a kustomize build of it reads inside DIR. Sorted. */
  readonly files: readonly string[];
  /** Remote bases and URLs, as written. */
  readonly remote: readonly string[];
  /** Why a build would fail: file:line:column, what was expected and found. */
  readonly errors: readonly string[];
  /** The directories with a kustomization file that the build includes, itself not among them. Sorted. */
  readonly includes: readonly string[];
}

/**
 * One entry for every directory under `dir` with a kustomization file, and for every path of a Flux Kustomization or Argo CD Application found among
 * the manifests that is a directory in `dir`. Sorted by path. Symlinks inside `dir` are followed, as `kubectl kustomize` does on a
 * local directory. Throws where `dir` is no directory.
 */
export function graphReport(dir: string, limits: Limits): GraphEntry[] {
  const tree = new DiskTree(dir, { limits, followSymlinks: true });
  const graph = new KustomizationGraph(tree, { limits });
  const directories = new Set<RelativePath>(graph.kustomizationDirectories());
  for (const path of fluxPaths(tree, limits)) if (tree.kindOf(path) === 'directory') directories.add(path);
  const applications = applicationDirectories(tree, limits);
  for (const path of applications.keys()) directories.add(path);
  return [...directories].sort().map((directory) => {
    const { files, remote, problems, kustomizations } = applications.get(directory) ?? graph.closure(directory);
    const includes = kustomizations.filter((included) => included !== directory);
    return { path: directory, files, remote, errors: problems.map(sentenceOf), includes };
  });
}

function sentenceOf(problem: BuildProblem): string {
  return problem.hint === undefined ? problem.message : `${problem.message} (${problem.hint})`;
}

const FLUX_GROUP = 'kustomize.toolkit.fluxcd.io';

/** Every `spec.path` of a Flux Kustomization in a manifest below the root that lies inside it. */
function fluxPaths(tree: DiskTree, limits: Limits): Set<RelativePath> {
  const paths = new Set<RelativePath>();
  for (const file of manifestsBelow(tree, ROOT)) {
    const content = readOrNothing(tree, file);
    if (content === undefined || !Buffer.from(content.buffer, content.byteOffset, content.length).includes(FLUX_GROUP))
      continue;
    for (const document of parseYamlDocuments(content, file, limits).documents) {
      for (const path of specPaths(document)) {
        const inside = relativePath(path);
        if (inside !== undefined) paths.add(inside);
      }
    }
  }
  return paths;
}

function specPaths(document: unknown): string[] {
  if (!isRecord(document)) return [];
  if (Array.isArray(document.items)) return document.items.flatMap(specPaths);
  const { apiVersion, kind, spec } = document;
  if (
    kind !== 'Kustomization' ||
    typeof apiVersion !== 'string' ||
    !apiVersion.startsWith(`${FLUX_GROUP}/`) ||
    !isRecord(spec)
  )
    return [];
  return [typeof spec.path === 'string' ? spec.path : ''];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function* manifestsBelow(tree: DiskTree, directory: RelativePath): Iterable<RelativePath> {
  for (const { name, kind } of listOrNothing(tree, directory)) {
    const path = childOf(directory, name);
    if (kind === 'directory') yield* manifestsBelow(tree, path);
    else if (kind === 'file' && /\.ya?ml$/.test(name)) yield path;
  }
}

function listOrNothing(tree: DiskTree, directory: RelativePath) {
  return orNothing(() => tree.list(directory)) ?? [];
}

function readOrNothing(tree: DiskTree, file: RelativePath): Uint8Array | undefined {
  return orNothing(() => tree.read(file));
}

/** What cannot be read is an error of the entries that read it, not of the search. */
function orNothing<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}

/** The directories and which of them includes which, as a Mermaid flowchart. */
export function graphMermaid(entries: readonly GraphEntry[]): string {
  const ids = new Map<string, string>();
  const id = (path: string) => {
    const known = ids.get(path) ?? `d${ids.size}`;
    ids.set(path, known);
    return known;
  };
  const lines = ['flowchart LR'];
  for (const entry of entries) {
    const mark = entry.errors.length > 0 ? ' ⚠' : '';
    lines.push(`  ${id(entry.path)}["${label(entry.path)}${mark}"]`);
  }
  for (const entry of entries) {
    for (const included of directIncludes(entry, entries)) lines.push(`  ${id(entry.path)} --> ${id(included)}`);
    for (const remote of entry.remote) lines.push(`  ${id(entry.path)} -.-> ${id(remote)}(["${label(remote)}"])`);
  }
  return `${lines.join('\n')}\n`;
}

/** What an entry includes, without what it includes through another one. */
function directIncludes(entry: GraphEntry, entries: readonly GraphEntry[]): string[] {
  const byPath = new Map(entries.map((other) => [other.path, other]));
  const through = new Set(
    entry.includes.flatMap((path) => (byPath.get(path)?.includes ?? []).filter((further) => further !== path)),
  );
  // In a loop everything is included through something else: draw it all.
  const direct = entry.includes.filter((path) => !through.has(path));
  return direct.length > 0 ? direct : [...entry.includes];
}

function label(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
