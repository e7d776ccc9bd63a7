import { type FileTree, FileUnreadableError } from './file-tree.ts';
import { type IgnorePattern, ignorePattern, ignorePatterns } from './ignore-pattern.ts';
import { baseNameOf, childOf, isWithin, parentOf, type RelativePath, ROOT } from './paths.ts';
import type { SourceDefinition } from './target.ts';

export { UNREADABLE_BY_BUILDS, unreadableByBuilds } from './unreadable-by-builds.ts';

const IGNORE_FILE = '.sourceignore';
const VERSION_CONTROL = defaultPatterns(['.git/', '.gitignore', '.gitmodules', '.gitattributes']);
const DEFAULTS = [
  ...VERSION_CONTROL,
  ...defaultPatterns([
    ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
    ...['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml', 'cloudbuild.yaml'],
    ...['codeship-services.yml', 'codeship-steps.yml', '**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
  ]),
];

export interface SourceView {
  /** Whether source-controller puts the file at `path` into the artifact; `rule` is the pattern that decided, and where it is written. */
  includes(path: RelativePath): { readonly included: boolean; readonly rule?: string };
  /** Forgets the ignore files that `changed` may have altered. The tree must have been told before. */
  invalidate(changed: readonly RelativePath[]): void;
}

/**
 * What source-controller lets through from the files of `tree`: nested `.sourceignore` files, then `ignore` (`spec.ignore`), the last
 * pattern that matches deciding; the default exclusions where no pattern is given at all; never a symlink.
 */
export function sourceView(source: {
  readonly tree: FileTree;
  readonly ignore?: string | undefined;
  readonly kind: SourceDefinition['kind'];
}): SourceView {
  return new PatternView(source.tree, source.ignore ?? '');
}

class PatternView implements SourceView {
  private readonly tree: FileTree;
  private readonly ignore: string;
  private patterns: readonly IgnorePattern[] | undefined;
  private ignoreFiles: readonly RelativePath[] = [];
  /** Whoever looks at a file asks several times: whether it is there, what it holds, what it is listed as. */
  private readonly decided = new Map<RelativePath, IgnorePattern | typeof NONE>();

  constructor(tree: FileTree, ignore: string) {
    this.tree = tree;
    this.ignore = ignore;
  }

  includes(path: RelativePath): { readonly included: boolean; readonly rule?: string } {
    const pattern = this.decidingPattern(path);
    if (pattern?.includes === false) return { included: false, rule: ruleOf(pattern) };
    if (this.isSymlink(path)) return SYMLINK;
    return pattern === undefined ? INCLUDED : { included: true, rule: ruleOf(pattern) };
  }

  private decidingPattern(path: RelativePath): IgnorePattern | undefined {
    const known = this.decided.get(path);
    if (known !== undefined) return known === NONE ? undefined : known;
    this.patterns ??= this.readPatterns();
    const segments = path.split('/');
    const pattern = this.patterns.find((candidate) => candidate.matches(segments));
    if (this.decided.size >= DECIDED_MAX) this.decided.clear();
    this.decided.set(path, pattern ?? NONE);
    return pattern;
  }

  invalidate(changed: readonly RelativePath[]): void {
    const concerns = (path: RelativePath) =>
      baseNameOf(path) === IGNORE_FILE ||
      this.ignoreFiles.some((file) => isWithin(path, file)) ||
      this.tree.kindOf(path) === 'directory';
    if (!changed.some(concerns)) return;
    this.patterns = undefined;
    this.decided.clear();
  }

  private isSymlink(path: RelativePath): boolean {
    return this.tree.kindOf(path) === 'symlink';
  }

  /** Highest priority first. */
  private readPatterns(): IgnorePattern[] {
    this.ignoreFiles = this.findIgnoreFiles(ROOT);
    const given = this.ignoreFiles.flatMap((file) => this.readIgnoreFile(file));
    given.push(...ignorePatterns(this.ignore, [], 'spec.ignore'));
    const defaults = given.length > 0 ? VERSION_CONTROL : DEFAULTS;
    return [...defaults, ...given].reverse();
  }

  private findIgnoreFiles(directory: RelativePath): RelativePath[] {
    const entries = this.entriesOf(directory);
    const found = entries
      .filter((entry) => entry.name === IGNORE_FILE && entry.kind === 'file')
      .map((entry) => childOf(directory, entry.name));
    for (const { name, kind } of entries) {
      if (kind === 'directory' && name !== '.git')
        for (const file of this.findIgnoreFiles(childOf(directory, name))) found.push(file);
    }
    return found;
  }

  private entriesOf(directory: RelativePath) {
    try {
      return this.tree.list(directory) ?? [];
    } catch (error) {
      if (error instanceof FileUnreadableError) return [];
      throw error;
    }
  }

  private readIgnoreFile(file: RelativePath): IgnorePattern[] {
    try {
      const directory = parentOf(file);
      const text = new TextDecoder().decode(this.tree.read(file));
      return ignorePatterns(text, directory === ROOT ? [] : directory.split('/'), file);
    } catch (error) {
      // Who builds what lies there is told of the file without read permission.
      if (error instanceof FileUnreadableError) return [];
      throw error;
    }
  }
}

function defaultPatterns(texts: readonly string[]): readonly IgnorePattern[] {
  return texts.map((text) => ignorePattern(text, [], 'default exclusions'));
}

/** More are forgotten: a tree may have many files, and a scan asks about all of them in a row. */
const DECIDED_MAX = 10_000;
const NONE = 'none';
const INCLUDED = { included: true } as const;
const SYMLINK = { included: false, rule: 'symbolic links (source-controller drops them)' } as const;

function ruleOf(pattern: IgnorePattern): string {
  return `${pattern.text} (${pattern.origin})`;
}
