import { createHash } from 'node:crypto';
import { type CopyRule, type CopyRuleDefinition, copyRule } from './copy-rule.ts';
import type { DirectoryEntry, FileFacts, FileTree } from './file-tree.ts';
import { mergeYaml } from './merge-yaml.ts';
import type { RelativePath } from './paths.ts';
import { baseNameOf, parentOf, ROOT } from './paths.ts';
import type { GeneratorDefinition } from './target.ts';

/** A FileTree as an ArtifactGenerator composes it from a source, with the way back to the local files. */
export interface ArtifactTree extends FileTree {
  /** The local file that `artifactPath` is a copy of; of several merged ones the last. */
  toLocal(artifactPath: RelativePath): RelativePath | undefined;
  /** All local files whose content is in `artifactPath`: several where a rule merges. */
  toLocals(artifactPath: RelativePath): readonly RelativePath[];
  /** Where the local file arrives, also as a file that a later rule overwrites. */
  toArtifact(local: RelativePath): readonly RelativePath[];
  /** Local tarballs that a rule unpacks: what they hold is unknown here. */
  readonly unpacked: readonly RelativePath[];
  /** True when other sources, or tarballs, put files there that are not seen here. */
  readonly incomplete: boolean;
  /** Rules that cannot be carried out; source-watcher then leaves the artifact as it is. In words. */
  readonly problems: readonly string[];
  /** Follows a change of the source tree (already invalidated there); returns the artifact paths that changed. */
  follow(changed: readonly RelativePath[]): RelativePath[];
}

type ArtifactDefinition = GeneratorDefinition['artifacts'][number];

/** Applies the copy rules of `artifact` to `source`, which is the tree behind `aliases`; other aliases' files are unseen. */
export function artifactTree(
  artifact: ArtifactDefinition,
  source: FileTree,
  aliases: ReadonlySet<string>,
): ArtifactTree {
  return new ComposedTree(artifact.copy, source, aliases);
}

class ComposedTree implements ArtifactTree {
  readonly #rules: readonly CopyRule[];
  readonly #ruleProblems: readonly string[];
  readonly #source: FileTree;
  readonly #aliases: ReadonlySet<string>;
  readonly incomplete: boolean;
  #problems: string[] = [];
  #unpacked: RelativePath[] = [];
  #parts = new Map<RelativePath, readonly RelativePath[]>();
  #artifactPaths = new Map<RelativePath, RelativePath[]>();
  #directories = new Map<RelativePath, Map<string, DirectoryEntry['kind']>>();
  readonly #listings = new Map<RelativePath, readonly DirectoryEntry[]>();
  /** Files that are there and that no rule copies, as far as changes named them. */
  readonly #uncopied = new Set<RelativePath>();
  readonly #mergedContents = new Map<RelativePath, Uint8Array>();

  constructor(definitions: readonly CopyRuleDefinition[], source: FileTree, aliases: ReadonlySet<string>) {
    const rules = definitions.map((definition) => copyRule(definition));
    this.#rules = rules.filter((rule) => typeof rule !== 'string');
    this.#ruleProblems = rules.filter((rule) => typeof rule === 'string');
    this.#source = source;
    this.#aliases = aliases;
    this.incomplete = this.#rules.some((rule) => !aliases.has(rule.alias) || rule.strategy === 'Extract');
    this.#compose();
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  get unpacked(): readonly RelativePath[] {
    return this.#unpacked;
  }

  toLocal(artifactPath: RelativePath): RelativePath | undefined {
    return this.#parts.get(artifactPath)?.at(-1);
  }

  toLocals(artifactPath: RelativePath): readonly RelativePath[] {
    return this.#parts.get(artifactPath) ?? [];
  }

  toArtifact(local: RelativePath): readonly RelativePath[] {
    return this.#artifactPaths.get(local) ?? [];
  }

  follow(changed: readonly RelativePath[]): RelativePath[] {
    this.#mergedContents.clear();
    const affected = new Set(changed.flatMap((path) => this.toArtifact(path)));
    // Edits leave the layout as it is; what came or went is followed by applying the rules again.
    if (changed.some((path) => this.#cameOrWent(path))) {
      const before = this.#parts;
      this.#compose();
      for (const path of new Set([...before.keys(), ...this.#parts.keys()])) {
        if (!sameParts(before.get(path), this.#parts.get(path))) affected.add(path);
      }
      for (const path of changed) {
        if (this.#source.kindOf(path) === 'file' && !this.#artifactPaths.has(path)) this.#uncopied.add(path);
        else this.#uncopied.delete(path);
      }
    }
    return [...affected];
  }

  #cameOrWent(path: RelativePath): boolean {
    const isThere = this.#source.kindOf(path) === 'file';
    return isThere !== (this.#artifactPaths.has(path) || this.#uncopied.has(path));
  }

  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined {
    if (this.#parts.has(path)) return 'file';
    return this.#directories.has(path) || path === ROOT ? 'directory' : undefined;
  }

  list(directory: RelativePath): readonly DirectoryEntry[] | undefined {
    const known = this.#listings.get(directory);
    if (known !== undefined) return known;
    const children = this.#directories.get(directory);
    if (children === undefined) return directory === ROOT ? [] : undefined;
    const entries = [...children]
      .map(([name, kind]) => ({ name, kind }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    this.#listings.set(directory, entries);
    return entries;
  }

  read(path: RelativePath): Uint8Array | undefined {
    const parts = this.#parts.get(path);
    if (parts === undefined) return undefined;
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) return this.#source.read(first);
    return this.#mergedContent(path, parts);
  }

  facts(path: RelativePath): FileFacts | undefined {
    const parts = this.#parts.get(path);
    if (parts === undefined) return undefined;
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) return this.#source.facts(first);
    const content = this.#mergedContent(path, parts);
    return { digest: createHash('sha256').update(content).digest('hex'), mode: 0o644, bytes: content.byteLength };
  }

  #compose(): void {
    this.#problems = [...this.#ruleProblems];
    this.#unpacked = [];
    this.#parts = new Map();
    this.#artifactPaths = new Map();
    this.#directories = new Map();
    this.#listings.clear();
    for (const rule of this.#rules) if (this.#aliases.has(rule.alias)) this.#apply(rule);
    for (const [artifactPath, parts] of this.#parts) {
      for (const local of parts) {
        const known = this.#artifactPaths.get(local);
        if (known === undefined) this.#artifactPaths.set(local, [artifactPath]);
        else if (!known.includes(artifactPath)) known.push(artifactPath);
      }
    }
  }

  #apply(rule: CopyRule): void {
    let copied = 0;
    for (const { from, to } of rule.copies(this.#source, (path) => this.#directories.has(path))) {
      copied++;
      if (rule.strategy === 'Extract') {
        if (/\.(tar\.gz|tgz)$/.test(from)) this.#unpacked.push(from);
        continue;
      }
      const before = rule.strategy === 'Merge' ? this.#parts.get(to) : undefined;
      this.#parts.set(to, [...(before ?? []), from]);
      this.#enter(to, 'file');
    }
    if (copied === 0 && !rule.optional) this.#problems.push(`copy from ${rule.from}: nothing there to copy`);
  }

  #enter(path: RelativePath, kind: DirectoryEntry['kind']): void {
    if (path === ROOT) return;
    const parent = parentOf(path);
    const siblings = this.#directories.get(parent);
    if (siblings !== undefined) {
      siblings.set(baseNameOf(path), kind);
      return;
    }
    this.#directories.set(parent, new Map([[baseNameOf(path), kind]]));
    this.#enter(parent, 'directory');
  }

  #mergedContent(path: RelativePath, parts: readonly RelativePath[]): Uint8Array {
    const known = this.#mergedContents.get(path);
    if (known !== undefined) return known;
    const decoder = new TextDecoder();
    const texts = parts.map((part) => decoder.decode(this.#source.read(part) ?? new Uint8Array()));
    const content = new TextEncoder().encode(mergedText(texts));
    this.#mergedContents.set(path, content);
    return content;
  }
}

/** What does not parse stays in the result as it is, so that the build's own parser reports it. */
function mergedText(texts: readonly string[]): string {
  try {
    return texts.reduce((earlier, later) => mergeYaml(earlier, later));
  } catch {
    return texts.join('\n---\n');
  }
}

function sameParts(left: readonly RelativePath[] | undefined, right: readonly RelativePath[] | undefined): boolean {
  return (
    left !== undefined &&
    right !== undefined &&
    left.length === right.length &&
    left.every((part, index) => part === right[index])
  );
}
