import type { YamlNode } from './yaml-node.ts';

/** What kind of value a field takes; an object lists its fields. */
export type FieldShape =
  | 'string'
  | 'strings'
  | 'map'
  | 'string-map'
  | 'maps'
  | 'any'
  | readonly ReadonlyMap<string, FieldShape>[];

const shape = (fields: Readonly<Record<string, FieldShape>>): readonly ReadonlyMap<string, FieldShape>[] => [
  new Map(Object.entries(fields)),
];

const GENERATOR = {
  name: 'string',
  namespace: 'string',
  behavior: 'string',
  literals: 'strings',
  files: 'strings',
  envs: 'strings',
  env: 'string',
  options: 'map',
} as const;
const PATCH = shape({ path: 'string', patch: 'string', target: 'map', options: 'map' });

/** Every field of a kustomization file that kustomize 5 decodes. Inside `labels`, `images` and the like nothing names a file: not checked. */
export const KUSTOMIZATION_FIELDS: ReadonlyMap<string, FieldShape> = new Map<string, FieldShape>([
  ['apiVersion', 'string'],
  ['kind', 'string'],
  ['metadata', 'map'],
  ['openapi', 'string-map'],
  ['namePrefix', 'string'],
  ['nameSuffix', 'string'],
  ['namespace', 'string'],
  ['commonLabels', 'string-map'],
  ['labels', 'maps'],
  ['commonAnnotations', 'string-map'],
  ['patchesStrategicMerge', 'strings'],
  ['patchesJson6902', PATCH],
  ['patches', PATCH],
  ['images', 'maps'],
  ['imageTags', 'maps'],
  ['replacements', shape({ path: 'string', source: 'map', targets: 'maps' })],
  ['replicas', 'maps'],
  ['vars', 'maps'],
  ['sortOptions', 'map'],
  ['resources', 'strings'],
  ['components', 'strings'],
  ['crds', 'strings'],
  ['bases', 'strings'],
  ['configMapGenerator', shape(GENERATOR)],
  ['secretGenerator', shape({ ...GENERATOR, type: 'string' })],
  ['helmGlobals', 'map'],
  ['helmCharts', 'maps'],
  ['helmChartInflationGenerator', 'maps'],
  ['generatorOptions', 'map'],
  ['configurations', 'strings'],
  ['generators', 'strings'],
  ['transformers', 'strings'],
  ['validators', 'strings'],
  ['inventory', 'map'],
  ['buildMetadata', 'strings'],
]);

export interface SchemaMistake {
  readonly node: YamlNode;
  readonly message: string;
}

/** The first thing in `node` that does not fit `expected`; null fits everywhere, as it does in kustomize. */
export function schemaMistake(node: YamlNode, field: string, expected: FieldShape): SchemaMistake | undefined {
  if (node.kind === 'scalar' && node.value === null) return undefined;
  switch (expected) {
    case 'any':
      return undefined;
    case 'string':
      return node.kind === 'scalar' && typeof node.value === 'string' ? undefined : wrong(node, field, 'a string');
    case 'map':
      return node.kind === 'map' ? undefined : wrong(node, field, 'a map');
    case 'string-map':
      return node.kind === 'map'
        ? first(node.entries.map((entry) => schemaMistake(entry.value, `${field}.${entry.key}`, 'string')))
        : wrong(node, field, 'a map');
    case 'strings':
    case 'maps':
      return node.kind === 'list'
        ? first(node.items.map((item) => schemaMistake(item, `${field}[]`, expected === 'maps' ? 'map' : 'string')))
        : wrong(node, field, 'a list');
    default:
      return node.kind === 'list'
        ? first(node.items.map((item) => objectMistake(item, `${field}[]`, expected[0] ?? new Map())))
        : wrong(node, field, 'a list');
  }
}

function objectMistake(
  node: YamlNode,
  field: string,
  fields: ReadonlyMap<string, FieldShape>,
): SchemaMistake | undefined {
  if (node.kind === 'scalar' && node.value === null) return undefined;
  if (node.kind !== 'map') return wrong(node, field, 'a map');
  return first(
    node.entries.map((entry) => {
      const known = [...fields].find(([name]) => name.toLowerCase() === entry.key.toLowerCase());
      if (known !== undefined) return schemaMistake(entry.value, `${field}.${known[0]}`, known[1]);
      const place = { ...entry.value, line: entry.line, column: entry.column };
      return {
        node: place,
        message: `expected one of ${[...fields.keys()].join(', ')} in ${field}, found ${JSON.stringify(entry.key)}`,
      };
    }),
  );
}

function first(mistakes: readonly (SchemaMistake | undefined)[]): SchemaMistake | undefined {
  return mistakes.find((mistake) => mistake !== undefined);
}

function wrong(node: YamlNode, field: string, expected: string): SchemaMistake {
  return { node, message: `expected ${expected} in ${field}, found ${described(node)}` };
}

function described(node: YamlNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  return typeof node.value === 'string'
    ? `the string ${JSON.stringify(node.value)}`
    : `the ${typeof node.value} ${String(node.value)}`;
}
