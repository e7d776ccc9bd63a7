import { basename, join } from 'node:path';
import { dnsLabel } from '../domain/scaffold/scaffold.ts';
import type { ScaffoldPlan } from '../domain/scaffold/scaffold-plan.ts';
import { parseReference } from '../registry/reference.ts';
import { LineQuestions } from '../ui/ask-line.ts';
import { canAsk } from '../ui/confirm.ts';
import type { CommandIo } from './command.ts';
import { schemaUrl } from './config/schema.ts';
import { settingProblem } from './config/setting-problem.ts';
import { ENGINE_NAMES, type EngineName } from './engine-option.ts';
import { UsageError } from './errors.ts';
import { enginesIn, existingManifests, manifestsDirectory } from './init-existing.ts';
import type { InitOptions } from './init-options.ts';

const REGISTRY_PORT = 5050;
const TAG = 'dev';
/** Names that only this machine, or a local network, knows: registries there have no certificate as a rule. */
const PLAIN_HOST =
  /^(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|[^.:[\]]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|.*\.(local|localhost|internal|lan))(:\d+)?$/;

/** What is to be made: as given, as answered on a terminal, else the usual. Throws UsageError where nobody can answer. */
export async function initPlan(project: string, options: InitOptions, io: CommandIo): Promise<ScaffoldPlan> {
  const asks = !options.yes && canAsk(io);
  if (!asks && !options.yes) {
    throw new UsageError(
      'init asks what it needs to know, and there is no terminal to ask on',
      'give --engine flux --yes, or --engine argocd --yes',
    );
  }
  const directory = manifestsDirectory(project);
  const present = enginesIn(join(project, directory));
  const usual = present[0] ?? 'flux';
  const given = asks ? await answers(project, options, usual, io) : options;
  const engine = given.engine ?? usual;
  assertNoOther(engine, present, join(project, directory));
  const name = given.name ?? dnsLabel(basename(project));
  const registry = given.registry ?? usualRegistry(options, name);
  const problem = registryProblem(registry);
  if (problem !== undefined)
    throw new UsageError(`--registry: ${problem}`, 'e.g. --registry oci://ghcr.io/acme/deploy');
  const { repository, registry: host } = parseReference(registry);
  const inCluster = options.registryInCluster ?? host;
  return {
    engine,
    fluxInstance: engine === 'flux' && given.fluxInstance,
    name,
    directory,
    registry,
    registryInCluster: `oci://${inCluster}/${repository}`,
    insecure: PLAIN_HOST.test(inCluster),
    tag: given.tag ?? TAG,
    existing: existingManifests(join(project, directory), engine),
    schemaUrl: schemaUrl(),
  };
}

/** Two engines that apply the same manifests would undo each other's work. */
function assertNoOther(engine: EngineName, present: readonly EngineName[], directory: string): void {
  const [other] = present;
  if (other === undefined || present.includes(engine)) return;
  throw new UsageError(
    `${directory} holds objects of ${ENGINE_NAMES[other]} already: with those of ${ENGINE_NAMES[engine]} two engines would claim the same manifests`,
    `give --engine ${other}, or another directory`,
  );
}

/** True where the cluster cannot reach the registry by the name it was given: there, localhost is each pod itself. */
export function isUnreachable({ registryInCluster }: ScaffoldPlan): boolean {
  return /^oci:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]/.test(registryInCluster);
}

type Answers = Pick<InitOptions, 'engine' | 'fluxInstance' | 'name' | 'registry' | 'tag'>;

async function answers(project: string, options: InitOptions, usual: EngineName, io: CommandIo): Promise<Answers> {
  const questions = new LineQuestions(io);
  try {
    const engine = options.engine ?? (await askEngine(questions, usual));
    const name = options.name ?? dnsLabel(basename(project));
    const fluxInstance =
      options.fluxInstance ||
      (engine === 'flux' && /^y/i.test(await questions.ask('Is Flux run by the flux-operator (FluxInstance)?', 'no')));
    const registry =
      options.registry ??
      (await questions.ask(
        'Which registry and repository, as reached from here?',
        usualRegistry(options, name),
        registryProblem,
      ));
    const tag =
      options.tag ?? (await questions.ask('Which tag?', TAG, (answer) => settingProblem('workload.tag', answer)));
    return { engine, fluxInstance, name, registry, tag };
  } finally {
    questions.close();
  }
}

async function askEngine(questions: LineQuestions, usual: EngineName): Promise<EngineName> {
  const isEngine = (answer: string): boolean => answer === 'flux' || answer === 'argocd';
  const answer = await questions.ask('Which engine, flux or argocd?', usual, (text) =>
    isEngine(text) ? undefined : `expected flux or argocd, found '${text}'`,
  );
  return answer === 'argocd' ? 'argocd' : 'flux';
}

function usualRegistry({ localRegistry }: InitOptions, name: string): string {
  if (localRegistry === undefined) return `oci://localhost:${REGISTRY_PORT}/${name}`;
  const host = ['0.0.0.0', '::', '[::]'].includes(localRegistry.host) ? 'localhost' : localRegistry.host;
  return `oci://${host}:${localRegistry.port}/${name}`;
}

function registryProblem(text: string): string | undefined {
  try {
    const { tag, digest } = parseReference(text);
    return tag === undefined && digest === undefined
      ? undefined
      : 'expected oci://HOST/REPOSITORY without tag or digest';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
