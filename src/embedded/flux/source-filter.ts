import ignore, { type Ignore } from 'ignore';
import type { ArtifactFiles } from './archive.ts';

/** What source-controller leaves out when nothing else is said. */
const DEFAULT_EXCLUSIONS = `
.git/
.gitignore
.gitmodules
.gitattributes
*.jpg
*.jpeg
*.gif
*.png
*.wmv
*.flv
*.tar.gz
*.zip
.github/
.circleci/
.travis.yml
.gitlab-ci.yml
appveyor.yml
.drone.yml
cloudbuild.yaml
**/.goreleaser.yml
**/.sops.yaml
**/.flux.yaml
`;

const IGNORE_FILE = '.sourceignore';

/**
 * The files that source-controller lets through: nested `.sourceignore` files count, a non-empty `specIgnore` is added to
 * them, and without any pattern at all the default exclusions apply.
 */
export function filterSource(files: ArtifactFiles, specIgnore: string | undefined): ArtifactFiles {
  const rules = rulesOf(files, specIgnore);
  const kept = [...files].filter(([path]) => !isIgnored(rules, path));
  return new Map(kept);
}

interface Rule {
  /** With a trailing slash; empty for the root. */
  readonly directory: string;
  readonly patterns: Ignore;
}

function rulesOf(files: ArtifactFiles, specIgnore: string | undefined): readonly Rule[] {
  const rules: Rule[] = [];
  for (const [path, { content }] of files) {
    if (path !== IGNORE_FILE && !path.endsWith(`/${IGNORE_FILE}`)) continue;
    if (!hasPattern(content.toString())) continue;
    const directory = path.slice(0, -IGNORE_FILE.length);
    rules.push({ directory, patterns: ignore().add(content.toString()) });
  }
  // The outer ones first: an inner file may take back what an outer one excludes.
  rules.sort((a, b) => a.directory.length - b.directory.length);
  if (specIgnore !== undefined && hasPattern(specIgnore)) {
    rules.push({ directory: '', patterns: ignore().add(specIgnore) });
  } else if (rules.length === 0) rules.push({ directory: '', patterns: ignore().add(DEFAULT_EXCLUSIONS) });
  return rules;
}

function hasPattern(text: string): boolean {
  return text.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#'));
}

function isIgnored(rules: readonly Rule[], path: string): boolean {
  let ignored = false;
  for (const { directory, patterns } of rules) {
    if (!path.startsWith(directory)) continue;
    const verdict = patterns.test(path.slice(directory.length));
    if (verdict.ignored) ignored = true;
    else if (verdict.unignored) ignored = false;
  }
  return ignored;
}
