import { defineCommand } from '../command.ts';
import type { DiagnoseCommandOptions } from '../diagnose.ts';
import { ENGINE_OPTION, engineOf } from '../engine-option.ts';
import { CLUSTER_OPTIONS, clusterOptions, JSON_OPTION } from '../shared-options.ts';

export const diagnoseCommand = defineCommand<DiagnoseCommandOptions>({
  name: 'diagnose',
  summary: 'what is not Ready in the cluster, and why, down to the last lines of a log',
  usage: '[NAME...] [options]',
  description:
    'Shows what is not Ready of Flux and Argo CD, what holds up others first, and follows it to the pods that do not run:\n' +
    'exit codes, restarts, the last 20 lines of their logs, images, scheduling, volumes, warnings. It reads only, and for\n' +
    '15 seconds at most. NAME is apps, flux-system/apps or Kustomization/flux-system/apps. Exit code 1: something is wrong.',
  positionals: [{ name: 'NAME', required: false, repeatable: true }],
  options: [...CLUSTER_OPTIONS, ENGINE_OPTION, JSON_OPTION],
  examples: [
    { line: 'reconcile-machine diagnose', does: 'everything' },
    { line: 'reconcile-machine diagnose apps', does: 'one Kustomization, what it waits for, and what it has applied' },
    { line: 'reconcile-machine diagnose HelmRelease/shop/cache --json', does: 'for a program' },
  ],
  read: (parsed) => ({
    ...clusterOptions(parsed),
    names: parsed.positionals,
    engine: engineOf(parsed),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../diagnose.ts')).runDiagnose,
});
