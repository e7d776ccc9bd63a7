import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ArtifactFiles } from './archive.ts';
import { artifactTree, generatedResources, type ArtifactTree, resolvePath, within } from './artifact-tree.ts';
import { asArray, asObject, asString, type JsonObject } from './json-value.ts';
import { isKubeObject, parseDocuments } from './manifest-yaml.ts';
import { manifestsAsTheyAre, plainBuild } from './plain-build.ts';

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
  return {
    name,
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
      return spawnBuild(name, tree, path, generated, additions);
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

async function spawnBuild(
  name: 'kubectl' | 'kustomize',
  tree: ArtifactTree,
  path: string,
  generated: readonly string[] | undefined,
  additions: JsonObject | undefined,
): Promise<readonly KubeObject[]> {
  const root = await mkdtemp(join(tmpdir(), 'kustomization-'));
  try {
    await writeFiles(root, tree.files);
    if (generated !== undefined || additions !== undefined) {
      const file = tree.kustomizationFile(path) ?? within(path, 'kustomization.yaml');
      await writeFile(join(root, file), stringify(kustomizationWith(tree, file, generated, additions ?? {})));
    }
    const command = name === 'kubectl' ? ['kustomize', join(root, path)] : ['build', join(root, path)];
    const output = await run(name, [...command, ...ARGUMENTS], root);
    return parseDocuments(output).filter(isKubeObject);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
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

async function writeFiles(root: string, files: ArtifactFiles): Promise<void> {
  const directories = new Set([...files.keys()].map((path) => dirname(path)));
  for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
  for (const [path, { content, mode }] of files) await writeFile(join(root, path), content, { mode });
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
