import { statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { scaffold } from '../domain/scaffold/scaffold.ts';
import {
  engineDirectory,
  inManifests,
  type ScaffoldFile,
  type ScaffoldPlan,
} from '../domain/scaffold/scaffold-plan.ts';
import { makeDirectory } from '../engine/make-directory.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { ENGINE_NAMES } from './engine-option.ts';
import { UsageError } from './errors.ts';
import { EXIT_INTERRUPTED, EXIT_OK } from './exit-codes.ts';
import type { InitOptions } from './init-options.ts';
import { initPlan, isUnreachable } from './init-plan.ts';
import { shellWord } from './shell-word.ts';

interface Written {
  /** Relative to the project's directory. */
  readonly written: readonly string[];
  /** Were there already, and are as they were. */
  readonly kept: readonly string[];
}

/** `init [DIR]`: files first, once all that they need is known, since nothing else may fail halfway; then the engine, then the registry, which serves until Ctrl-C. */
export async function runInit(options: InitOptions, io: CommandIo): Promise<number> {
  const project = resolve(io.cwd, options.dir ?? '.');
  if (statSync(project, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UsageError(`expected a directory, found a file at ${project}`, 'give the directory of the project');
  const plan = await initPlan(project, options, io);
  const manifests =
    options.install === undefined
      ? undefined
      : await (await import('./init-install.ts')).engineManifests(options.install, io);
  const files = writeNew(project, scaffold(plan));
  const tell = (...lines: readonly string[]): void =>
    void (options.json ? io.stderr : io.stdout).write(`${lines.join('\n')}\n`);
  if (!options.json) tell(...filesText(plan, files));
  const installed =
    manifests === undefined
      ? undefined
      : await (await import('./init-install.ts')).installEngine(
          manifests,
          { ...options, engine: plan.engine },
          io,
          (line) => tell(line),
        );
  const place = relative(io.cwd, project);
  const next = nextCommands(plan, place);
  if (options.json)
    createJsonLines(io.stdout)({ ...files, next, engine: plan.engine, ...(installed && { installed }) });
  else tell(...nextText(plan, { ...options, next, place }));
  if (options.localRegistry === undefined) return EXIT_OK;
  await (await import('./init-registry.ts')).serveRegistry(options.localRegistry, io);
  return EXIT_INTERRUPTED;
}

function writeNew(project: string, files: readonly ScaffoldFile[]): Written {
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) {
    const file = join(project, path);
    makeDirectory(dirname(file));
    try {
      // Fails where there is one, whatever it is: a link that leads nowhere too.
      writeFileSync(file, text, { flag: 'wx' });
      written.push(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      kept.push(path);
    }
  }
  return { written, kept };
}

/** What to do next: have the engine know of it, and watch. */
export function nextCommands(plan: ScaffoldPlan, project: string): readonly string[] {
  const at = (path: string): string => shellWord(project === '' ? path : `${project}/${path}`);
  const apply = plan.fluxInstance
    ? `kubectl apply -f ${at('flux-instance.yaml')}`
    : `kubectl apply -k ${at(inManifests(plan, engineDirectory(plan)))}`;
  return [apply, `reconcile-machine watch${watched(plan, project)} --initial`];
}

/** DIR of `watch`: the configuration knows it in the project's own directory. */
function watched({ directory }: ScaffoldPlan, project: string): string {
  return project === '' ? '' : ` ${shellWord(directory === '' ? project : `${project}/${directory}`)}`;
}

function filesText(plan: ScaffoldPlan, { written, kept }: Written): string[] {
  const missing = written.length === 0 ? 'nothing was missing' : 'only the configuration was missing';
  return [
    ...written.map((path) => `written  ${path}`),
    ...kept.map((path) => `kept     ${path} (it is there already)`),
    ...(plan.existing.engineObjects ? [`${ENGINE_NAMES[plan.engine]}'s objects are there already: ${missing}`] : []),
    ...(isUnreachable(plan) && !plan.existing.engineObjects
      ? [
          '',
          `In a cluster, ${plan.registryInCluster} is each pod itself: name the registry as the cluster reaches it with`,
          '--registry-in-cluster HOST:PORT.',
        ]
      : []),
  ];
}

function nextText(
  plan: ScaffoldPlan,
  { next, place, install, localRegistry }: InitOptions & { readonly next: readonly string[]; readonly place: string },
): string[] {
  return [
    '',
    install === undefined ? `Next, with ${ENGINE_NAMES[plan.engine]} in the cluster:` : 'Next:',
    ...next.map((command) => `  ${command}`),
    '',
    `Or without any cluster: reconcile-machine watch${watched(plan, place)} --embedded`,
    ...(localRegistry === undefined ? [] : ['']),
  ];
}
