import { parse } from 'yaml';
import type { BuildProblem, Closure } from './closure.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import { asFields, asList, asText, type Fields } from './object-fields.ts';
import type { RelativePath } from './paths.ts';
import { childOf, resolveFrom } from './paths.ts';
import { walkFiles } from './walk-files.ts';

/**
 * All that packaging the chart in `directory` reads: the directory, charts it depends on by `file://`, and `valuesFiles` from
 * elsewhere in the source.
 */
export function chartClosure(
  tree: FileTree,
  directory: RelativePath,
  valuesFiles: readonly RelativePath[] = [],
): Closure {
  const files = new Set<RelativePath>();
  const listings = new Set<RelativePath>();
  const absent: RelativePath[] = [];
  const problems: BuildProblem[] = [];
  const pending = [directory];
  for (let chart = pending.pop(); chart !== undefined; chart = pending.pop()) {
    if (listings.has(chart)) continue;
    if (tree.list(chart) === undefined) {
      absent.push(chart);
      problems.push({
        kind: chart === directory ? 'not-found' : 'missing',
        path: chart,
        message: `${chart}: expected a chart directory, found none`,
      });
      continue;
    }
    listings.add(chart);
    for (const file of walkFiles(tree, chart)) files.add(file);
    for (const dependency of localDependencies(tree, chart, problems)) pending.push(dependency);
  }
  for (const file of valuesFiles) {
    if (tree.kindOf(file) === 'file') {
      files.add(file);
      continue;
    }
    absent.push(file);
    problems.push({ kind: 'missing', path: file, message: `${file}: named in valuesFiles, and not there` });
  }
  return {
    directory,
    files: [...files].sort(),
    kustomizations: [],
    absent,
    listings: [...listings].sort(),
    remote: [],
    problems,
  };
}

/** `version` in the chart's Chart.yaml, where it can be read. */
export function chartVersion(tree: FileTree, directory: RelativePath): string | undefined {
  return asText(chartMetadata(tree, directory, []).version);
}

function localDependencies(tree: FileTree, chart: RelativePath, problems: BuildProblem[]): RelativePath[] {
  return asList(chartMetadata(tree, chart, problems).dependencies).flatMap((item) => {
    const repository = asText(asFields(item).repository) ?? '';
    if (!repository.startsWith('file://')) return [];
    const path = resolveFrom(chart, repository.slice('file://'.length));
    if (path === undefined) {
      const message = `${childOf(chart, 'Chart.yaml')}: dependency ${repository} leaves the source`;
      problems.push({ kind: 'outside-root', path: childOf(chart, 'Chart.yaml'), message });
    }
    return path ?? [];
  });
}

function chartMetadata(tree: FileTree, chart: RelativePath, problems: BuildProblem[]): Fields {
  const path = childOf(chart, 'Chart.yaml');
  try {
    const content = tree.read(path);
    return content === undefined ? {} : asFields(parse(new TextDecoder().decode(content)));
  } catch (error) {
    const unreadable = error instanceof FileUnreadableError;
    problems.push({
      kind: unreadable ? 'unreadable' : 'parse',
      path,
      message: unreadable ? error.message : `${path}: ${error instanceof Error ? error.message : String(error)}`,
    });
    return {};
  }
}
