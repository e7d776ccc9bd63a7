import type { ApiResource } from '../store/resource-registry.ts';

/** A subresource as discovery shows it. */
export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  /** Of the kind, where that is not the resource's own. */
  readonly group?: string;
  readonly version?: string;
}

const STATUS_VERBS = ['get', 'patch', 'update'];
const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  verbs: STATUS_VERBS,
  group: 'autoscaling',
  version: 'v1',
};

/** What built-in resources have beside `status`, by `<group>/<plural>`. What cannot work in one process (exec, proxy, …) is left out. */
const BUILT_IN: Readonly<Record<string, readonly Subresource[]>> = {
  '/namespaces': [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  '/pods': [
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
  ],
  '/serviceaccounts': [
    { name: 'token', kind: 'TokenRequest', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1' },
  ],
};

/** The subresources of one resource, sorted by name as the real server lists them. */
export function subresourcesOf(resource: ApiResource): readonly Subresource[] {
  const more = [
    ...(BUILT_IN[`${resource.group}/${resource.plural}`] ?? []),
    ...(resource.scale === undefined ? [] : [SCALE]),
  ];
  if (!resource.hasStatus) return more;
  const status = { name: 'status', kind: resource.kind, verbs: STATUS_VERBS };
  return [...more, status].sort((a, b) => (a.name < b.name ? -1 : 1));
}
