import { excludedNames } from '../../domain/exclusions.ts';
import { defineCommand } from '../command.ts';
import { ENGINE_OPTION, engineOf } from '../engine-option.ts';
import { UsageError } from '../errors.ts';
import { LIMIT_OPTION, waitLimitsFrom } from '../limit-options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import type { ReconcileOptions } from '../reconcile-options.ts';
import { CLUSTER_OPTIONS, clusterOptions, JSON_OPTION, tagOptions } from '../shared-options.ts';

export const reconcileCommand = defineCommand<ReconcileOptions>({
  name: 'reconcile',
  summary: 'have the cluster reconcile now, and wait until all is Ready',
  usage: '[NAME...] [options]',
  description:
    'Asks the sources and then the Flux Kustomizations, in the order of their dependsOn, and the Argo CD Applications, and\n' +
    'waits for the answers to just these requests: what was Ready, or failed, before counts for nothing. NAME is that of a\n' +
    'Kustomization or Application; NAMESPACE/NAME or KIND/NAMESPACE/NAME where that is not enough. Without NAME all of them,\n' +
    'in all namespaces. A HelmRelease is asked only where it is named; those that are stuck are reset first in any case.\n' +
    'Ends with exit code 0 only when all are Ready.',
  positionals: [{ name: 'NAME', required: false, repeatable: true }],
  options: [
    ...CLUSTER_OPTIONS,
    ENGINE_OPTION,
    { name: 'all', kind: 'flag', summary: 'all of them, as without NAME' },
    {
      name: 'exclude',
      kind: 'text',
      placeholder: 'NAME[,NAME]',
      repeatable: true,
      summary: 'these are reconciled too, and not waited for',
    },
    {
      name: 'timeout',
      kind: 'duration',
      placeholder: 'DURATION',
      summary: 'how long one attempt may take; there are three',
      fallback: '5m',
    },
    { name: 'no-recover', kind: 'flag', summary: 'leave HelmReleases that are stuck as they are' },
    {
      name: 'sync',
      kind: 'flag',
      summary: 'Argo CD: sync Applications without automated sync, too; nothing is pruned',
    },
    {
      name: 'refresh',
      kind: 'text',
      placeholder: 'MODE',
      choices: ['normal', 'hard'],
      summary: 'Argo CD: hard builds anew what it would take from its caches',
      fallback: 'normal',
    },
    { name: 'no-repair', kind: 'flag', summary: 'leave a source that follows another tag than the configured one' },
    {
      name: 'tag',
      kind: 'text',
      placeholder: 'NAME',
      summary: 'the tag that the cluster is to follow',
      fallback: 'as configured',
    },
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'the repository that --tag is about',
      fallback: 'as configured, else the only one',
    },
    {
      name: 'source',
      kind: 'text',
      placeholder: 'NAMESPACE/NAME',
      summary: 'the source that --tag is about',
      fallback: 'as configured, else the only one',
    },
    LIMIT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine reconcile', does: 'everything; in CI, after a push' },
    { line: 'reconcile-machine reconcile apps flux-system/data', does: 'these two' },
    { line: 'reconcile-machine reconcile HelmRelease/shop/cache', does: 'a release' },
    { line: 'reconcile-machine reconcile --exclude slow,optional --timeout 2m', does: 'not waiting for these two' },
  ],
  read: readReconcileOptions,
  load: async () => (await import('../reconcile.ts')).runReconcile,
});

function readReconcileOptions(parsed: ParsedArguments): ReconcileOptions {
  const names = parsed.positionals;
  if (parsed.flag('all') && names.length > 0) {
    throw new UsageError(`--all asks for everything, found ${names.join(', ')} beside it`, 'leave out one of them');
  }
  return {
    ...clusterOptions(parsed),
    engine: engineOf(parsed),
    names,
    exclude: excludedNames(parsed.texts('exclude')),
    recover: !parsed.flag('no-recover'),
    sync: parsed.flag('sync'),
    refresh: parsed.text('refresh') === 'hard' ? 'hard' : 'normal',
    repair: !parsed.flag('no-repair'),
    ...tagOptions(parsed),
    json: parsed.flag('json'),
    limits: waitLimitsFrom(parsed),
  };
}
