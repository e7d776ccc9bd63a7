import { defineCommand } from '../command.ts';
import type { DriftCommandOptions } from '../drift.ts';
import { ENGINE_OPTION, engineOf } from '../engine-option.ts';
import { CLUSTER_OPTIONS, clusterOptions, JSON_OPTION, SOURCE_OPTION, tagOptions } from '../shared-options.ts';

export const driftCommand = defineCommand<DriftCommandOptions>({
  name: 'drift',
  summary: 'does the cluster follow the configured tag?',
  usage: '[options]',
  description:
    'Compares the tag that the cluster follows (spec.sync.ref of a FluxInstance, spec.ref.tag of an OCIRepository, the\n' +
    'targetRevision of an Argo CD Application) with the configured one. --repair sets that field and nothing else.\n' +
    'Exit code 1: it differs, and was left so.',
  positionals: [],
  options: [
    { name: 'repair', kind: 'flag', summary: 'set what differs to the configured tag' },
    { name: 'tag', kind: 'text', placeholder: 'NAME', summary: 'the tag to compare with', fallback: 'workload.tag' },
    SOURCE_OPTION,
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'only what follows this repository, whatever its host is called in the cluster',
      fallback: 'workload.registry',
    },
    ...CLUSTER_OPTIONS,
    ENGINE_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine drift', does: 'as configured' },
    { line: 'reconcile-machine drift --tag v2 --repair', does: 'have the cluster follow v2' },
    { line: 'reconcile-machine drift --source flux-system/apps --json', does: 'one source, for a program' },
  ],
  read: (parsed) => ({
    ...clusterOptions(parsed),
    ...tagOptions(parsed),
    engine: engineOf(parsed),
    repair: parsed.flag('repair'),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../drift.ts')).runDrift,
});
