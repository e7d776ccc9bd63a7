import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { IsolateOptions } from '../isolate-options.ts';
import { LIMIT_OPTION } from '../limit-options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { DIR, DIRECTORY_OPTIONS, directoryOptions, JSON_OPTION } from '../shared-options.ts';

const OF_THE_DIRECTORY = new Set(['source', 'root', 'entry']);

export const isolateCommand = defineCommand<IsolateOptions>({
  name: 'isolate',
  summary: 'give every Kustomization of a repository a source of its own',
  usage: '[DIR] [options]',
  description:
    'Writes one OCIRepository for each Kustomization on the source that DIR feeds, and points the Kustomization to it. Only\n' +
    'YAML files below DIR are changed, and only the fields it is about: review the change and commit it. What has a\n' +
    'source of its own already is left alone. With --push the artifacts that these sources name are pushed, no file is changed.',
  positionals: [DIR],
  options: [
    { name: 'check', kind: 'flag', summary: 'write nothing; exit with code 1 when something would be written' },
    { name: 'dry-run', kind: 'flag', summary: 'write or push nothing; show what would be' },
    { name: 'push', kind: 'flag', summary: 'push the artifact of each source that was written' },
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'for a source that is no OCIRepository: where artifacts go; with --push: its address seen from here',
    },
    ...DIRECTORY_OPTIONS.filter(({ name }) => OF_THE_DIRECTORY.has(name)),
    LIMIT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine isolate deploy --dry-run', does: 'the change as a diff' },
    { line: 'reconcile-machine isolate deploy', does: 'the change itself, to be reviewed and committed' },
    { line: 'reconcile-machine isolate deploy --check', does: 'in CI: is every Kustomization isolated that can be?' },
    { line: 'reconcile-machine isolate deploy --push', does: 'in CI, on each commit: push what changed' },
  ],
  read: (parsed) => ({
    ...directoryOptions(parsed, parsed.positionals[0]),
    ...modeFrom(parsed),
    registry: registryFrom(parsed),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../isolate.ts')).runIsolate,
});

function modeFrom(parsed: ParsedArguments): Pick<IsolateOptions, 'check' | 'dryRun' | 'push'> {
  const [check, dryRun, push] = [parsed.flag('check'), parsed.flag('dry-run'), parsed.flag('push')];
  if (check && push) throw new UsageError('--check and --push ask for two things', 'run one after the other');
  return { check, dryRun, push };
}

function registryFrom(parsed: ParsedArguments): string | undefined {
  const registry = parsed.text('registry');
  if (registry === undefined || /^oci:\/\/[^/@]+\/[^@:]+$/.test(registry)) return registry;
  throw new UsageError(
    `--registry expects oci://HOST/REPOSITORY without tag or digest, found '${registry}'`,
    'e.g. --registry oci://ghcr.io/acme/deploy',
  );
}
