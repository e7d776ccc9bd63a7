import type { BuildProblem } from '../closure.ts';
import type { FileTree } from '../file-tree.ts';
import { isKustomizationFile } from '../kustomization-file-names.ts';
import type { Limits } from '../limits.ts';
import { looseText } from '../loose-documents.ts';
import { ROOT } from '../paths.ts';
import { walkFiles } from '../walk-files.ts';
import { parseYamlDocuments } from '../yaml-documents.ts';

const FLUX_OBJECT = /^[ \t-]*["']?apiVersion["']?:\s*["']?(kustomize|source)\.toolkit\.fluxcd\.io\//m;

/** Manifests that name objects of Flux and cannot be read: what they define is not found anywhere else, and would be missed in silence. */
export function unparsedManifests(tree: FileTree, limits: Limits): BuildProblem[] {
  const problems: BuildProblem[] = [];
  for (const path of walkFiles(tree, ROOT)) {
    if (!/\.ya?ml$/.test(path) || isKustomizationFile(path)) continue;
    const text = looseText(tree, path);
    if (text === undefined || !FLUX_OBJECT.test(text)) continue;
    const [problem] = parseYamlDocuments(text, path, limits).problems;
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
