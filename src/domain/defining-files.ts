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

/** A manifest that defines objects of Flux or Argo CD. */
export interface DefiningFile {
  readonly path: RelativePath;
  readonly directory: RelativePath;
  readonly objects: readonly DefiningObject[];
  /** A path, or anything else in it, still waits to be filled in. */
  readonly holdsPlaceholder: boolean;
}

const GITOPS_GROUPS =
  /^\s*["']?apiVersion["']?:\s*["']?((kustomize|source|helm)\.(toolkit|extensions)\.fluxcd\.io|argoproj\.io)\//m;
const FLUX_API = /^(kustomize|source|helm)\.(toolkit|extensions)\.fluxcd\.io\//;
/** Of argoproj.io these alone are Argo CD's: workflows and rollouts are not. */
const ARGO_CD_KINDS: ReadonlySet<string> = new Set(['Application', 'ApplicationSet', 'AppProject']);

/** All manifests of the tree that define objects of Flux or Argo CD; what does not parse is passed over. */
export function definingFiles(tree: FileTree, limits: Limits): DefiningFile[] {
  const files: DefiningFile[] = [];
  for (const path of walkFiles(tree, ROOT)) {
    if (!/\.ya?ml$/.test(path) || isKustomizationFile(path)) continue;
    const text = looseText(tree, path);
    if (text === undefined || !GITOPS_GROUPS.test(text)) continue;
    const objects = parseYamlDocuments(text, path, limits).documents.flatMap(kubeObjectsIn).filter(isGitOpsObject);
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

function isGitOpsObject({ apiVersion, kind }: KubeObject): boolean {
  return FLUX_API.test(apiVersion) || (apiVersion.startsWith('argoproj.io/') && ARGO_CD_KINDS.has(kind));
}
