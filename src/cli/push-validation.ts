import { join } from 'node:path';
import { kubeObjectsIn } from '../domain/defining-files.ts';
import type { FileTree } from '../domain/file-tree.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { kustomizationFileIn } from '../domain/kustomization-file-names.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import { yamlProblems } from '../domain/manifest-problems.ts';
import { childOf, type RelativePath, ROOT } from '../domain/paths.ts';
import { parseYamlDocuments } from '../domain/yaml-documents.ts';
import { buildKustomization, findKustomizeBuilder, type KustomizeBuilder } from '../effects/kustomize-build.ts';
import { mapConcurrently } from '../effects/map-concurrently.ts';
import type { PushProblem } from './push-problem.ts';
import type { PushRepository } from './push-repository.ts';

export interface PushValidation {
  readonly problems: readonly PushProblem[];
  /** What could not be checked, and why. */
  readonly notes: readonly string[];
  /** What the builds make, for the schemas. */
  readonly objects: readonly { readonly from: RelativePath; readonly object: KubeObject }[];
  readonly filesChecked: number;
  readonly builds: number;
}

const BUILDS_AT_A_TIME = 4;

/** YAML, what the targets' builds read, and those builds themselves. `searchPath`: where a builder is looked for. */
export async function validateForPush(
  repository: PushRepository,
  limits: Limits,
  searchPath: string,
): Promise<PushValidation> {
  const { visible } = repository.files;
  const yaml = repository.toPush.filter(({ path }) => /\.ya?ml$/.test(path) && !isChartTemplate(path, visible));
  const problems: PushProblem[] = yaml.flatMap(({ path }) => yamlProblemsOf(path, visible, limits));
  const notes: string[] = [];
  const broken = new Set<RelativePath>();
  for (const state of repository.mappings.flatMap(({ states }) => [...states.values()])) {
    const directory = state.closure?.directory;
    if (state.broken !== undefined) {
      const message = `${state.broken.message} (${state.target.id} reads it)`;
      if (!isTold(problems, state.broken.path)) problems.push({ ...state.broken, message });
      if (directory !== undefined) broken.add(directory);
    } else if (state.unsure !== undefined)
      problems.push({ path: state.target.definedIn ?? ROOT, message: state.unsure });
  }
  const directories = directoriesToBuild(repository, limits).filter((directory) => !broken.has(directory));
  const builder = findKustomizeBuilder(searchPath);
  if (builder === undefined && directories.length > 0) {
    notes.push('neither kubectl nor kustomize is installed: the builds were not tried');
  }
  const built =
    builder === undefined || problems.length > 0
      ? []
      : await mapConcurrently(directories, BUILDS_AT_A_TIME, (directory) =>
          buildOf(repository.dir, directory, builder, limits),
        );
  for (const { problem } of built) if (problem !== undefined) problems.push(problem);
  const objects = built.flatMap(({ from, objects }) => objects.map((object) => ({ from, object })));
  return { problems, notes, objects, filesChecked: yaml.length, builds: built.length };
}

/** A chart's templates become YAML only when they are rendered. */
function isChartTemplate(path: RelativePath, tree: FileTree): boolean {
  const segments = path.split('/');
  return segments.some(
    (segment, index) =>
      segment === 'templates' &&
      tree.kindOf(childOf((segments.slice(0, index).join('/') || ROOT) as RelativePath, 'Chart.yaml')) === 'file',
  );
}

function yamlProblemsOf(path: RelativePath, tree: FileTree, limits: Limits): readonly PushProblem[] {
  const content = tree.read(path);
  return content === undefined ? [] : yamlProblems(content, path, limits);
}

function isTold(problems: readonly PushProblem[], path: string): boolean {
  return problems.some((problem) => problem.path === path);
}

/** The paths of all targets that have a kustomization file; without targets every kustomization that no other includes. */
function directoriesToBuild({ mappings, files }: PushRepository, limits: Limits): readonly RelativePath[] {
  const states = mappings.flatMap((mapping) => [...mapping.states.values()]);
  const graph = new KustomizationGraph(files.visible, { limits });
  const candidates =
    states.length > 0
      ? states.flatMap(({ target, closure, root }) =>
          target.kind === 'Kustomization' && closure !== undefined && root.artifact === undefined
            ? [closure.directory]
            : [],
        )
      : topKustomizations(graph);
  return [...new Set(candidates)].filter(
    (directory) =>
      kustomizationFileIn(files.visible, directory) !== undefined && graph.closure(directory).remote.length === 0,
  );
}

function topKustomizations(graph: KustomizationGraph): RelativePath[] {
  const all = graph.kustomizationDirectories();
  const included = new Set(
    all.flatMap((directory) => graph.closure(directory).kustomizations.filter((other) => other !== directory)),
  );
  return all.filter((directory) => !included.has(directory));
}

interface Built {
  readonly from: RelativePath;
  readonly objects: readonly KubeObject[];
  readonly problem?: PushProblem;
}

async function buildOf(
  dir: string,
  directory: RelativePath,
  builder: KustomizeBuilder,
  limits: Limits,
): Promise<Built> {
  const outcome = await buildKustomization(builder, join(dir, directory), limits.requestTimeoutMs);
  if (!outcome.ok) {
    const message = `the build of ${directory} fails: ${outcome.message.replaceAll(dir, '.')}`;
    return { from: directory, objects: [], problem: { path: directory, message } };
  }
  const { documents } = parseYamlDocuments(outcome.manifests, directory, {
    ...limits,
    yamlBytesMax: Number.MAX_SAFE_INTEGER,
  });
  return { from: directory, objects: documents.flatMap(kubeObjectsIn) };
}
