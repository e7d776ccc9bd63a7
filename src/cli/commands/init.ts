import { defineCommand } from '../command.ts';
import { checkedOption } from '../config/setting-problem.ts';
import { ENGINE_OPTION, engineOf } from '../engine-option.ts';
import { UsageError } from '../errors.ts';
import type { InitOptions } from '../init-options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { CLUSTER_OPTIONS, DIR, JSON_OPTION } from '../shared-options.ts';

const PORT_MAX = 65_535;

export const initCommand = defineCommand<InitOptions>({
  name: 'init',
  summary: 'make a project: the objects of Flux or Argo CD, a configuration, a sample app',
  usage: '[DIR] [options]',
  description:
    'Writes what DIR (the current directory unless given; it need not exist) lacks, and never over a file: the objects that\n' +
    'have Flux or Argo CD follow an OCI artifact, reconcile-machine.yaml, and a sample app where there are no manifests yet.\n' +
    'It asks on a terminal; without one, give --yes. Prints the next two commands.',
  positionals: [DIR],
  // It is what makes the configuration.
  configuration: 'unused',
  options: [
    { ...ENGINE_OPTION, summary: 'which engine: flux or argocd', fallback: 'flux' },
    { name: 'yes', short: 'y', kind: 'flag', summary: 'ask nothing, take what is usual' },
    { name: 'flux-instance', kind: 'flag', summary: 'for the flux-operator: a FluxInstance makes the source' },
    { name: 'name', kind: 'text', placeholder: 'NAME', summary: 'what the source is called', fallback: "DIR's name" },
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'where artifacts are pushed, as reached from here',
      fallback: 'oci://localhost:5050/NAME',
    },
    {
      name: 'registry-in-cluster',
      kind: 'text',
      placeholder: 'HOST[:PORT]',
      summary: 'what the registry is called in the cluster',
      fallback: 'the same',
    },
    { name: 'tag', kind: 'text', placeholder: 'NAME', summary: 'the tag that the engine follows', fallback: 'dev' },
    {
      name: 'install',
      kind: 'text',
      placeholder: 'FILE|URL',
      summary: "apply the engine's own manifests and wait until its controllers answer",
    },
    {
      name: 'local-registry',
      kind: 'text',
      placeholder: 'HOST:PORT',
      summary: 'then serve a registry there, until Ctrl-C',
    },
    ...CLUSTER_OPTIONS.filter(({ name }) => name !== 'namespace'),
    {
      name: 'allow-context',
      kind: 'text',
      placeholder: 'NAME',
      repeatable: true,
      summary: 'install into this context although its cluster is not a local one',
    },
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine init', does: 'asks what it needs to know' },
    { line: 'reconcile-machine init shop --engine flux --yes', does: 'a new project in the directory shop' },
    {
      line: 'reconcile-machine init --yes --install https://github.com/fluxcd/flux2/releases/latest/download/install.yaml',
      does: 'with Flux in the current cluster',
    },
    { line: 'reconcile-machine init --yes --local-registry 0.0.0.0:5050', does: 'with a registry to try it' },
  ],
  read: readInitOptions,
  load: async () => (await import('../init.ts')).runInit,
});

function readInitOptions(parsed: ParsedArguments): InitOptions {
  return {
    kubeconfig: parsed.text('kubeconfig'),
    context: parsed.text('context'),
    namespace: undefined,
    dir: parsed.positionals[0],
    engine: engineOf(parsed),
    fluxInstance: fluxInstance(parsed),
    name: projectName(parsed.text('name')),
    registry: parsed.text('registry'),
    registryInCluster: checkedOption('workload.registryInCluster', parsed.text('registry-in-cluster')),
    tag: checkedOption('workload.tag', parsed.text('tag')),
    yes: parsed.flag('yes'),
    install: parsed.text('install'),
    localRegistry: hostAndPort(parsed.text('local-registry')),
    allowContexts: parsed.texts('allow-context'),
    json: parsed.flag('json'),
  };
}

function projectName(text: string | undefined): string | undefined {
  if (text === undefined || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(
    `--name expects lower-case letters, digits and dashes, at most 63, found '${text}'`,
    'e.g. --name shop',
  );
}

function fluxInstance(parsed: ParsedArguments): boolean {
  const wanted = parsed.flag('flux-instance');
  if (wanted && engineOf(parsed) === 'argocd')
    throw new UsageError('--flux-instance is about Flux, found --engine argocd beside it', 'leave out one of them');
  return wanted;
}

function hostAndPort(text: string | undefined): InitOptions['localRegistry'] {
  if (text === undefined) return undefined;
  const [, host = '', digits = ''] = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== '' && port > 0 && port <= PORT_MAX) return { host, port };
  throw new UsageError(`--local-registry expects HOST:PORT, found '${text}'`, 'e.g. --local-registry 127.0.0.1:5050');
}
