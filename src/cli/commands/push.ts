import { withoutCredentials } from '../../domain/without-credentials.ts';
import { defineCommand } from '../command.ts';
import { checkedOption } from '../config/setting-problem.ts';
import { UsageError } from '../errors.ts';
import { LIMIT_OPTION, waitLimitsFrom } from '../limit-options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import type { PushOptions } from '../push-options.ts';
import { CLUSTER_OPTIONS, JSON_OPTION } from '../shared-options.ts';

export const pushCommand = defineCommand<PushOptions>({
  name: 'push',
  summary: 'package manifests as an OCI artifact and push it',
  usage: '[oci://HOST/REPOSITORY[:TAG]] [options]',
  description:
    'Packages all that Flux lets through of a directory, the same bytes for the same content, and pushes it. What the registry\n' +
    'has already is not sent. The tag is the one in the reference, else the configured one, else dev. First the manifests are\n' +
    'checked: YAML, the build of every Kustomization that the repository defines, and schemas.',
  positionals: [{ name: 'oci://REF', required: false }],
  options: [
    {
      name: 'path',
      kind: 'text',
      placeholder: 'DIR',
      summary: 'the directory to package',
      fallback: 'k8s if there is one, else the current one',
    },
    {
      name: 'registry',
      kind: 'text',
      placeholder: 'oci://HOST/REPOSITORY',
      summary: 'where to push, in place of the reference',
      fallback: 'as configured',
    },
    {
      name: 'tag',
      kind: 'text',
      placeholder: 'NAME',
      summary: 'the tag of a reference without one',
      fallback: 'as configured, else dev',
    },
    { name: 'validate', kind: 'flag', summary: 'check the manifests first, which is the default' },
    { name: 'no-validate', kind: 'flag', summary: 'push them unchecked' },
    { name: 'dry-run', kind: 'flag', summary: 'list what would go in and its digest; send nothing' },
    {
      name: 'provenance',
      kind: 'flag',
      summary: 'note the source, revision and time of the Git commit in the artifact',
    },
    {
      name: 'insecure',
      kind: 'flag',
      summary: 'speak plain HTTP to the registry (one on this machine is in any case)',
    },
    {
      name: 'entry',
      kind: 'text',
      placeholder: 'DIR',
      summary: 'of several clusters in the repository, the one whose Kustomizations are checked',
    },
    {
      name: 'timeout',
      kind: 'duration',
      placeholder: 'DURATION',
      summary: 'how long one attempt may take; there are three',
      fallback: '5m',
    },
    ...CLUSTER_OPTIONS.filter(({ name }) => name !== 'namespace'),
    LIMIT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    {
      line: 'reconcile-machine push oci://localhost:5050/apps --path deploy',
      does: 'push deploy/ as localhost:5050/apps:dev',
    },
    { line: 'reconcile-machine push --dry-run', does: 'what would go in, and its digest' },
    {
      line: 'reconcile-machine push oci://ghcr.io/acme/deploy:v3 --provenance',
      does: 'in CI, with the commit it comes from',
    },
  ],
  read: readPushOptions,
  load: async () => (await import('../push.ts')).runPush,
});

function readPushOptions(parsed: ParsedArguments): PushOptions {
  const reference = parsed.positionals[0];
  if (reference !== undefined) checkReference(reference, parsed);
  if (parsed.flag('validate') && parsed.flag('no-validate')) {
    throw new UsageError('--validate and --no-validate ask for opposite things', 'leave out one of them');
  }
  return {
    kubeconfig: parsed.text('kubeconfig'),
    context: parsed.text('context'),
    reference,
    registry: parsed.text('registry'),
    tag: checkedOption('workload.tag', parsed.text('tag')),
    tagIsTyped: parsed.given('tag'),
    dir: parsed.text('path'),
    entry: parsed.text('entry'),
    validate: !parsed.flag('no-validate'),
    dryRun: parsed.flag('dry-run'),
    provenance: parsed.flag('provenance'),
    insecure: parsed.flag('insecure'),
    json: parsed.flag('json'),
    limits: waitLimitsFrom(parsed),
  };
}

function checkReference(reference: string, parsed: ParsedArguments): void {
  if (!reference.startsWith('oci://')) {
    throw new UsageError(
      `expected oci://HOST/REPOSITORY[:TAG], found '${reference}'`,
      `if that is a registry, write oci://${reference}; if it is a directory, --path ${reference}`,
    );
  }
  if (parsed.given('registry')) {
    const found = withoutCredentials(`${reference} and --registry ${parsed.text('registry')}`);
    throw new UsageError(`found ${found}`, 'give one of them');
  }
}
