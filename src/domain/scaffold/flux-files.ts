import { kustomizationFile } from './kustomization-file.ts';
import {
  type AppliedPath,
  engineDirectory,
  inManifests,
  type ScaffoldFile,
  type ScaffoldPlan,
  yamlText,
} from './scaffold-plan.ts';

const NAMESPACE = 'flux-system';

/** Flux's objects: the source (or the operator's instance that makes it), and a Kustomization for each path. */
export function fluxFiles(plan: ScaffoldPlan, applied: readonly AppliedPath[]): readonly ScaffoldFile[] {
  const directory = inManifests(plan, engineDirectory(plan));
  const source = plan.fluxInstance ? NAMESPACE : plan.name;
  // What is applied as a whole holds the objects of the cluster too: nothing else may apply them.
  const isWhole = applied.some(({ path }) => path === '.');
  const names = [
    ...(plan.fluxInstance ? [] : ['source']),
    ...(isWhole || plan.fluxInstance ? [] : ['cluster']),
    ...applied.map(({ name }) => fileName(name)),
  ];
  return [
    ...(plan.fluxInstance ? [{ path: 'flux-instance.yaml', text: fluxInstance(plan) }] : []),
    { path: `${directory}/kustomization.yaml`, text: kustomizationFile(names.map((name) => `${name}.yaml`)) },
    ...(plan.fluxInstance ? [] : [{ path: `${directory}/source.yaml`, text: ociRepository(plan) }]),
    ...(isWhole || plan.fluxInstance
      ? []
      : [{ path: `${directory}/cluster.yaml`, text: clusterKustomization(plan, applied, source) }]),
    ...applied.map(({ name, path }) => ({
      path: `${directory}/${fileName(name)}.yaml`,
      text: kustomization(name, path, source),
    })),
  ];
}

/** The names of the other files of the directory are taken. */
function fileName(name: string): string {
  return ['source', 'cluster', 'kustomization'].includes(name) ? `${name}-manifests` : name;
}

function ociRepository({ name, registryInCluster, insecure, tag }: ScaffoldPlan): string {
  return `# The artifact that reconcile-machine pushes.
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: ${name}
  namespace: ${NAMESPACE}
spec:
  interval: 1m
  url: ${yamlText(registryInCluster)}
${insecure ? '  insecure: true\n' : ''}  ref:
    tag: ${yamlText(tag)}
`;
}

function clusterKustomization(plan: ScaffoldPlan, applied: readonly AppliedPath[], source: string): string {
  const isTaken = applied.some(({ name }) => name === 'cluster');
  const text = kustomization(isTaken ? 'cluster-objects' : 'cluster', engineDirectory(plan), source);
  return `# The objects of this directory, itself included: what is added here is applied by itself.\n${text}`;
}

function kustomization(name: string, path: string, source: string): string {
  const place = path === '.' ? './' : `./${path}`;
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: ${NAMESPACE}
spec:
  interval: 10m
  retryInterval: 1m
  timeout: 5m
  path: ${yamlText(place)}
  prune: true
  wait: true
  sourceRef:
    kind: OCIRepository
    name: ${source}
`;
}

/** The operator makes OCIRepository and Kustomization `flux-system` of its `sync`. */
function fluxInstance(plan: ScaffoldPlan): string {
  const { registryInCluster, insecure, tag } = plan;
  const patch = `  kustomize:
    patches:
      - target:
          kind: OCIRepository
        patch: |
          - op: add
            path: /spec/insecure
            value: true
`;
  return `# Applied once, by hand: the operator installs Flux, and has it follow the artifact that reconcile-machine pushes.
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: ${NAMESPACE}
spec:
  distribution:
    version: 2.x
    registry: ghcr.io/fluxcd
  sync:
    kind: OCIRepository
    url: ${yamlText(registryInCluster)}
    ref: ${yamlText(tag)}
    path: ${engineDirectory(plan)}
    interval: 1m
${insecure ? patch : ''}`;
}
