import { chartClosure } from '../charts.ts';
import type { BuildProblem, Closure } from '../closure.ts';
import type { FileTree } from '../file-tree.ts';
import { isKustomizationFile } from '../kustomization-file-names.ts';
import { looseDocuments } from '../loose-documents.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { parentOf, type RelativePath, relativePath, resolveFrom } from '../paths.ts';
import { placeholderIn } from '../spec-path.ts';
import type { ApplicationPart } from './application-target.ts';
import { filesClosure, mergedClosure } from './merged-closure.ts';

/** The chart in `directory` with the value files that the source has; `$ref/…` names those of another part. */
export function helmClosure(tree: FileTree, directory: RelativePath, part: ApplicationPart): Closure {
  const named = (part.helm?.files ?? []).filter((file) => !file.startsWith('$'));
  return mergedClosure(chartClosure(tree, directory), [valueFiles(tree, directory, named, part)]);
}

/** Value files in this source that charts of other parts name as `$ref/…`, counted from the source's root. */
export function referencedFiles(tree: FileTree, ref: string, parts: readonly ApplicationPart[]): Closure {
  const closures = parts.map((part) => {
    const own = (part.helm?.files ?? []).filter((file) => file.startsWith(`$${ref}/`));
    const fromRoot = own.map((file) => file.slice(ref.length + 1));
    return valueFiles(tree, '.' as RelativePath, fromRoot, part);
  });
  return mergedClosure(filesClosure('.' as RelativePath, {}), closures);
}

/** Charts beside a kustomization file that its `helmCharts` inflate: `<chartHome>/<name>`, where that exists. */
export function inflatedCharts(tree: FileTree, closure: Closure): readonly Closure[] {
  return closure.files.filter(isKustomizationFile).flatMap((file) => {
    const [document] = looseDocuments(tree, file);
    const { helmCharts, helmGlobals } = asFields(document);
    const home = resolveFrom(parentOf(file), asText(asFields(helmGlobals).chartHome) ?? 'charts');
    return asList(helmCharts).flatMap((chart) => {
      const { name, version } = asFields(chart);
      const places = [`${asText(name)}`, `${asText(name)}-${asText(version)}/${asText(name)}`];
      return places.flatMap((place) => {
        const directory = home === undefined ? undefined : resolveFrom(home, place);
        return directory !== undefined && tree.kindOf(directory) === 'directory' ? [chartClosure(tree, directory)] : [];
      });
    });
  });
}

function valueFiles(
  tree: FileTree,
  directory: RelativePath,
  written: readonly string[],
  part: ApplicationPart,
): Closure {
  const files: RelativePath[] = [];
  const absent: RelativePath[] = [];
  const problems: BuildProblem[] = [];
  for (const name of written) {
    if (name.includes('://') || placeholderIn(name) !== undefined) continue;
    const path = name.startsWith('/') ? relativePath(name) : resolveFrom(directory, name);
    if (path === undefined) {
      problems.push({ kind: 'outside-root', path: directory, message: `helm names ${name}, outside of the source` });
    } else if (tree.kindOf(path) === 'file') {
      files.push(path);
    } else {
      absent.push(path);
      if (part.helm?.ignoresMissing === true) continue;
      problems.push({ kind: 'missing', path, message: `${path}: helm reads it, and it is not there` });
    }
  }
  return filesClosure(directory, { files, absent, problems });
}
