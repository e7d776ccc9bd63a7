import { realpathSync } from 'node:fs';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import { ManifestPlaces } from '../domain/manifest-place.ts';
import { attempted } from '../effects/attempted.ts';
import { artifactConfig, ResolvedContents } from '../effects/push-artifact.ts';
import { systemClock } from '../engine/clock.ts';
import { type Artifact, artifactParts, type PushedArtifact } from '../registry/artifact-push.ts';
import { createRegistryClient } from '../registry/client.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { EXIT_OK } from './exit-codes.ts';
import { clusterSchemas } from './push-cluster-schemas.ts';
import { type PushDestination, pushDestination } from './push-destination.ts';
import type { PushOptions } from './push-options.ts';
import { problemLine } from './push-problem.ts';
import { gitProvenance } from './push-provenance.ts';
import { pushJson, pushText } from './push-report.ts';
import { type PushRepository, pushRepository } from './push-repository.ts';
import type { PlaceOf } from './push-schemas.ts';
import { pushedBefore } from './push-unchanged.ts';
import { validateForPush } from './push-validation.ts';
import { retryMessage } from './retry-message.ts';
import { waitForGit } from './session/git.ts';
import { watchedDirectory } from './watched-directory.ts';

/** `push [oci://REF]`: packages, checks and pushes a directory. */
export async function runPush(options: PushOptions, io: CommandIo): Promise<number> {
  const warn = (text: string): void => void io.stderr.write(`warning: ${text}\n`);
  const destination = await pushDestination(options);
  const dir = realpathSync(watchedDirectory(options.dir, io.cwd));
  // While git rewrites the tree, half of it is there.
  await waitForGit(dir, io.signal, (happening) => happening.type === 'message' && warn(happening.text), systemClock);
  io.signal.throwIfAborted();
  const repository = await pushRepository(dir, options);
  if (repository.toPush.length === 0) {
    throw new CommandFailedError(
      `nothing is pushed: ${dir} holds no file that Flux lets through, and an empty artifact would have it delete everything`,
      'name another directory with --path, or see .sourceignore',
    );
  }
  for (const note of repository.notes) warn(note);
  if (options.validate) await validate(repository, options, io, warn);
  const annotations = options.provenance ? provenanceOf(dir, warn) : {};
  const artifact = {
    files: contentsOf(repository),
    // The content alone: who pushes it, and for which targets, makes no difference.
    config: artifactConfig(repository.content, {}),
    annotations,
  };
  const { digest } = (await artifactParts(artifact)).manifest.descriptor;
  const { content } = repository;
  const pushed = options.dryRun ? undefined : await push({ ...artifact, content }, destination, options, io, warn);
  const report = { destination, repository, annotations, digest: pushed?.digest ?? digest, pushed };
  if (options.json) createJsonLines(io.stdout)(pushJson(report));
  else io.stdout.write(pushText(report));
  return EXIT_OK;
}

async function validate(
  repository: PushRepository,
  options: PushOptions,
  io: CommandIo,
  warn: (text: string) => void,
): Promise<void> {
  const { limits } = options;
  const validation = await validateForPush(repository, limits, io.env.PATH ?? '');
  for (const note of validation.notes) warn(note);
  const { schemaProblems } = await import('./push-schemas.ts');
  const definitions = validation.objects.length === 0 ? [] : await clusterSchemas(options, io, warn);
  const schemas = schemaProblems(validation.objects, definitions, placesIn(repository, limits));
  const problems = [...validation.problems, ...schemas.problems];
  if (problems.length === 0) return;
  for (const problem of problems.slice(1)) io.stderr.write(`error: ${problemLine(problem)}\n`);
  const [first] = problems;
  const more = problems.length > 1 ? ` (${problems.length} problems, the others above)` : '';
  throw new CommandFailedError(
    `nothing is pushed: ${first === undefined ? '' : problemLine(first)}${more}`,
    first?.hint ?? 'mend it, or push it as it is with --no-validate',
  );
}

function placesIn({ files }: PushRepository, limits: PushOptions['limits']): PlaceOf {
  const graph = new KustomizationGraph(files.visible, { limits });
  const places = new ManifestPlaces(files.visible, limits);
  return (object, message, from) => places.find(object, message, graph.closure(from).files);
}

function provenanceOf(dir: string, warn: (text: string) => void): Readonly<Record<string, string>> {
  const { annotations, isDirty } = gitProvenance(dir);
  if (isDirty) warn(`${dir} has changes that are in no commit: the artifact names the commit before them`);
  return annotations;
}

/** All of them as they were when the content was looked at, read once for all attempts. */
function contentsOf({ toPush }: PushRepository): Artifact['files'] {
  const read = new ResolvedContents().read(toPush);
  if ('contents' in read) return read.contents;
  if ('unreadable' in read) throw read.unreadable;
  throw new CommandFailedError(`${read.moved.join(', ')} changed while it was packaged`, 'run it again');
}

async function push(
  {
    content,
    ...artifact
  }: Omit<Artifact, 'tag' | 'annotations'> & {
    readonly content: string;
    readonly annotations: Readonly<Record<string, string>>;
  },
  { reference, url, tag }: PushDestination,
  { insecure, limits }: PushOptions,
  io: CommandIo,
  warn: (text: string) => void,
): Promise<PushedArtifact> {
  const client = createRegistryClient({ reference, insecure, limits });
  try {
    const pushing = async (signal: AbortSignal): Promise<PushedArtifact> =>
      (await pushedBefore(client, { tag, content, annotations: artifact.annotations })) ??
      client.pushArtifact({ ...artifact, tag, signal });
    return await attempted(`push to ${url}`, pushing, {
      limits,
      clock: systemClock,
      signal: io.signal,
      onRetry: (failed) => warn(retryMessage(failed).text),
    });
  } finally {
    client.close();
  }
}
