import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isKustomizationFile } from '../domain/kustomization-file-names.ts';
import { relativePath } from '../domain/paths.ts';
import { type ExistingManifests, engineDirectory } from '../domain/scaffold/scaffold-plan.ts';
import { CONFIGURATION_NAMES } from './config/find-configuration.ts';
import type { EngineName } from './engine-option.ts';

const ENGINES: readonly EngineName[] = ['flux', 'argocd'];
const MANIFEST = /\.ya?ml$/;
const ENGINE_OBJECTS = {
  flux: /^\s*["']?apiVersion["']?:\s*["']?kustomize\.toolkit\.fluxcd\.io\//m,
  argocd:
    /^\s*["']?apiVersion["']?:\s*["']?argoproj\.io\/v1alpha1["']?\s*$[\s\S]*^\s*["']?kind["']?:\s*["']?Application(Set)?\b/m,
};
/** What is no manifest of a project, however it ends. */
const OTHERS: ReadonlySet<string> = new Set([...CONFIGURATION_NAMES, 'flux-instance.yaml', 'ksail.yaml']);
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', '.github', 'node_modules']);

/** Where the manifests of a project are: in `k8s` where there is one or nothing is there yet, else in the project's own directory. */
export function manifestsDirectory(project: string): string {
  if (isDirectory(join(project, 'k8s'))) return 'k8s';
  return holdsManifests(project) ? '' : 'k8s';
}

/** The engines whose objects are there in `directory` (absolute; need not exist) or below it. */
export function enginesIn(directory: string): readonly EngineName[] {
  const texts = manifestsBelow(directory).map((file) => readFileSync(file, 'utf8'));
  return ENGINES.filter((engine) => texts.some((text) => ENGINE_OBJECTS[engine].test(text)));
}

/** What is there of manifests in `directory` (absolute; need not exist). */
export function existingManifests(directory: string, engine: EngineName): ExistingManifests {
  const [own = ''] = engineDirectory({ engine }).split('/');
  const entries = entriesOf(directory);
  const manifests = entries.filter((entry) => entry.isFile() && isManifest(entry.name)).map(({ name }) => name);
  const kustomizations = manifests.filter((name) => isKustomization(name));
  return {
    directories: entries
      .filter((entry) => entry.isDirectory() && entry.name !== own && !PASSED_OVER.has(entry.name))
      .map(({ name }) => name)
      .filter((name) => holdsManifests(join(directory, name)))
      .sort(),
    rootKustomization: kustomizations.length > 0,
    looseFiles: manifests.length > kustomizations.length,
    engineObjects: enginesIn(directory).includes(engine),
  };
}

function holdsManifests(directory: string): boolean {
  return manifestsBelow(directory).length > 0;
}

function manifestsBelow(directory: string): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : manifestsBelow(path);
    return entry.isFile() && isManifest(entry.name) ? [path] : [];
  });
}

function isManifest(name: string): boolean {
  return !OTHERS.has(name) && (MANIFEST.test(name) || isKustomization(name));
}

function isKustomization(name: string): boolean {
  const path = relativePath(name);
  return path !== undefined && isKustomizationFile(path);
}

function entriesOf(directory: string) {
  return isDirectory(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
