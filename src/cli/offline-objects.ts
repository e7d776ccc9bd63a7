import type { KubeObject } from '../domain/kube-object.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import { asFields, asList } from '../domain/object-fields.ts';
import { offlineDefinitions } from '../effects/offline-definitions.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { CommandFailedError } from './errors.ts';

/** The objects of Flux and Argo CD of one cluster as a directory holds them. Of several clusters the first is taken, and the others are named. */
export async function offlineObjects(input: {
  readonly dir: string;
  readonly entry: string | undefined;
  readonly limits: Limits;
}): Promise<{ readonly objects: readonly KubeObject[]; readonly notes: readonly string[] }> {
  const { dir, entry, limits } = input;
  const tree = new DiskTree(dir, { limits });
  const graph = new KustomizationGraph(tree, { limits });
  const { entries, problems } = await offlineDefinitions({ rootDir: dir, tree, graph, limits, entry });
  const withTargets = entries.filter(({ definitions }) => definitions.targets.length > 0);
  const [chosen, ...others] = withTargets;
  if (chosen === undefined) {
    throw new CommandFailedError(
      `no Flux Kustomization and no Argo CD Application was found in ${dir}`,
      'it needs at least one manifest of kind Kustomization (kustomize.toolkit.fluxcd.io/v1) or Application (argoproj.io/v1alpha1)',
    );
  }
  const notes = problems.map(({ message }) => message);
  if (others.length > 0) {
    notes.unshift(
      `this repository holds ${withTargets.length} clusters: taking ${chosen.entry} (--entry ${others.map((other) => other.entry).join(' or --entry ')} for another)`,
    );
  }
  return { objects: chosen.objects.map(({ object }) => object).filter((object) => !isMadeBySet(object)), notes };
}

/** Whoever is given the ApplicationSet makes these from it. */
function isMadeBySet({ kind, metadata }: KubeObject): boolean {
  const owners = asList(metadata.ownerReferences).map(asFields);
  return kind === 'Application' && owners.some((owner) => owner.kind === 'ApplicationSet');
}
