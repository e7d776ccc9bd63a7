import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import { collectionPath, objectPath } from '../../../src/cluster/resource.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { startRegistry } from '../../../src/embedded/testing.ts';
import { installArgoCd } from '../../contract/argocd/control-plane-subject.ts';
import { dockerRegistryInstalled, startDockerRegistry } from '../../contract/registry/subjects.ts';
import { startArgoCdProcesses } from '../../control-plane/argo-cd.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import { startForegroundCollector } from '../../control-plane/foreground-collector.ts';
import { ARGOCD, repositorySecret } from '../../support/argo-manifests.ts';
import { connectionTo } from '../../support/connection-to.ts';
import { applicationFiles, namespaceNamed, placeless, shopApplication } from '../../support/isolating-argocd.ts';
import { runCli, WatchProcess } from '../watch-process.ts';
import { eventually } from './eventually.ts';
import { clusterRights } from './rights.ts';

const USER = 'developer';
const APPLICATIONS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications' };
const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' };

/** What docs/argocd.md says that a watch needs, with `--isolate`, and no more. */
const RIGHTS = [
  { apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
];

/** A repository on disk, Applications that read `oci://…/shop:dev`, a real Argo CD on a real API server, and the CLI as processes. */
export interface ArgoWorld {
  /** `host:port` of the registry that has `shop:dev`. */
  readonly registry: string;
  /** Writes a file of the repository. */
  write(path: string, text: string): void;
  create(object: KubeObject): Promise<void>;
  /** Merges this into an Application. */
  patch(name: string, body: Record<string, unknown>): Promise<void>;
  /** Gives the ConfigMap of an Application's own this value. */
  save(name: string, value: string): void;
  /** Gives the base that all but the last of the Applications share this value. */
  saveBase(value: string): void;
  watch(...more: readonly string[]): WatchProcess;
  /** A command to its end, in the directory of the repository. */
  run(...argv: readonly string[]): ReturnType<typeof runCli>;
  application(name: string): Promise<KubeObject>;
  /** Spec, labels and annotations of all, without requests, and what Leases there are. */
  declared(): Promise<Record<string, unknown>>;
  /** The value of a ConfigMap in the Application's namespace. */
  live(name: string, configMap?: string): Promise<unknown>;
  /** Waits until each is Synced and Healthy and nobody works on it. */
  untilAllSynced(): Promise<void>;
  stop(): Promise<void>;
}

export async function startArgoWorld(names: readonly string[]): Promise<ArgoWorld> {
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-argo-'));
  const [plane, registry] = await Promise.all([
    startControlPlane({ users: [{ name: USER }] }),
    dockerRegistryInstalled ? startDockerRegistry() : startRegistry(),
  ]);
  const client = createClusterClient(connectionTo(plane));
  await installArgoCd(client);
  const collector = startForegroundCollector(client, [CONFIG_MAPS]);
  const objects = [
    ...clusterRights(USER, RIGHTS),
    repositorySecret(`oci://${registry.host}/shop`),
    ...names.map(namespaceNamed),
    ...names.map((name) => shopApplication(name, registry.host)),
  ];
  for (const object of objects) await create(client, object);
  // After the Secret of the registry is there: Argo CD reads Secrets from a cache, which a comparison may come before.
  const argo = await startArgoCdProcesses({ kubeconfig: plane.kubeconfig() });
  const dir = join(home, 'repository');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const [path, text] of Object.entries(applicationFiles(names, names.slice(0, -1)))) write(path, text);
  writeFileSync(join(home, 'kubeconfig'), plane.kubeconfig(USER), { mode: 0o600 });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    DOCKER_CONFIG: join(home, 'docker'),
    KUBECONFIG: join(home, 'kubeconfig'),
    NO_COLOR: '1',
  };
  const surroundings = { cwd: dir, env };
  const processes: WatchProcess[] = [];

  async function applications(): Promise<readonly KubeObject[]> {
    const { json } = await client.request({ method: 'GET', path: collectionPath(APPLICATIONS, ARGOCD) });
    return (json as { readonly items: readonly KubeObject[] }).items;
  }

  return {
    registry: registry.host,
    write,
    create: (object) => create(client, object),
    patch: async (name, body) => {
      await client.request({ method: 'PATCH', path: objectPath({ ...APPLICATIONS, namespace: ARGOCD, name }), body });
    },
    save: (name, value) => write(`${name}/own.yaml`, placeless(name, value)),
    saveBase: (value) => write('base/settings.yaml', placeless('settings', value)),
    watch(...more) {
      const watch = new WatchProcess(['watch', dir, '--log', join(home, 'events.db'), '--json', ...more], surroundings);
      processes.push(watch);
      return watch;
    },
    run: (...argv) => runCli(argv, surroundings),
    application: (name) => client.get({ ...APPLICATIONS, namespace: ARGOCD, name }),
    async declared() {
      const { json } = await client.request({
        method: 'GET',
        path: collectionPath({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }, ARGOCD),
      });
      const leases = (json as { readonly items: readonly KubeObject[] }).items.map(({ metadata }) => metadata.name);
      const found = (await applications()).map(({ metadata, spec }) => {
        const { 'reconcile-machine.dev/requested-at': _, ...others } = metadata.annotations ?? {};
        const { 'argocd.argoproj.io/refresh': __, ...annotations } = others;
        return [metadata.name, { spec, labels: metadata.labels, annotations }];
      });
      return { leases, ...Object.fromEntries(found) };
    },
    async live(name, configMap = name) {
      const object = await client.get({ ...CONFIG_MAPS, namespace: name, name: configMap });
      return (object.data as Record<string, unknown>).value;
    },
    async untilAllSynced() {
      let shown = '';
      await eventually(
        'all Applications Synced and Healthy',
        async () => {
          const all = await applications();
          shown = JSON.stringify(all.map(({ metadata, status }) => [metadata.name, status?.sync, status?.health]));
          return all.every(isSettled);
        },
        () => shown,
      );
    },
    async stop() {
      await Promise.all(processes.map((each) => each.kill()));
      collector.stop();
      client.close();
      await argo.stop();
      await Promise.all([plane.stop(), registry.stop()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function isSettled({ operation, status }: KubeObject): boolean {
  const { sync, health } = (status ?? {}) as Record<string, { readonly status?: string } | undefined>;
  return operation === undefined && sync?.status === 'Synced' && health?.status === 'Healthy';
}

const PLURALS: Readonly<Record<string, string>> = {
  Application: 'applications',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Namespace: 'namespaces',
  Secret: 'secrets',
};

async function create(client: ClusterClient, object: KubeObject): Promise<void> {
  const [group = '', version = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', 'v1'];
  const { name, namespace } = object.metadata;
  const path = objectPath({ group, version, plural: PLURALS[object.kind] ?? '', namespace, name });
  await client.request({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body: object });
}
