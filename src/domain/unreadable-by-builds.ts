import { type NameGlob, nameGlob } from './name-glob.ts';
import type { RelativePath } from './paths.ts';

/**
 * Files that no build reads unless something names them: a change to one, outside every closure, reconciles nothing. Each pattern is
 * tested against every segment of the path; one that ends in `/` against the directories only. A user may give another list.
 */
export const UNREADABLE_BY_BUILDS: readonly string[] = [
  ...['*.md', '*.markdown', '*.rst', '*.adoc', 'LICENSE*', 'LICENCE*', 'COPYING*', 'NOTICE*', 'CODEOWNERS', 'OWNERS'],
  ...['*.png', '*.jpg', '*.jpeg', '*.gif', '*.svg', '*.webp', '*.ico', '*.drawio', '*.pdf'],
  ...['.*/', '.gitignore', '.gitattributes', '.gitmodules', '.gitkeep', '.editorconfig', '.DS_Store'],
  // What editors write beside the file that is saved: vim's probe and swap files, backups, Emacs' locks and autosaves, JetBrains' safe writes.
  ...[
    '4913',
    '*.swp',
    '*.swo',
    '*.swx',
    '*~',
    '.#*',
    '#*#',
    '*.tmp',
    '*.bak',
    '*___jb_tmp___',
    '*___jb_old___',
    '.goutputstream-*',
  ],
];

/** The pattern by which no build reads `path`, or undefined. */
export function unreadableByBuilds(
  path: RelativePath,
  patterns: readonly string[] = UNREADABLE_BY_BUILDS,
): string | undefined {
  const segments = path.split('/');
  const directories = segments.slice(0, -1);
  return compiled(patterns).find(({ directoryOnly, glob }) => (directoryOnly ? directories : segments).some(glob))
    ?.pattern;
}

interface CompiledPattern {
  readonly pattern: string;
  readonly directoryOnly: boolean;
  readonly glob: NameGlob;
}

/** A process has one list, and asks it about every path of a checkout. */
const compiledLists = new WeakMap<readonly string[], readonly CompiledPattern[]>();

function compiled(patterns: readonly string[]): readonly CompiledPattern[] {
  const known = compiledLists.get(patterns);
  if (known !== undefined) return known;
  const list = patterns.map((pattern) => {
    const directoryOnly = pattern.endsWith('/');
    return { pattern, directoryOnly, glob: nameGlob(directoryOnly ? pattern.slice(0, -1) : pattern) };
  });
  compiledLists.set(patterns, list);
  return list;
}
