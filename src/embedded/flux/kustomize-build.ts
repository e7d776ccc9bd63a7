import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';
import type { ArtifactFiles } from './archive.ts';
import { type ArtifactTree, artifactTree, generatedResources, resolvePath, within } from './artifact-tree.ts';
import { manifestsAsTheyAre, plainBuild } from './plain-build.ts';
import { UnpackedArtifacts } from './unpacked-artifacts.ts';

/** What builds what is not plain: an installed tool, or nothing (`plain`). */
export type BuilderName = 'kubectl' | 'kustomize' | 'plain';

export interface KustomizeBuilder {
  readonly name: BuilderName;
  /** How many builds needed the tool. */
  readonly spawned: () => number;
  /** The directory that `spec.path` names. Throws where the artifact has none. */
  locate(files: ArtifactFiles, spec: JsonObject): string;
  /** The objects that `spec` (of a Flux Kustomization) builds to. Throws with the builder's words. */
  build(files: ArtifactFiles, spec: JsonObject): Promise<readonly KubeObject[]>;
  /** Removes its temporary files. */
  stop(): Promise<void>;
}

const BUILD_TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const ARGUMENTS = ['--load-restrictor', 'LoadRestrictionsNone'];

let detected: Promise<BuilderName> | undefined;

/** The builder that is installed; looked for once a process. */
export function detectBuilder(): Promise<BuilderName> {
  detected ??= (async () => {
    if (await runs('kustomize', ['version'])) return 'kustomize';
    return (await runs('kubectl', ['kustomize', '--help'])) ? 'kubectl' : 'plain';
  })();
  return detected;
}

function runs(command: string, argv: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, argv, { timeout: 10_000 }, (error) => resolve(error === null));
  });
}

export function kustomizeBuilder(name: BuilderName): KustomizeBuilder {
  let spawned = 0;
  const unpacked = new UnpackedArtifacts();
  return {
    name,
    stop: () => unpacked.clear(),
    spawned: () => spawned,
    locate,
    async build(files, spec) {
      const tree = artifactTree(files);
      const path = locate(files, spec);
      const generated = tree.kustomizationFile(path) === undefined ? generatedResources(tree, path) : undefined;
      const additions = additionsOf(spec);
      if (additions === undefined) {
        // No manifests at all build to nothing, and nothing is what the inventory is pruned to.
        if (generated?.length === 0) return [];
        const plain = plainBuild(tree, path, generated);
        if (plain !== undefined) return plain;
      }
      if (name === 'plain') return manifestsAsTheyAre(tree, path, generated);
      spawned += 1;
      return spawnBuild(unpacked, name, tree, path, generated, additions);
    },
  };
}

function locate(files: ArtifactFiles, spec: JsonObject): string {
  const written = asString(spec.path) ?? '';
  const path = resolvePath('', written);
  if (path !== undefined && artifactTree(files).isDirectory(path)) return path;
  throw new Error(`kustomization path not found: stat ${written}: no such file or directory`);
}

/** What the Flux Kustomization itself adds to the kustomization file. */
function additionsOf(spec: JsonObject): JsonObject | undefined {
  const additions: Record<string, unknown> = {};
  if (asString(spec.targetNamespace)) additions.namespace = spec.targetNamespace;
  for (const field of ['namePrefix', 'nameSuffix']) if (asString(spec[field])) additions[field] = spec[field];
  for (const field of ['patches', 'images', 'components']) {
    if (asArray(spec[field]).length > 0) additions[field] = spec[field];
  }
  return Object.keys(additions).length === 0 ? undefined : additions;
}

function spawnBuild(
  unpacked: UnpackedArtifacts,
  name: 'kubectl' | 'kustomize',
  tree: ArtifactTree,
  path: string,
  generated: readonly string[] | undefined,
  additions: JsonObject | undefined,
): Promise<readonly KubeObject[]> {
  const build = async (root: string): Promise<readonly KubeObject[]> => {
    const command = name === 'kubectl' ? ['kustomize', join(root, path)] : ['build', join(root, path)];
    return parseDocuments(await run(name, [...command, ...ARGUMENTS], root)).filter(isKubeObject);
  };
  if (generated === undefined && additions === undefined) return unpacked.shared(tree.files, build);
  return unpacked.own(tree.files, async (root) => {
    const file = tree.kustomizationFile(path) ?? within(path, 'kustomization.yaml');
    await writeFile(join(root, file), stringify(kustomizationWith(tree, file, generated, additions ?? {})));
    return build(root);
  });
}

function kustomizationWith(
  tree: ArtifactTree,
  file: string,
  generated: readonly string[] | undefined,
  additions: JsonObject,
): JsonObject {
  const present = tree.files.get(file);
  const base =
    generated !== undefined || present === undefined
      ? { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: generated ?? [] }
      : asObject(parseDocuments(present.content.toString())[0]);
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(additions)) {
    merged[field] = Array.isArray(value) ? [...asArray(merged[field]), ...value] : value;
  }
  return merged;
}

function run(command: string, argv: readonly string[], root: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, argv, { timeout: BUILD_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      // The place of the build differs from run to run; the message must not.
      const words = stderr
        .trim()
        .replace(/^error: /i, '')
        .replaceAll(`${root}/`, '')
        .replaceAll(root, '.');
      reject(new Error(`kustomize build failed: ${words === '' ? error.message : words}`, { cause: error }));
    });
  });
}
