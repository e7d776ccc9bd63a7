import type { ClusterCommandOptions } from '../cluster.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { JSON_OPTION } from '../shared-options.ts';

const PORT_MAX = 65_535;

export const clusterCommand = defineCommand<ClusterCommandOptions>({
  name: 'cluster',
  summary: 'serve an embedded Kubernetes API, for kubectl and for tests',
  usage: '[FILE...] [options]',
  description:
    'A Kubernetes API server inside this process, empty but for the manifests in FILE: nothing is installed, nothing runs\n' +
    'in it, nothing is kept. It prints where its kubeconfig is and serves until Ctrl-C.\n' +
    'FILE is a YAML or JSON file, a directory (all manifests below it) or - for standard input.',
  configuration: 'unused',
  positionals: [{ name: 'FILE', required: false, repeatable: true }],
  options: [
    {
      name: 'load',
      kind: 'text',
      placeholder: 'FILE',
      repeatable: true,
      summary: 'the same as FILE',
    },
    { name: 'flux', kind: 'flag', summary: "with stand-ins for Flux's controllers, which act on what is applied" },
    { name: 'argocd', kind: 'flag', summary: "with stand-ins for Argo CD's controllers" },
    { name: 'registry', kind: 'flag', summary: 'with an OCI registry beside it' },
    {
      name: 'kubeconfig',
      kind: 'text',
      placeholder: 'FILE',
      summary: 'write the kubeconfig here; it is deleted at the end',
      fallback: 'a temporary file',
    },
    { name: 'port', kind: 'count', placeholder: 'PORT', summary: 'serve on this port', fallback: 'a free one' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine cluster', does: 'an empty cluster; it prints what to export' },
    { line: 'reconcile-machine cluster deploy/ --flux --registry', does: 'with these manifests, Flux and a registry' },
    { line: 'reconcile-machine cluster --argocd --registry', does: 'with Argo CD' },
    { line: 'kubectl kustomize deploy | reconcile-machine cluster -', does: 'with what kustomize builds' },
    { line: 'reconcile-machine cluster --kubeconfig test.yaml --json', does: 'for a script' },
  ],
  read: (parsed) => ({
    files: [...parsed.texts('load'), ...parsed.positionals],
    flux: parsed.flag('flux'),
    argocd: parsed.flag('argocd'),
    registry: parsed.flag('registry'),
    kubeconfig: parsed.text('kubeconfig'),
    port: portOf(parsed),
    json: parsed.flag('json'),
  }),
  load: async () => (await import('../cluster.ts')).runCluster,
});

function portOf(parsed: ParsedArguments): number | undefined {
  const port = parsed.count('port');
  if (port === undefined || (port > 0 && port <= PORT_MAX)) return port;
  throw new UsageError(`--port expects 1 to ${PORT_MAX}, found ${port}`, 'leave it out for a free one');
}
