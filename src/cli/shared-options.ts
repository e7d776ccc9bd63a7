import { checkedOption } from './config/setting-problem.ts';
import { ignorePatterns } from './ignore-patterns.ts';
import { LIMIT_OPTION, limitsFrom } from './limit-options.ts';
import type { OptionSpec, PositionalSpec } from './option-spec.ts';
import type { ClusterOptions, DirectoryOptions, LogSourceOptions, TagOptions } from './options.ts';
import type { ParsedArguments } from './parsed-arguments.ts';

export const DIR: PositionalSpec = { name: 'DIR', required: false };

export const JSON_OPTION: OptionSpec = { name: 'json', kind: 'flag', summary: 'print JSON, errors too (on stderr)' };

export const LOG_OPTION: OptionSpec = {
  name: 'log',
  kind: 'text',
  placeholder: 'FILE',
  summary: 'the event log',
  fallback: "the directory's log in the state directory",
};

export const CLUSTER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'kubeconfig',
    kind: 'text',
    placeholder: 'FILE',
    summary: 'how to reach the cluster',
    fallback: '$KUBECONFIG, then ~/.kube/config',
  },
  {
    name: 'context',
    kind: 'text',
    placeholder: 'NAME',
    summary: 'the context to use',
    fallback: "the kubeconfig's current-context",
  },
  {
    name: 'namespace',
    short: 'n',
    kind: 'text',
    placeholder: 'NAME',
    summary: 'only objects of this namespace',
    fallback: 'all namespaces',
  },
];

export const SOURCE_OPTION: OptionSpec = {
  name: 'source',
  kind: 'text',
  placeholder: 'NAMESPACE/NAME',
  summary: 'the source that the directory feeds',
  fallback: 'the only one that fits',
};

export const DIRECTORY_OPTIONS: readonly OptionSpec[] = [
  SOURCE_OPTION,
  {
    name: 'root',
    kind: 'text',
    placeholder: 'DIR',
    summary: 'the directory that spec.path counts from',
    fallback: 'the watched one; for Git, the top level',
  },
  {
    name: 'entry',
    kind: 'text',
    placeholder: 'DIR',
    summary: 'the one cluster whose objects count, where they come from the repository',
  },
  {
    name: 'ignore',
    kind: 'text',
    placeholder: 'PATTERN',
    repeatable: true,
    summary: "ignore files and directories of this name too, e.g. '*.txt'; '!*.md' no longer ignores those",
  },
  LIMIT_OPTION,
];

export const TIMING_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'quiet-period',
    kind: 'duration',
    placeholder: 'DURATION',
    summary: 'how long no file may change before the batch is taken',
    fallback: '75ms',
  },
  {
    name: 'max-wait',
    kind: 'duration',
    placeholder: 'DURATION',
    summary: 'take the batch at the latest after this long',
    fallback: '2s',
  },
  {
    name: 'timeout',
    kind: 'duration',
    placeholder: 'DURATION',
    summary: 'how long to wait for one target',
    fallback: '5m',
  },
];

export function clusterOptions(parsed: ParsedArguments): ClusterOptions {
  return {
    kubeconfig: parsed.text('kubeconfig'),
    context: parsed.text('context'),
    namespace: parsed.text('namespace'),
  };
}

/** `dir` is the caller's: a positional for most commands. Limits come without the timing options. */
export function directoryOptions(parsed: ParsedArguments, dir: string | undefined): DirectoryOptions {
  return {
    dir,
    root: parsed.text('root'),
    entry: parsed.text('entry'),
    source: sourceName(parsed.text('source')),
    ignore: ignorePatterns(parsed.texts('ignore')),
    limits: limitsFrom(parsed),
  };
}

export function logSourceOptions(parsed: ParsedArguments, dir: string | undefined): LogSourceOptions {
  return { dir, log: parsed.text('log'), json: parsed.flag('json') };
}

/** Throws UsageError for what is no `<namespace>/<name>`. */
export function sourceName(text: string | undefined): string | undefined {
  return checkedOption('workload.source', text);
}

/** The tag and what it is about, where a command compares them with what the cluster follows. */
export function tagOptions(parsed: ParsedArguments): TagOptions {
  return {
    tag: checkedOption('workload.tag', parsed.text('tag')),
    registry: checkedOption('workload.registry', parsed.text('registry')),
    source: sourceName(parsed.text('source')),
  };
}
