import { DEFAULT_LIMITS } from '../../domain/limits.ts';
import type { Setting } from './setting.ts';

const OCI_REPOSITORY = /^oci:\/\/[^/@\s]+\/[^@\s]+$/;
const OCI_TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** With its kind before it where that is not enough, or the URL that Applications read, with its tag or revision. */
const SOURCE_NAME =
  /^(?:(?:[A-Z][A-Za-z]*\/)?[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*|(?:[A-Z][A-Za-z]*\/\/)?[a-z][a-z0-9+.-]*(?::\/\/|@)\S+)$/;

const LIMIT_SETTINGS: readonly Setting[] = Object.entries(DEFAULT_LIMITS).map(([name, value]) => ({
  key: `limits.${name}`,
  option: 'limit',
  kind: 'limit' as const,
  summary: `the limit ${name}`,
  fallback: String(value),
}));

/** Everything that can be set for good, in the order in which it is shown. */
export const SETTINGS: readonly Setting[] = [
  {
    key: 'engine',
    option: 'engine',
    kind: 'text',
    summary: 'which GitOps engine counts, where the cluster has two',
    fallback: 'what the cluster has',
    choices: ['flux', 'argocd'],
  },
  {
    key: 'cluster.kubeconfig',
    option: 'kubeconfig',
    kind: 'path',
    summary: 'how to reach the cluster',
    fallback: '$KUBECONFIG, then ~/.kube/config',
  },
  {
    key: 'cluster.context',
    option: 'context',
    kind: 'text',
    summary: 'the context to use',
    fallback: "the kubeconfig's current-context",
  },
  {
    key: 'cluster.namespace',
    option: 'namespace',
    kind: 'text',
    summary: 'only objects of this namespace',
    fallback: 'all namespaces',
  },
  {
    key: 'cluster.allowContexts',
    option: 'allow-context',
    kind: 'list',
    summary: 'contexts that may be used although their clusters are not local ones',
    fallback: 'none',
  },
  {
    key: 'workload.directory',
    option: 'dir',
    aliases: ['path'],
    kind: 'path',
    summary: 'the directory of manifests, DIR of the commands',
    fallback: 'k8s, else the current directory',
  },
  {
    key: 'workload.root',
    option: 'root',
    kind: 'path',
    summary: 'the directory that spec.path counts from',
    fallback: 'the watched one; for Git, the top level',
  },
  {
    key: 'workload.entry',
    option: 'entry',
    kind: 'text',
    summary: 'the one cluster directory whose objects count, where they come from the repository',
    fallback: 'the only one there is',
  },
  {
    key: 'workload.source',
    option: 'source',
    kind: 'text',
    summary: 'the source that the directory feeds',
    fallback: 'the only one that fits',
    pattern: {
      expression: SOURCE_NAME,
      expects: 'NAMESPACE/NAME, or of Applications oci://HOST/REPOSITORY:TAG',
      example: 'flux-system/flux-system',
    },
  },
  {
    key: 'workload.registry',
    option: 'registry',
    kind: 'text',
    summary: 'where to push, as reached from here; its tag counts where workload.tag is not set',
    fallback: "the source's own URL",
    pattern: {
      expression: OCI_REPOSITORY,
      expects: 'oci://HOST/REPOSITORY[:TAG] without credentials',
      example: 'oci://localhost:5050/apps',
    },
    notFor: ['isolate'],
  },
  {
    key: 'workload.registryInCluster',
    option: 'registry-in-cluster',
    kind: 'text',
    summary: 'what the registry is called in the cluster, for sources that are made for a session',
    fallback: "the source's own, else as from here",
    pattern: {
      expression: /^[A-Za-z0-9.-]+(:\d{1,5})?$/,
      expects: 'HOST or HOST:PORT',
      example: 'registry:5000',
    },
  },
  {
    key: 'workload.tag',
    option: 'tag',
    kind: 'text',
    summary: 'the tag to push, and to ask the cluster for',
    fallback: "the registry's, then the source's own or dev",
    pattern: {
      expression: OCI_TAG,
      expects: "an OCI tag (letters, digits, '_', '.', '-', at most 128)",
      example: 'dev',
    },
  },
  {
    key: 'workload.ignore',
    option: 'ignore',
    kind: 'list',
    summary: "names to ignore too, e.g. '*.txt'; '!*.md' no longer ignores those",
    fallback: 'the built-in list',
  },
  {
    key: 'reconcile.timeout',
    option: 'timeout',
    kind: 'duration',
    summary: 'how long to wait for one target',
    fallback: '5m',
  },
  {
    key: 'reconcile.exclude',
    option: 'exclude',
    kind: 'list',
    summary: 'targets that reconcile does not wait for',
    fallback: 'none',
  },
  {
    key: 'reconcile.repair',
    option: 'no-repair',
    inverted: true,
    kind: 'flag',
    summary: 'set a tag right that has drifted, before watch and reconcile begin',
    fallback: 'true',
  },
  {
    key: 'watch.quietPeriod',
    option: 'quiet-period',
    kind: 'duration',
    summary: 'how long no file may change before the batch is taken',
    fallback: '75ms',
  },
  {
    key: 'watch.maxWait',
    option: 'max-wait',
    kind: 'duration',
    summary: 'take the batch at the latest after this long',
    fallback: '2s',
  },
  {
    key: 'watch.isolate',
    option: 'isolate',
    kind: 'text',
    summary: 'give each changed target a source of its own for the session',
    fallback: 'auto: where the cluster is local and many targets share the source',
    choices: ['auto', 'on', 'off'],
  },
  {
    key: 'watch.initial',
    option: 'initial',
    kind: 'flag',
    summary: 'begin with a full reconcile',
    fallback: 'false',
  },
  {
    key: 'watch.poll',
    option: 'poll',
    kind: 'flag',
    summary: 'look for changes by polling, for file systems without events',
    fallback: 'false',
  },
  {
    key: 'watch.hooks',
    option: 'hook',
    kind: 'list',
    summary: 'commands to run before each push; a failure stops that cycle',
    fallback: 'none',
  },
  {
    key: 'log',
    option: 'log',
    kind: 'path',
    summary: 'the event log',
    fallback: "the directory's log in the state directory",
  },
  ...LIMIT_SETTINGS,
];
