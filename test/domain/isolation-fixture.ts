import { type IsolationPlan, isolationPlan } from '../../src/domain/isolation/isolation-plan.ts';
import { isolationView } from '../../src/domain/isolation/isolation-view.ts';
import { KustomizationGraph } from '../../src/domain/kustomization-graph.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { offlineDefinitions } from '../../src/effects/offline-definitions.ts';
import { MemoryTree } from '../support/memory-tree.ts';

export type Files = Readonly<Record<string, string>>;

/** The plan for a repository of these files, its Flux objects taken as they are written. */
export async function planFor(
  files: Files,
  options: {
    readonly registry?: string;
    readonly entry?: string;
    readonly source?: string;
    readonly tree?: MemoryTree;
  } = {},
): Promise<IsolationPlan> {
  const limits = DEFAULT_LIMITS;
  const tree = options.tree ?? new MemoryTree(files);
  const graph = new KustomizationGraph(tree, { limits });
  const { entries } = await offlineDefinitions({ rootDir: '/nowhere', tree, graph, limits, builder: null });
  const views = entries.map((cluster) => isolationView(cluster, tree, limits, options.source));
  const entry = options.entry as RelativePath | undefined;
  return isolationPlan({ tree, graph, limits, views, registry: options.registry, entry });
}

/** The files as they are when the plan was carried out. */
export function carriedOut(files: Files, plan: IsolationPlan): Record<string, string> {
  return { ...files, ...Object.fromEntries(plan.files.map(({ path, after }) => [path, after])) };
}

export const SOURCE = `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m
  url: oci://registry.test/shop
  ref:
    tag: main
`;

/** A Flux Kustomization on that source, in the usual layout. */
export function kustomization(name: string, path = `./apps/${name}`, sourceRef = SHOP): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ${path}
  prune: true
${sourceRef}`;
}

const SHOP = `  sourceRef:
    kind: OCIRepository
    name: shop
`;

/** What the Kustomization `name` builds. */
export function application(name: string): Files {
  return {
    [`apps/${name}/kustomization.yaml`]: 'resources:\n- object.yaml\n',
    [`apps/${name}/object.yaml`]: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
  };
}

/** A cluster directory with a file for the source and one for each Kustomization, and what these build. */
export function repository(...names: readonly string[]): Record<string, string> {
  const listed = ['source.yaml', ...names.map((name) => `${name}.yaml`)];
  return {
    'cluster/kustomization.yaml': `resources:\n${listed.map((file) => `  - ${file}\n`).join('')}`,
    'cluster/source.yaml': SOURCE,
    ...Object.fromEntries(names.map((name) => [`cluster/${name}.yaml`, kustomization(name)])),
    ...Object.assign({}, ...names.map(application)),
  };
}
