import type { IsolateMode } from '../../domain/isolation/isolation-decision.ts';
import { defineCommand } from '../command.ts';
import { checkedOption } from '../config/setting-problem.ts';
import { ENGINE_OPTION, engineOf } from '../engine-option.ts';
import { UsageError } from '../errors.ts';
import { timedLimitsFrom } from '../limit-options.ts';
import type { WatchOptions } from '../options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import {
  CLUSTER_OPTIONS,
  clusterOptions,
  DIR,
  DIRECTORY_OPTIONS,
  directoryOptions,
  JSON_OPTION,
  LOG_OPTION,
  TIMING_OPTIONS,
} from '../shared-options.ts';

const ISOLATE_MODES: readonly IsolateMode[] = ['auto', 'on', 'off'];

export const watchCommand = defineCommand<WatchOptions>({
  name: 'watch',
  summary: 'on each save, reconcile what it affects, and only that',
  usage: '[DIR] [options]',
  description:
    'Maps each saved file to the Flux Kustomizations or Argo CD Applications it affects, pushes the OCI artifact their\n' +
    'source reads, asks the source and then those targets, and waits until each is Ready at that revision or has failed.\n' +
    'DIR is k8s if there is such a directory, else the current one.',
  positionals: [DIR],
  options: [
    ...CLUSTER_OPTIONS,
    {
      name: 'allow-context',
      kind: 'text',
      placeholder: 'NAME',
      repeatable: true,
      summary: 'use this context although its cluster is not a local one',
    },
    ...DIRECTORY_OPTIONS,
    { ...ENGINE_OPTION, summary: 'whose source the directory feeds, where both have one: flux or argocd' },
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'where to push, as reached from here',
      fallback: "the source's own URL",
    },
    { name: 'tag', kind: 'text', placeholder: 'NAME', summary: 'the tag to push', fallback: "the source's own tag" },
    { name: 'no-repair', kind: 'flag', summary: 'leave a source that follows another tag than that one' },
    {
      name: 'isolate',
      kind: 'text',
      placeholder: 'MODE',
      bare: 'on',
      choices: ISOLATE_MODES,
      summary: 'give each changed target a source of its own for the session: on, off, auto',
      fallback: 'auto: where the cluster is local and many targets share the source',
    },
    {
      name: 'registry-in-cluster',
      kind: 'text',
      placeholder: 'HOST[:PORT]',
      summary: 'what the registry is called in the cluster, for --isolate',
      fallback: "the source's own, else as from here",
    },
    { name: 'keep', kind: 'flag', summary: 'leave isolated targets where they are at the end; restore puts them back' },
    ...TIMING_OPTIONS,
    { name: 'initial', kind: 'flag', summary: 'begin with a full reconcile' },
    { name: 'once', kind: 'flag', summary: 'end after the first cycle, with its exit code' },
    { name: 'dry-run', kind: 'flag', summary: 'decide and show, send nothing' },
    {
      name: 'sync',
      kind: 'flag',
      summary: 'Argo CD: sync Applications without automated sync, too; nothing is pruned',
    },
    {
      name: 'hook',
      kind: 'text',
      placeholder: 'CMD',
      repeatable: true,
      summary: 'run this before each push; a failure stops that cycle',
    },
    { name: 'embedded', kind: 'flag', summary: 'use a cluster and a registry inside this process' },
    { name: 'poll', kind: 'flag', summary: 'look for changes by polling, for file systems without events' },
    { name: 'allow-prune', kind: 'flag', summary: 'push also when Flux would delete all that a target had' },
    LOG_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine watch', does: 'watch k8s/ or the current directory on the current context' },
    {
      line: 'reconcile-machine watch deploy --context kind-dev --initial',
      does: 'a full reconcile first, then each save',
    },
    {
      line: 'reconcile-machine watch --source flux-system/apps --registry oci://localhost:5050/apps',
      does: 'push through the address that the registry has on this machine',
    },
    { line: "reconcile-machine watch --hook 'make manifests' --once", does: 'one cycle, with generated manifests' },
    {
      line: 'reconcile-machine watch --isolate --registry oci://localhost:5050/dev --registry-in-cluster registry:5000',
      does: 'a Git source without a commit',
    },
    { line: 'reconcile-machine watch --embedded', does: 'no cluster at hand: try it on this directory' },
  ],
  read: readWatchOptions,
  load: async () => (await import('../watch.ts')).runWatch,
});

function readWatchOptions(parsed: ParsedArguments): WatchOptions {
  const embedded = parsed.flag('embedded');
  const useless = embedded ? ['kubeconfig', 'context', 'registry'].find((name) => parsed.given(name)) : undefined;
  if (useless !== undefined) {
    throw new UsageError(
      `--embedded brings its own cluster and registry, found --${useless} beside it`,
      `leave out --embedded or --${useless}`,
    );
  }
  // What is configured is about another cluster.
  const unlessEmbedded = (name: string) => (embedded && !parsed.given(name) ? undefined : parsed.text(name));
  return {
    ...clusterOptions(parsed),
    ...directoryOptions(parsed, parsed.positionals[0]),
    limits: timedLimitsFrom(parsed),
    engine: engineOf(parsed),
    allowContexts: parsed.texts('allow-context'),
    registry: unlessEmbedded('registry'),
    tag: checkedOption('workload.tag', unlessEmbedded('tag')),
    repair: !parsed.flag('no-repair'),
    isolate: isolateMode(parsed.text('isolate')),
    registryInCluster: checkedOption('workload.registryInCluster', unlessEmbedded('registry-in-cluster')),
    keep: parsed.flag('keep'),
    initial: parsed.flag('initial'),
    dryRun: parsed.flag('dry-run'),
    sync: parsed.flag('sync'),
    once: parsed.flag('once'),
    json: parsed.flag('json'),
    log: parsed.text('log'),
    hooks: parsed.texts('hook'),
    embedded,
    poll: parsed.flag('poll'),
    allowPrune: parsed.flag('allow-prune'),
  };
}

function isolateMode(text: string | undefined): IsolateMode {
  return ISOLATE_MODES.find((mode) => mode === text) ?? 'auto';
}
