import type { BuildProblem } from './closure.ts';
import { fileSourcePath } from './file-source.ts';
import type { EntryRole, KustomizationEntry } from './kustomization-entry.ts';
import type { RelativePath } from './paths.ts';
import { parseYamlNodes, type YamlLimits } from './yaml-documents.ts';
import { fieldOf, stringField, type YamlNode } from './yaml-node.ts';

interface PluginFileField {
  readonly field: string;
  readonly role: EntryRole;
  /** `list` of paths, one `path`, `sources` (`key=path`), `paths-or-inline`, or a list of objects with a `path`. */
  readonly form: 'path' | 'list' | 'sources' | 'paths-or-inline' | 'objects';
}

// `env` is read in a kustomization file only; in a generator's own document kustomize passes over it.
const GENERATOR_FILES: readonly PluginFileField[] = [
  { field: 'files', role: 'data', form: 'sources' },
  { field: 'envs', role: 'data', form: 'list' },
];
const PATCH_FILE: readonly PluginFileField[] = [{ field: 'path', role: 'patch', form: 'path' }];

const BUILTIN_PLUGINS: ReadonlyMap<string, readonly PluginFileField[]> = new Map<string, readonly PluginFileField[]>([
  ['ConfigMapGenerator', GENERATOR_FILES],
  ['SecretGenerator', GENERATOR_FILES],
  ['PatchTransformer', PATCH_FILE],
  ['PatchJson6902Transformer', PATCH_FILE],
  ['PatchStrategicMergeTransformer', [{ field: 'paths', role: 'patch', form: 'paths-or-inline' }]],
  ['ReplacementTransformer', [{ field: 'replacements', role: 'patch', form: 'objects' }]],
  [
    'HelmChartInflationGenerator',
    [
      { field: 'valuesFile', role: 'data', form: 'path' },
      { field: 'additionalValuesFiles', role: 'data', form: 'list' },
    ],
  ],
  ...[
    'AnnotationsTransformer',
    'HashTransformer',
    'IAMPolicyGenerator',
    'ImageTagTransformer',
    'LabelTransformer',
    'LegacyOrderTransformer',
  ].map(noFiles),
  ...[
    'NamespaceTransformer',
    'PrefixSuffixTransformer',
    'PrefixTransformer',
    'SuffixTransformer',
    'ReplicaCountTransformer',
  ].map(noFiles),
  ...['SortOrderTransformer', 'ValueAddTransformer'].map(noFiles),
]);

function noFiles(kind: string): [string, readonly PluginFileField[]] {
  return [kind, []];
}

/**
 * The files that a generator, transformer or validator given as an object reads. Its paths count from the directory of the
 * kustomization that refers to it, wherever the object itself is written. `place` is where problems and entries are said to be
 * when the object stands inside a string of another file.
 */
export function pluginEntries(
  object: YamlNode,
  path: RelativePath,
  options: {
    readonly engine: 'flux' | 'argocd';
    readonly limits: YamlLimits;
    readonly place?: { readonly line: number; readonly column: number };
  },
): { readonly entries: KustomizationEntry[]; readonly problems: BuildProblem[] } {
  const entries: KustomizationEntry[] = [];
  const problems: BuildProblem[] = [];
  const kind = stringField(object, 'kind') ?? '';
  const at = (node: YamlNode) => ({
    line: options.place?.line ?? node.line,
    column: options.place?.column ?? node.column,
  });
  const refuse = (node: YamlNode, message: string, problemKind: BuildProblem['kind'] = 'parse') => {
    const { line, column } = at(node);
    problems.push({ kind: problemKind, path, line, column, message: `${path}:${line}:${column}: ${message}` });
  };
  const fields = BUILTIN_PLUGINS.get(kind);
  if (stringField(object, 'apiVersion') !== 'builtin' || fields === undefined) {
    refuse(
      object,
      `expected a built-in plugin (apiVersion: builtin), found ${kind || 'no kind'}; other plugins are off`,
      'unsupported',
    );
    return { entries, problems };
  }
  if (kind === 'HelmChartInflationGenerator' && options.engine === 'flux') {
    refuse(object, 'HelmChartInflationGenerator is a build error in Flux, which builds with Helm off', 'unsupported');
  }
  const add = (field: string, role: EntryRole, node: YamlNode | undefined, value?: string) => {
    const text = value ?? (node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : '');
    if (node !== undefined && text !== '') entries.push({ field: `${kind}.${field}`, value: text, role, ...at(node) });
  };
  for (const { field, role, form } of fields) {
    const value = fieldOf(object, field);
    if (form === 'path') add(field, role, value);
    if (value?.kind !== 'list') continue;
    for (const item of value.items) {
      if (form === 'list') add(field, role, item);
      if (form === 'objects') add(`${field}[].path`, role, fieldOf(item, 'path'));
      if (form === 'paths-or-inline' && !isInline(item, path, options.limits)) add(field, role, item);
      if (form !== 'sources') continue;
      const source = fileSourcePath(item.kind === 'scalar' ? String(item.value) : '');
      if ('path' in source) add(field, role, item, source.path);
      else refuse(item, source.mistake);
    }
  }
  return { entries, problems };
}

function isInline(item: YamlNode, path: RelativePath, limits: YamlLimits): boolean {
  if (item.kind !== 'scalar' || typeof item.value !== 'string' || !/[\n:{]/.test(item.value)) return false;
  return parseYamlNodes(item.value, path, limits).nodes.some((node) => node.kind === 'map');
}
