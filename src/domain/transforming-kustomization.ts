import type { FileTree } from './file-tree.ts';
import { kustomizationFileIn } from './kustomization-file-names.ts';
import { looseDocuments } from './loose-documents.ts';
import { asFields } from './object-fields.ts';
import type { RelativePath } from './paths.ts';

/** Fields that bring objects in, or leave alone what a Flux object says. */
const HARMLESS = new Set([
  ...['apiVersion', 'kind', 'metadata', 'resources', 'bases', 'components', 'crds', 'openapi', 'sortOptions'],
  ...['configMapGenerator', 'secretGenerator', 'generatorOptions', 'buildMetadata', 'labels', 'commonLabels'],
  ...['commonAnnotations', 'images', 'replicas', 'configurations', 'validators'],
]);

/** True when the kustomization in `directory` may change what an object says, beyond labels and images. */
export function isTransforming(tree: FileTree, directory: RelativePath): boolean {
  const file = kustomizationFileIn(tree, directory);
  if (file === undefined) return false;
  return Object.keys(asFields(looseDocuments(tree, file)[0])).some((field) => !HARMLESS.has(field));
}
