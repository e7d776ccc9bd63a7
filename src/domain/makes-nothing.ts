import type { Closure } from './closure.ts';
import type { FileTree } from './file-tree.ts';
import { isKustomizationFile, kustomizationFileIn } from './kustomization-file-names.ts';
import { looseDocuments, looseText } from './loose-documents.ts';
import { asFields, asList, textList } from './object-fields.ts';
import type { RelativePath } from './paths.ts';
import { isWithin, parentOf, resolveFrom } from './paths.ts';

/** True when a build of `closure` surely makes no object: Flux would then delete all that it made before. */
export function makesNothing(closure: Closure, tree: FileTree): boolean {
  if (closure.remote.length > 0 || closure.problems.length > 0) return false;
  const kustomizationFiles = closure.files.filter(isKustomizationFile);
  if (kustomizationFiles.some((file) => makesSomething(file, closure, tree))) return false;
  if (kustomizationFileIn(tree, closure.directory) !== undefined) return true;
  const nested = kustomizationFiles.map(parentOf);
  return !closure.files.some(
    (file) => !nested.some((directory) => isWithin(directory, file)) && holdsObject(tree, file),
  );
}

const MAKING_FIELDS = [
  'configMapGenerator',
  'secretGenerator',
  'generators',
  'helmCharts',
  'helmChartInflationGenerator',
];

function makesSomething(kustomizationFile: RelativePath, closure: Closure, tree: FileTree): boolean {
  const [document] = looseDocuments(tree, kustomizationFile);
  // Only kustomize itself may know what to make of it, then.
  if (document === undefined) return true;
  const kustomization = asFields(document);
  if (MAKING_FIELDS.some((field) => asList(kustomization[field]).length > 0)) return true;
  const directory = parentOf(kustomizationFile);
  return [...textList(kustomization.resources), ...textList(kustomization.bases)].some((entry) => {
    const path = resolveFrom(directory, entry);
    if (path === undefined) return true;
    // A directory answers for itself, with its own kustomization file.
    return !closure.kustomizations.includes(path) && holdsObject(tree, path);
  });
}

function holdsObject(tree: FileTree, path: RelativePath): boolean {
  return /^[ \t]*(- )?["']?kind["']?[ \t]*:|[{,][ \t]*["']kind["'][ \t]*:/m.test(looseText(tree, path) ?? '');
}
