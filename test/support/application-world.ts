import { objectPath } from '../../src/cluster/resource.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import { moveApplication } from '../../src/effects/move-application.ts';
import { startArgoCd } from '../../src/embedded/testing.ts';
import { ARGOCD, application } from './argo-manifests.ts';
import { type ReachedCluster, startReachedCluster } from './embedded-client.ts';

export const SESSION = `${ARGOCD}/reconcile-machine-5f0c1d2e`;
export const TOKEN = '2026-01-01T10:00:05.300000007Z';
export const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;

const APPLICATIONS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace: ARGOCD };

export interface ApplicationWorld extends ReachedCluster {
  /** As a watch sees the cluster: only what it was told of. */
  readonly view: LiveView;
  live(name: string): KubeObject;
  /** The view is told of the Application as it is. */
  see(name: string): void;
  /** What another one does; the view hears nothing of it. */
  patch(name: string, body: unknown): Promise<KubeObject>;
  move(name: string, digest: string, session?: string): ReturnType<typeof moveApplication>;
  /** What an Application is asked by is not among its annotations here. */
  declared(): unknown;
}

/** A cluster with Argo CD's kinds, these Applications, and nobody at work. */
export async function openApplicationWorld(
  applications: readonly KubeObject[] = ['cart', 'orders'].map((name) => application(name, name)),
): Promise<ApplicationWorld> {
  const reached = await startReachedCluster();
  const { cluster, client } = reached;
  const argo = await startArgoCd({ cluster, builder: 'plain' });
  await argo.stop();
  const view = new LiveView();
  const live = (name: string): KubeObject => {
    const object = cluster.objects.get('Application', ARGOCD, name);
    if (object === undefined) throw new Error(`expected Application ${name}, found none`);
    return object;
  };
  const see = (name: string): void => view.put(live(name));
  const world: ApplicationWorld = {
    ...reached,
    view,
    live,
    see,
    patch: async (name, body) =>
      (
        await client.request({
          method: 'PATCH',
          path: objectPath({ ...APPLICATIONS, name }),
          contentType: 'application/merge-patch+json',
          body,
        })
      ).json as KubeObject,
    move: (name, digest, session = SESSION) =>
      moveApplication({ view, client }, `Application/${ARGOCD}/${name}`, {
        ...{ session, digest, content: `content of ${digest}`, token: TOKEN },
        address: () => 'oci://registry.cluster/artifacts',
      }),
    declared: () =>
      cluster.objects.list('Application').map(({ metadata: { name, labels, annotations }, spec }) => {
        const others = Object.entries(annotations ?? {}).filter(
          ([key]) => key !== 'argocd.argoproj.io/refresh' && key !== 'reconcile-machine.dev/requested-at',
        );
        return { name, labels, spec, annotations: others.length === 0 ? undefined : Object.fromEntries(others) };
      }),
  };
  for (const object of applications) {
    cluster.objects.apply(object);
    setApplied(world, object.metadata.name, ['a']);
    see(object.metadata.name);
  }
  return world;
}

/** The Application has applied ConfigMaps of these names, from what it reads now. */
export function setApplied({ cluster, live }: ApplicationWorld, name: string, configMaps: readonly string[]): void {
  const { source, destination } = live(name).spec ?? {};
  const resources = configMaps.map((one) => ({ kind: 'ConfigMap', version: 'v1', namespace: 'default', name: one }));
  const status = { resources, sync: { status: 'Synced', comparedTo: { source, destination } } } as never;
  cluster.objects.patch({ kind: 'Application', namespace: ARGOCD, name }, { status });
}
