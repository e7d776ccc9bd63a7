import { argoFiles } from './argo-files.ts';
import { configurationFile } from './configuration-file.ts';
import { fluxFiles } from './flux-files.ts';
import { sampleFiles } from './sample-files.ts';
import { type AppliedPath, inManifests, type ScaffoldFile, type ScaffoldPlan } from './scaffold-plan.ts';

/** The files that a project needs beside what it has, in the order in which they are best read. */
export function scaffold(plan: ScaffoldPlan): readonly ScaffoldFile[] {
  const configuration = configurationFile(plan);
  const { existing } = plan;
  if (existing.engineObjects) return [configuration];
  const isEmpty = existing.directories.length === 0 && !existing.rootKustomization && !existing.looseFiles;
  const applied = isEmpty ? [{ name: 'apps', path: 'apps' }] : appliedPaths(plan);
  return [
    configuration,
    ...(plan.engine === 'flux' ? fluxFiles(plan, applied) : argoFiles(plan, applied)),
    ...(isEmpty ? sampleFiles(plan) : []),
    ...keptOut(plan),
  ];
}

/** One for each directory; all at once where a kustomization file, or manifests, lie above them. */
function appliedPaths({ name, existing }: ScaffoldPlan): readonly AppliedPath[] {
  if (existing.rootKustomization || existing.looseFiles) return [{ name, path: '.' }];
  return existing.directories.map((directory) => ({ name: dnsLabel(directory), path: directory }));
}

/** Without a kustomization file every YAML file is applied: the configuration beside them must not be. */
function keptOut({ engine, directory, existing }: ScaffoldPlan): readonly ScaffoldFile[] {
  if (engine !== 'flux' || directory !== '' || existing.rootKustomization || !existing.looseFiles) return [];
  const text = '# What Flux does not see.\n.git/\n/reconcile-machine.yaml\n/flux-instance.yaml\n';
  return [{ path: inManifests({ directory }, '.sourceignore'), text }];
}

/** `text` as a name in Kubernetes: lower-case letters, digits and dashes, at most 63. */
export function dnsLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? 'app' : label;
}
