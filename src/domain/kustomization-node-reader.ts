import { pluginEntries } from './builtin-plugin.ts';
import type { BuildProblem } from './closure.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import type { EntryRole, KustomizationEntry } from './kustomization-entry.ts';
import { type Engine, KUSTOMIZATION_FILE_NAMES, parseKustomizationFile } from './kustomization-file.ts';
import type { Include, KustomizationNode } from './kustomization-node.ts';
import type { Limits } from './limits.ts';
import { manifestProblems, yamlProblems } from './manifest-problems.ts';
import { childOf, type RelativePath, resolveFrom } from './paths.ts';
import { isGitRepository, isRemoteFile } from './remote-resource.ts';
import { parseYamlNodes } from './yaml-documents.ts';

export interface NodeReaderOptions {
  readonly limits: Limits;
  readonly engine: Engine;
  /** What is known to be wrong with a file's content; `check` is asked once for each content. */
  readonly checked: (
    path: RelativePath,
    kind: 'manifest' | 'yaml',
    check: () => readonly BuildProblem[],
  ) => readonly BuildProblem[];
}

/** The kustomization files that lie in `directory`: none, one, or (an error in kustomize) more. */
export function kustomizationFilesIn(tree: FileTree, directory: RelativePath): RelativePath[] {
  return KUSTOMIZATION_FILE_NAMES.map((name) => childOf(directory, name)).filter(
    (path) => tree.kindOf(path) === 'file',
  );
}

/** True for a directory that is a symlink, in a tree that follows them: a walk does not go down there, only a path that names it does. */
export function isLink(tree: FileTree, directory: RelativePath): boolean {
  return tree.realPath !== undefined && tree.realPath(directory) !== directory;
}

/** Reads the kustomization of `directory` as kustomize does. Never throws. */
export function readKustomizationNode(
  tree: FileTree,
  directory: RelativePath,
  options: NodeReaderOptions,
): KustomizationNode {
  return new NodeReader(tree, directory, options).readKustomization();
}

/** The kustomization that Flux generates for a directory without one: every manifest below, a nested kustomization as one resource. */
export function readGeneratedNode(
  tree: FileTree,
  directory: RelativePath,
  options: NodeReaderOptions,
): KustomizationNode {
  return new NodeReader(tree, directory, options).readGenerated();
}

type Place = Include['from'];

class NodeReader {
  private readonly tree: FileTree;
  private readonly directory: RelativePath;
  private readonly options: NodeReaderOptions;
  private readonly files = new Set<RelativePath>();
  private readonly includes: Include[] = [];
  private readonly absent = new Set<RelativePath>();
  private readonly listings: RelativePath[] = [];
  private readonly remote = new Set<string>();
  private readonly problems: BuildProblem[] = [];
  private readonly inputs = new Set<RelativePath>();

  constructor(tree: FileTree, directory: RelativePath, options: NodeReaderOptions) {
    this.tree = tree;
    this.directory = directory;
    this.options = options;
  }

  readKustomization(): KustomizationNode {
    const found = kustomizationFilesIn(this.tree, this.directory);
    for (const name of KUSTOMIZATION_FILE_NAMES) {
      const path = childOf(this.directory, name);
      if (found.includes(path)) this.files.add(path);
      else this.absent.add(path);
    }
    const [path, second] = found;
    if (path === undefined) return this.node('none');
    if (second !== undefined) {
      const message = `expected one kustomization file in ${this.directory}, found ${found.join(' and ')}`;
      this.problems.push({ kind: 'parse', path: second, message, hint: 'delete all but one' });
    }
    const text = this.read(path, { path });
    if (text === undefined) return this.node('Kustomization');
    const file = parseKustomizationFile(text, path, this.options);
    this.problems.push(...file.problems);
    for (const entry of file.entries) this.readEntry(entry, path);
    return this.node(file.kind);
  }

  readGenerated(): KustomizationNode {
    for (const name of KUSTOMIZATION_FILE_NAMES) this.absent.add(childOf(this.directory, name));
    this.walk(this.directory);
    return this.node('generated');
  }

  private node(kind: KustomizationNode['kind']): KustomizationNode {
    return {
      directory: this.directory,
      kind,
      files: [...this.files],
      includes: this.includes,
      absent: [...this.absent],
      listings: this.listings,
      remote: [...this.remote],
      problems: this.problems,
      inputs: [...this.inputs],
    };
  }

  private walk(directory: RelativePath): void {
    this.listings.push(directory);
    for (const { name, kind } of this.list(directory)) {
      const path = childOf(directory, name);
      if (kind === 'directory' && isLink(this.tree, path)) continue;
      if (kind === 'directory') {
        for (const file of KUSTOMIZATION_FILE_NAMES) this.inputs.add(childOf(path, file));
        if (kustomizationFilesIn(this.tree, path).length > 0)
          this.includes.push({ directory: path, role: 'resource', from: { path } });
        else this.walk(path);
      } else if (kind === 'file' && /\.ya?ml$/.test(name)) this.readFile(path, 'resource', { path });
    }
  }

  private list(directory: RelativePath) {
    try {
      return this.tree.list(directory) ?? [];
    } catch (error) {
      this.problems.push(unreadable(error, directory));
      return [];
    }
  }

  private readEntry(entry: KustomizationEntry, file: RelativePath): void {
    const { value, role, line, column } = entry;
    const from = { path: file, line, column };
    if (isRemoteFile(value) && (role !== 'component' || isGitRepository(value))) {
      this.remote.add(value);
      return;
    }
    const local = value.startsWith('/') ? undefined : resolveFrom(this.directory, value);
    const kind = local === undefined ? undefined : this.tree.kindOf(local);
    const isDirectoryRole = role === 'resource' || role === 'component' || role === 'plugin';
    if (local !== undefined && kind === 'file' && role !== 'component') {
      this.readFile(local, role, from);
    } else if (isDirectoryRole && isGitRepository(value)) {
      // The name of a local file, should one appear, would win.
      if (local !== undefined && role !== 'component') this.absent.add(local);
      this.remote.add(value);
    } else if (local === undefined) {
      this.refuseOutside(entry, file);
    } else if (kind === 'directory' && isDirectoryRole) {
      this.include(local, role, from);
    } else {
      this.absent.add(local);
      this.problems.push(missing(entry, file, local, kind));
    }
  }

  private refuseOutside(entry: KustomizationEntry, file: RelativePath): void {
    const { line, column, field, value } = entry;
    this.problems.push({
      kind: 'outside-root',
      path: file,
      line,
      column,
      message: `${file}:${line}:${column}: ${field} names ${value}, which lies outside of the source's root`,
      hint: value.startsWith('/')
        ? 'write the path relative to the kustomization file'
        : 'choose a directory further up with --root',
    });
  }

  private include(local: RelativePath, role: EntryRole, from: Place): void {
    const directory = this.tree.realPath === undefined ? local : (this.tree.realPath(local) ?? local);
    if (directory !== local) this.inputs.add(local);
    this.includes.push({ directory, role, from });
    if (role !== 'plugin') return;
    for (const file of this.resourceFilesOf(directory, new Set())) this.readPlugins(file);
  }

  /** The manifests that a directory of plugin configurations holds, through what it includes itself. */
  private resourceFilesOf(directory: RelativePath, seen: Set<RelativePath>): RelativePath[] {
    const [path] = kustomizationFilesIn(this.tree, directory);
    if (path === undefined || seen.has(directory)) return [];
    seen.add(directory);
    this.inputs.add(path);
    const text = this.read(path, { path });
    if (text === undefined) return [];
    const resources = parseKustomizationFile(text, path, this.options).entries.filter(
      (entry) => entry.role === 'resource',
    );
    return resources.flatMap((entry) => {
      const local = resolveFrom(directory, entry.value);
      if (local === undefined) return [];
      this.inputs.add(local);
      return this.tree.kindOf(local) === 'directory' ? this.resourceFilesOf(local, seen) : [local];
    });
  }

  private readFile(path: RelativePath, role: EntryRole, from: Place): void {
    const seen = this.files.has(path);
    this.files.add(path);
    if (role === 'plugin') this.readPlugins(path);
    if (seen || role === 'data') return;
    const { limits, checked } = this.options;
    const isManifest = role === 'resource' || role === 'plugin';
    const problems = checked(path, isManifest ? 'manifest' : 'yaml', () => {
      const before = this.problems.length;
      const text = this.read(path, from);
      if (text === undefined) return this.problems.splice(before);
      return isManifest ? manifestProblems(text, path, limits) : yamlProblems(text, path, limits);
    });
    for (const problem of problems) this.problems.push(problem);
  }

  private readPlugins(path: RelativePath): void {
    const text = this.tree.kindOf(path) === 'file' ? this.read(path, { path }) : undefined;
    if (text === undefined) return;
    for (const node of parseYamlNodes(text, path, this.options.limits).nodes) {
      const plugin = pluginEntries(node, path, this.options);
      this.problems.push(...plugin.problems);
      for (const entry of plugin.entries) this.readEntry(entry, path);
    }
  }

  private read(path: RelativePath, from: Place): Uint8Array | undefined {
    try {
      const content = this.tree.read(path);
      if (content !== undefined) return content;
      this.problems.push({ kind: 'missing', ...from, message: `${path}: expected a file, found none` });
    } catch (error) {
      this.problems.push(unreadable(error, path));
    }
    return undefined;
  }
}

function missing(
  entry: KustomizationEntry,
  file: RelativePath,
  local: RelativePath,
  kind: string | undefined,
): BuildProblem {
  const { line, column, field, value } = entry;
  const expected =
    entry.role === 'component'
      ? 'a directory'
      : entry.role === 'patch' || entry.role === 'data'
        ? 'a file'
        : 'a file or directory';
  const found = kind === undefined ? 'nothing' : kind === 'other' ? 'something else' : `a ${kind}`;
  const hint = kind === 'symlink' ? 'Flux drops symbolic links: name the real file' : undefined;
  return {
    kind: 'missing',
    path: file,
    line,
    column,
    message: `${file}:${line}:${column}: ${field} names ${value}: expected ${expected} at ${local}, found ${found}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

export function unreadable(error: unknown, path: RelativePath): BuildProblem {
  if (!(error instanceof FileUnreadableError)) throw error;
  if (error.code === 'EFBIG') {
    return {
      kind: 'limit',
      path,
      message: `${path}: larger than the limit closureBytesMax`,
      hint: 'raise the limit with --limit closureBytesMax=NUMBER',
    };
  }
  return { kind: 'unreadable', path, message: error.message, hint: `give yourself permission to read ${path}` };
}
