import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asString, type JsonObject } from '../json-value.ts';
import { isKubeObject, parseDocuments } from '../manifest-yaml.ts';
import type { ArtifactFiles } from './archive.ts';
import { type ArtifactTree, artifactTree, within } from './artifact-tree.ts';
import { generateResources, shownPath, UNPACKED_ROOT } from './generated-kustomization.ts';
import { additionsOf, isUnchanged, rewrittenKustomization } from './kustomization-additions.ts';
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
const UNRESTRICTED = ['--load-restrictor', 'LoadRestrictionsNone'];

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

/**
 * Flux builds without load restrictions. With them (`isRestricted`, as kustomize itself and Argo CD do) a kustomization reads no file from outside of its
 * own directory, other kustomizations yes.
 */
export function kustomizeBuilder(name: BuilderName, { isRestricted = false } = {}): KustomizeBuilder {
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
      if (!tree.isDirectory(path)) {
        throw new Error(`open ${shownPath(path)}/kustomization.yaml: not a directory <nil>`);
      }
      const file = tree.kustomizationFile(path);
      const generated = file === undefined ? generateResources(tree, path) : undefined;
      const additions = additionsOf(tree, path, spec);
      // No manifests at all build to nothing, and nothing is what the inventory is pruned to.
      if (generated?.length === 0) return [];
      if (additions === undefined) {
        const plain = plainBuild(tree, path, generated, isRestricted);
        if (plain !== undefined) return plain;
      }
      if (name === 'plain') return manifestsAsTheyAre(tree, path, generated);
      const text = file === undefined ? undefined : files.get(file)?.content.toString();
      const rewritten = rewrittenKustomization(text, generated ?? [], additions ?? {});
      spawned += 1;
      const isAsWritten = text !== undefined && isUnchanged(text, rewritten);
      const restriction = isRestricted ? [] : UNRESTRICTED;
      return spawnBuild(unpacked, [name, restriction], tree, path, isAsWritten ? undefined : rewritten);
    },
  };
}

/** As Flux joins paths: what leads out of the artifact ends at its root. */
function locate(files: ArtifactFiles, spec: JsonObject): string {
  const path = clampedPath(asString(spec.path) ?? '');
  if (files.has(path) || artifactTree(files).isDirectory(path)) return path;
  const isBelowFile = [...path.matchAll(/\//g)].some(({ index }) => files.has(path.slice(0, index)));
  const why = isBelowFile ? 'not a directory' : 'no such file or directory';
  throw new Error(`kustomization path not found: stat ${shownPath(path)}: ${why}`);
}

function clampedPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

function spawnBuild(
  unpacked: UnpackedArtifacts,
  [name, restriction]: readonly ['kubectl' | 'kustomize', readonly string[]],
  tree: ArtifactTree,
  path: string,
  rewritten: JsonObject | undefined,
): Promise<readonly KubeObject[]> {
  const build = async (root: string): Promise<readonly KubeObject[]> => {
    const command = name === 'kubectl' ? ['kustomize', join(root, path)] : ['build', join(root, path)];
    return parseDocuments(await run(name, [...command, ...restriction], root)).filter(isKubeObject);
  };
  if (rewritten === undefined) return unpacked.shared(tree.files, build);
  return unpacked.own(tree.files, async (root) => {
    const file = tree.kustomizationFile(path) ?? within(path, 'kustomization.yaml');
    await writeFile(join(root, file), stringify(rewritten));
    return build(root);
  });
}

function run(command: string, argv: readonly string[], root: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, argv, { timeout: BUILD_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      // The place of the build differs from run to run; the message must not.
      const words = builderWords(stderr).replaceAll(root, UNPACKED_ROOT);
      reject(new Error(`kustomize build failed: ${words === '' ? error.message : words}`, { cause: error }));
    });
  });
}

/** What went wrong, without the ways in which the tools lead up to it: `Error: …`, or a log line of kubectl's with `err="…"` or `err=<…>`. */
function builderWords(stderr: string): string {
  const text = stderr.trim();
  const quoted = /^E\d{4} .*"command failed" err=("(?:[^"\\]|\\.)*")$/.exec(text)?.[1];
  if (quoted !== undefined) return String(JSON.parse(quoted));
  const lines = /^E\d{4} .*"command failed" err=<\n([\s\S]*)\n >$/.exec(text)?.[1];
  if (lines !== undefined) return lines.replaceAll(/^\t/gm, '');
  return text.replace(/^error: /i, '');
}
