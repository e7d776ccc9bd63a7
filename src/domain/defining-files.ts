import type { DefiningObject } from './definitions-from-objects.ts';
import type { FileTree } from './file-tree.ts';
import type { KubeObject } from './kube-object.ts';
import { isKustomizationFile } from './kustomization-file-names.ts';
import type { Limits } from './limits.ts';
import { looseText } from './loose-documents.ts';
import { asFields, asList, isKubeObjectShape } from './object-fields.ts';
import { parentOf, type RelativePath, ROOT } from './paths.ts';
import { placeholderIn } from './spec-path.ts';
import { walkFiles } from './walk-files.ts';
import { parseYamlDocuments } from './yaml-documents.ts';

/** A manifest that defines Flux objects. */
export interface DefiningFile {
  readonly path: RelativePath;
  readonly directory: RelativePath;
  readonly objects: readonly DefiningObject[];
  /** A path, or anything else in it, still waits to be filled in. */
  readonly holdsPlaceholder: boolean;
}

const FLUX_GROUPS = /^\s*["']?apiVersion["']?:\s*["']?(kustomize|source|helm)\.(toolkit|extensions)\.fluxcd\.io\//m;

/** All manifests of the tree that define Flux objects; what does not parse is passed over. */
export function definingFiles(tree: FileTree, limits: Limits): DefiningFile[] {
  const files: DefiningFile[] = [];
  for (const path of walkFiles(tree, ROOT)) {
    if (!/\.ya?ml$/.test(path) || isKustomizationFile(path)) continue;
    const text = looseText(tree, path);
    if (text === undefined || !FLUX_GROUPS.test(text)) continue;
    const objects = parseYamlDocuments(text, path, limits).documents.flatMap(kubeObjectsIn).filter(isFluxObject);
    if (objects.length === 0) continue;
    files.push({
      path,
      directory: parentOf(path),
      objects: objects.map((object) => ({ object, definedIn: path })),
      holdsPlaceholder: placeholderIn(text) !== undefined,
    });
  }
  return files;
}

/** The objects of a document, those of a List one by one. */
export function kubeObjectsIn(document: unknown): KubeObject[] {
  const fields = asFields(document);
  if (typeof fields.kind === 'string' && fields.kind.endsWith('List') && Array.isArray(fields.items)) {
    return asList(fields.items).flatMap(kubeObjectsIn);
  }
  return isKubeObjectShape(document) ? [document as KubeObject] : [];
}

function isFluxObject(object: KubeObject): boolean {
  return /^(kustomize|source|helm)\.(toolkit|extensions)\.fluxcd\.io\//.test(object.apiVersion);
}
