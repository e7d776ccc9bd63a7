import type { ClusterClient } from '../../src/cluster/client.ts';
import { wallClock } from '../../src/cluster/clock.ts';
import { type ListWatch, listWatch } from '../../src/cluster/list-watch.ts';
import { type ApiResource, objectPath } from '../../src/cluster/resource.ts';
import { FailureError } from '../../src/domain/failure.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { realClock } from '../../src/embedded/clock.ts';
import { startArtifactServer } from '../../src/embedded/flux/artifact-server.ts';
import { sourceController } from '../../src/embedded/flux/source-controller.ts';
import type { SourceObjects } from '../../src/embedded/flux/source-objects.ts';
import { statusDifference } from '../../src/embedded/flux/status-change.ts';

export interface SourceFeeder {
  /** Where artifacts are served from. */
  readonly artifactsUrl: string;
  stop(): Promise<void>;
}

const GROUP = 'source.toolkit.fluxcd.io';
const RESOURCES: Readonly<Record<string, ApiResource>> = {
  OCIRepository: { group: GROUP, version: 'v1', plural: 'ocirepositories' },
  HelmRepository: { group: GROUP, version: 'v1', plural: 'helmrepositories' },
  Secret: { group: '', version: 'v1', plural: 'secrets' },
};
const WATCHED = ['OCIRepository', 'HelmRepository'];

/** The stand-in for source-controller at work on a server over HTTP: what it pulls and serves feeds a real kustomize-controller. */
export async function startSourceFeeder(client: ClusterClient): Promise<SourceFeeder> {
  const storage = await startArtifactServer(realClock);
  const watches = new Map<string, ListWatch>();
  const controller = sourceController(
    {
      objects: objectsOver(client, watches),
      clock: realClock,
      storage,
      stage: () => Promise.resolve(),
      countRun: () => undefined,
    },
    2,
    'pull',
  );
  const known = new Map<string, KubeObject>();
  for (const kind of WATCHED) {
    const watch = listWatch({
      client,
      resource: resourceOf(kind),
      clock: wallClock,
      onEvent(notice) {
        if (!('object' in notice)) return;
        const { object } = notice;
        const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
        const previous = known.get(key);
        if (notice.type === 'deleted') known.delete(key);
        else known.set(key, object);
        controller.observe({ type: notice.type === 'deleted' ? 'DELETED' : 'MODIFIED', object, previous });
      },
    });
    watches.set(kind, watch);
  }
  await Promise.all([...watches.values()].map(({ synced }) => synced));
  return {
    artifactsUrl: storage.url,
    async stop() {
      for (const watch of watches.values()) watch.stop();
      await controller.stop();
      await storage.stop();
    },
  };
}

function resourceOf(kind: string): ApiResource {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`expected one of ${Object.keys(RESOURCES).join(', ')}, found ${kind}`);
  return resource;
}

function objectsOver(client: ClusterClient, watches: ReadonlyMap<string, ListWatch>): SourceObjects {
  const referenceOf = ({ kind, metadata: { namespace, name } }: KubeObject) => ({
    ...resourceOf(kind),
    namespace,
    name,
  });
  /** Undefined where the object is gone, or whatever else stands in the way: the next look at it will tell. */
  async function unlessGone<T>(asking: Promise<T>): Promise<T | undefined> {
    try {
      return await asking;
    } catch (error) {
      if (error instanceof FailureError) return undefined;
      throw error;
    }
  }
  return {
    list: (kind) => watches.get(kind)?.objects.list() ?? [],
    get: (kind, namespace, name) => unlessGone(client.get({ ...resourceOf(kind), namespace, name })),
    async writeStatus(before, after) {
      const { conditions, fields } = statusDifference(before, after);
      for (const part of [conditions === undefined ? undefined : { conditions }, fields]) {
        if (part === undefined) continue;
        // A field that is gone is null in a merge patch.
        const status = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, value ?? null]));
        const path = `${objectPath(referenceOf(after))}/status`;
        await unlessGone(client.request({ method: 'PATCH', path, body: { status } }));
      }
    },
    async setFinalizers(object, finalizers) {
      return (await unlessGone(client.patch(referenceOf(object), { metadata: { finalizers } }))) ?? object;
    },
  };
}
