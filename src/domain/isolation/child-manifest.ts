import { kubeObjectsIn } from '../defining-files.ts';
import type { FileTree } from '../file-tree.ts';
import { isKustomizationFile } from '../kustomization-file-names.ts';
import { looseDocuments, looseText } from '../loose-documents.ts';
import { asFields, isKubeObjectShape } from '../object-fields.ts';
import type { RelativePath } from '../paths.ts';
import type { TargetState } from '../target-state.ts';

/** What a change of a Kustomization's files means for the manifest of a child that it applies. */
export type ChildManifest = 'untouched' | 'changed' | 'dropped';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/**
 * `changed`: the paths that differ from what the parent has applied; undefined where that is not known. In doubt it is `changed`; and
 * `dropped` where none of the files that the parent's build reads names the child any more.
 */
export function childManifest(
  parent: TargetState,
  child: Named,
  changed: ReadonlySet<RelativePath> | undefined,
): ChildManifest {
  const { closure, root } = parent;
  if (closure === undefined) return 'changed';
  const files = closure.files.filter((path) => !isKustomizationFile(path));
  const defining = new Set(files.filter((path) => defines(root.tree, path, child)));
  if (defining.size === 0) return 'dropped';
  // A composed artifact has paths of its own.
  if (changed === undefined || root.artifact !== undefined) return 'changed';
  const read = new Set(closure.files);
  for (const path of changed) {
    if (!read.has(path)) continue;
    if (defining.has(path) || mayPatch(root.tree, path)) return 'changed';
  }
  return 'untouched';
}

function defines(tree: FileTree, path: RelativePath, { namespace, name }: Named): boolean {
  if (!looseText(tree, path)?.includes(name)) return false;
  return looseDocuments(tree, path)
    .flatMap(kubeObjectsIn)
    .some(
      ({ kind, apiVersion, metadata }) =>
        kind === 'Kustomization' &&
        apiVersion.startsWith('kustomize.toolkit.fluxcd.io/') &&
        metadata.name === name &&
        (metadata.namespace === undefined || metadata.namespace === namespace),
    );
}

/** Whatever is no whole manifest of another object may change the child's. */
function mayPatch(tree: FileTree, path: RelativePath): boolean {
  if (isKustomizationFile(path)) return true;
  const documents = looseDocuments(tree, path);
  return documents.length === 0 || !documents.every((document) => isOtherManifest(document));
}

function isOtherManifest(document: unknown): boolean {
  if (!isKubeObjectShape(document)) return false;
  const { kind, spec } = asFields(document);
  // A patch may be addressed to all Kustomizations and name any; a manifest says what it reads.
  return kind !== 'Kustomization' || asFields(spec).sourceRef !== undefined;
}
