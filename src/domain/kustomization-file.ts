import { pluginEntries } from './builtin-plugin.ts';
import type { BuildProblem } from './closure.ts';
import { fileSourcePath } from './file-source.ts';
import type { EntryRole, KustomizationEntry } from './kustomization-entry.ts';
import { KUSTOMIZATION_FIELDS, schemaMistake } from './kustomization-schema.ts';
import type { RelativePath } from './paths.ts';
import { parseYamlNodes, type YamlLimits } from './yaml-documents.ts';
import { fieldOf, type YamlMap, type YamlNode } from './yaml-node.ts';

/** The names a directory's kustomization file may have; two of them in one directory are an error. */
export const KUSTOMIZATION_FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export type Engine = 'flux' | 'argocd';

export interface KustomizationFile {
  readonly kind: 'Kustomization' | 'Component';
  readonly entries: readonly KustomizationEntry[];
  readonly problems: readonly BuildProblem[];
}

/** Reads the text of the kustomization file at `path`: everything it names, and what kustomize would refuse in it. Never throws. */
export function parseKustomizationFile(
  text: string | Uint8Array,
  path: RelativePath,
  options: { readonly limits: YamlLimits; readonly engine?: Engine },
): KustomizationFile {
  const { nodes, problems } = parseYamlNodes(text, path, options.limits, { duplicateKeys: 'last-wins' });
  // kustomize reads the first document only.
  const root = nodes[0];
  if (problems.length > 0) return { kind: 'Kustomization', entries: [], problems };
  if (root !== undefined && root.kind !== 'map') {
    return {
      kind: 'Kustomization',
      entries: [],
      problems: [problemAt(path, root, 'expected a map of kustomization fields')],
    };
  }
  return new KustomizationReader(path, options.engine ?? 'flux', options.limits).read(root);
}

export function problemAt(
  path: RelativePath,
  place: { readonly line: number; readonly column: number },
  message: string,
  kind: BuildProblem['kind'] = 'parse',
  hint?: string,
): BuildProblem {
  const { line, column } = place;
  return {
    kind,
    path,
    line,
    column,
    message: `${path}:${line}:${column}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

class KustomizationReader {
  private readonly path: RelativePath;
  private readonly engine: Engine;
  private readonly limits: YamlLimits;
  private readonly entries: KustomizationEntry[] = [];
  private readonly problems: BuildProblem[] = [];

  constructor(path: RelativePath, engine: Engine, limits: YamlLimits) {
    this.path = path;
    this.engine = engine;
    this.limits = limits;
  }

  read(root: YamlMap | undefined): KustomizationFile {
    const fields = this.knownFields(root);
    if (
      this.problems.length === 0 &&
      !fields.some(({ key, value }) => key !== 'kind' && key !== 'apiVersion' && !isEmpty(value))
    ) {
      const place = { line: 1, column: 1 };
      this.problems.push(
        problemAt(this.path, place, 'expected at least one field such as resources, found an empty kustomization'),
      );
    }
    const map: YamlMap = { kind: 'map', entries: fields, line: 1, column: 1 };
    const kind = this.kind(map);
    for (const field of fields) if (fieldOf(map, field.key) === field.value) this.readField(field.key, field.value);
    return { kind, entries: this.entries, problems: this.problems };
  }

  /** The fields kustomize knows, by their own names (it takes any case), each with the kind of value it must have. */
  private knownFields(root: YamlMap | undefined): YamlMap['entries'] {
    return (root?.entries ?? []).flatMap((entry) => {
      const key = KUSTOMIZATION_FIELDS.has(entry.key)
        ? entry.key
        : [...KUSTOMIZATION_FIELDS.keys()].find((name) => name.toLowerCase() === entry.key.toLowerCase());
      if (key === undefined) {
        this.problems.push(
          problemAt(
            this.path,
            entry,
            `expected a kustomization field, found the unknown field ${JSON.stringify(entry.key)}`,
          ),
        );
        return [];
      }
      const mistake = schemaMistake(entry.value, key, KUSTOMIZATION_FIELDS.get(key) ?? 'any');
      if (mistake !== undefined) {
        this.problems.push(problemAt(this.path, mistake.node, mistake.message));
        return [];
      }
      return [{ ...entry, key }];
    });
  }

  private kind(root: YamlMap): KustomizationFile['kind'] {
    const kind = textOf(fieldOf(root, 'kind')) ?? 'Kustomization';
    const kindNode = fieldOf(root, 'kind') ?? root;
    if (kind !== 'Kustomization' && kind !== 'Component' && kind !== '') {
      this.problems.push(problemAt(this.path, kindNode, `expected kind Kustomization or Component, found ${kind}`));
    }
    const expected = kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1';
    const apiVersion = fieldOf(root, 'apiVersion');
    const found = textOf(apiVersion) ?? '';
    if (apiVersion !== undefined && found !== '' && found !== expected) {
      this.problems.push(problemAt(this.path, apiVersion, `expected apiVersion ${expected}, found ${found}`));
    }
    return kind === 'Component' ? 'Component' : 'Kustomization';
  }

  private readField(field: string, value: YamlNode): void {
    switch (field) {
      case 'resources':
      case 'bases':
        this.each(value, (item) => this.add(field, item, 'resource'));
        break;
      case 'components':
        this.each(value, (item) => this.add(field, item, 'component'));
        break;
      case 'crds':
      case 'configurations':
        this.each(value, (item) => this.add(field, item, 'patch'));
        break;
      case 'generators':
      case 'transformers':
      case 'validators':
        this.each(value, (item) => this.readPlugin(field, item));
        break;
      case 'patchesStrategicMerge':
        this.each(value, (item) => this.readInlineOrPath(field, item));
        break;
      case 'patches':
      case 'patchesJson6902':
        this.each(value, (item) => this.readPatch(field, item));
        break;
      case 'replacements':
        this.each(value, (item) => this.addOptional(`${field}[].path`, fieldOf(item, 'path'), 'patch'));
        break;
      case 'openapi':
        this.addOptional('openapi.path', fieldOf(value, 'path'), 'data');
        break;
      case 'configMapGenerator':
      case 'secretGenerator':
        this.each(value, (item) => this.readGenerator(field, item));
        break;
      case 'helmCharts':
      case 'helmChartInflationGenerator':
        this.each(value, (item) => this.readHelmChart(field, item));
        break;
    }
  }

  private each(list: YamlNode, visit: (item: YamlNode) => void): void {
    if (list.kind === 'list') for (const item of list.items) visit(item);
  }

  private add(field: string, node: YamlNode, role: EntryRole, value = textOf(node) ?? ''): void {
    if (value === '') this.problems.push(problemAt(this.path, node, `expected a path in ${field}, found an empty one`));
    else this.entries.push({ field, value, role, line: node.line, column: node.column });
  }

  private addOptional(field: string, node: YamlNode | undefined, role: EntryRole): void {
    if (node !== undefined && (textOf(node) ?? '') !== '') this.add(field, node, role);
  }

  private readPatch(field: string, item: YamlNode): void {
    const path = textOf(fieldOf(item, 'path')) ?? '';
    const patch = textOf(fieldOf(item, 'patch')) ?? '';
    if ((path === '') === (patch === '')) {
      const found = path === '' ? 'neither' : 'both';
      this.problems.push(problemAt(this.path, item, `expected either path or patch in ${field}, found ${found}`));
    }
    this.addOptional(`${field}[].path`, fieldOf(item, 'path'), 'patch');
  }

  private readGenerator(field: string, item: YamlNode): void {
    const name = textOf(fieldOf(item, 'name')) ?? '';
    if (name === '') this.problems.push(problemAt(this.path, item, `expected a name in ${field}`));
    const files = fieldOf(item, 'files');
    if (files !== undefined) this.each(files, (file) => this.readFileSource(`${field}[].files`, file));
    const envs = fieldOf(item, 'envs');
    if (envs !== undefined) this.each(envs, (env) => this.add(`${field}[].envs`, env, 'data'));
    this.addOptional(`${field}[].env`, fieldOf(item, 'env'), 'data');
  }

  private readFileSource(field: string, node: YamlNode): void {
    const source = fileSourcePath(textOf(node) ?? '');
    if ('path' in source) this.add(field, node, 'data', source.path);
    else this.problems.push(problemAt(this.path, node, `${field}: ${source.mistake}`));
  }

  private readInlineOrPath(field: string, node: YamlNode): void {
    if (this.inlineObjects(node).length === 0) this.add(field, node, 'patch');
  }

  private readPlugin(field: string, node: YamlNode): void {
    const objects = this.inlineObjects(node);
    if (objects.length === 0) this.add(field, node, 'plugin');
    for (const object of objects) {
      const plugin = pluginEntries(object, this.path, { engine: this.engine, place: node, limits: this.limits });
      this.entries.push(...plugin.entries);
      this.problems.push(...plugin.problems);
    }
  }

  /** The objects that a string holds itself, where it is no path. */
  private inlineObjects(node: YamlNode): YamlNode[] {
    const text = textOf(node) ?? '';
    if (!/[\n:{]/.test(text)) return [];
    return parseYamlNodes(text, this.path, this.limits).nodes.filter((object) => object.kind === 'map');
  }

  private readHelmChart(field: string, item: YamlNode): void {
    if (this.engine === 'flux') {
      const hint = 'use a HelmRelease, or render the chart into manifests';
      this.problems.push(
        problemAt(
          this.path,
          item,
          `${field} is a build error in Flux, which builds with Helm off`,
          'unsupported',
          hint,
        ),
      );
    }
    this.addOptional(`${field}[].valuesFile`, fieldOf(item, 'valuesFile'), 'data');
    const additional = fieldOf(item, 'additionalValuesFiles');
    if (additional !== undefined)
      this.each(additional, (file) => this.add(`${field}[].additionalValuesFiles`, file, 'data'));
  }
}

function textOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

function isEmpty(value: YamlNode): boolean {
  return value.kind === 'scalar' && (value.value === null || value.value === '');
}
