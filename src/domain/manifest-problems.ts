import type { BuildProblem } from './closure.ts';
import type { RelativePath } from './paths.ts';
import { parseYamlNodes, type YamlLimits } from './yaml-documents.ts';
import { fieldOf, type YamlNode } from './yaml-node.ts';

/** What keeps kustomize from taking the file as resources: YAML that does not parse, or a document that is no Kubernetes object. */
export function manifestProblems(
  text: string | Uint8Array,
  path: RelativePath,
  limits: YamlLimits,
): readonly BuildProblem[] {
  const { nodes, problems } = parseYamlNodes(text, path, limits);
  if (problems.length > 0) return problems;
  for (const node of nodes) {
    const problem = objectProblem(node, path);
    if (problem !== undefined) return [problem];
  }
  return NONE;
}

/** As manifestProblems, for files that only have to be YAML: patches, replacements, configurations. */
export function yamlProblems(
  text: string | Uint8Array,
  path: RelativePath,
  limits: YamlLimits,
): readonly BuildProblem[] {
  const { problems } = parseYamlNodes(text, path, limits);
  return problems.length > 0 ? problems : NONE;
}

const NONE: readonly BuildProblem[] = [];

function objectProblem(node: YamlNode, path: RelativePath): BuildProblem | undefined {
  const kind = fieldOf(node, 'kind');
  const items = fieldOf(node, 'items');
  if (isText(kind) && String(kind.value).endsWith('List') && items?.kind === 'list') return first(items.items, path);
  if (!isText(kind)) return notAnObject(node, path, 'kind');
  const name = fieldOf(fieldOf(node, 'metadata'), 'name');
  return isText(name) || String(kind.value).endsWith('List') ? undefined : notAnObject(node, path, 'metadata.name');
}

function first(items: readonly YamlNode[], path: RelativePath): BuildProblem | undefined {
  for (const item of items) {
    const problem = objectProblem(item, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isText(node: YamlNode | undefined): node is YamlNode & { readonly kind: 'scalar' } {
  return node?.kind === 'scalar' && node.value !== null && node.value !== '';
}

function notAnObject(node: YamlNode, path: RelativePath, missing: string): BuildProblem {
  const { line, column } = node;
  return {
    kind: 'parse',
    path,
    line,
    column,
    message: `${path}:${line}:${column}: expected a Kubernetes object, found a document without ${missing}`,
    hint: 'name the file where it belongs (a generator, a patch), or keep it out of the directory that is built',
  };
}
