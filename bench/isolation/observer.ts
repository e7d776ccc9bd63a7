import { wallClock } from '../../src/cluster/clock.ts';
import { type ListWatch, listWatch } from '../../src/cluster/list-watch.ts';
import type { ApiResource } from '../../src/cluster/resource.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { objectId } from '../../src/domain/target.ts';
import { isReady, statusOf } from '../../test/contract/flux/observed-status.ts';
import type { BenchCluster } from './bench-cluster.ts';

const KUSTOMIZATIONS: ApiResource = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' };
const SOURCES: ApiResource = { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'ocirepositories' };
const CONFIG_MAPS: ApiResource = { group: '', version: 'v1', plural: 'configmaps' };
const FLUX = 'flux-system';

/** When the cluster showed what a save brought about; ms on this process's monotonic clock. */
export interface Seen {
  /** What the watch last wrote to the target or its source. */
  readonly requestedAt: number;
  /** Its source has the new artifact. */
  readonly fetchedAt: number;
  /** The ConfigMap has the new value. */
  readonly liveAt: number;
  readonly readyAt: number;
}

interface Changed {
  /** Spec and annotations, and when they were last seen to change. */
  readonly wanted: string;
  readonly wantedAt: number;
  readonly artifact: string | undefined;
  readonly artifactAt: number;
}

/** The cluster as a developer sees it: by watches of its own. */
export class Observer {
  readonly #kustomizations: ListWatch;
  readonly #sources: ListWatch;
  readonly #configMaps: ListWatch;
  readonly #waiting = new Set<() => void>();
  readonly #changed = new Map<string, Changed>();

  constructor({ client }: BenchCluster) {
    const watch = (resource: ApiResource, namespace: string): ListWatch =>
      listWatch({
        client,
        resource,
        namespace,
        clock: wallClock,
        onEvent: (notice) => {
          if ('object' in notice && resource !== CONFIG_MAPS) this.#note(notice.object);
          for (const look of [...this.#waiting]) look();
        },
      });
    this.#kustomizations = watch(KUSTOMIZATIONS, FLUX);
    this.#sources = watch(SOURCES, FLUX);
    this.#configMaps = watch(CONFIG_MAPS, 'default');
  }

  get synced(): Promise<unknown> {
    return Promise.all([this.#kustomizations, this.#sources, this.#configMaps].map(({ synced }) => synced));
  }

  stop(): void {
    for (const watch of [this.#kustomizations, this.#sources, this.#configMaps]) watch.stop();
  }

  #note(object: KubeObject): void {
    const now = performance.now();
    const { kind, metadata, spec, status } = object;
    const id = objectId(kind, FLUX, metadata.name);
    const known = this.#changed.get(id);
    const wanted = JSON.stringify([spec, metadata.annotations]);
    const artifact = (status?.artifact as { revision?: string } | undefined)?.revision;
    this.#changed.set(id, {
      wanted,
      artifact,
      wantedAt: known !== undefined && known.wanted === wanted ? known.wantedAt : now,
      artifactAt: known !== undefined && known.artifact === artifact ? known.artifactAt : now,
    });
  }

  #kustomization(name: string): KubeObject | undefined {
    return this.#kustomizations.objects.get(objectId('Kustomization', FLUX, name));
  }

  /** Resolves with the time at which `look` first held. */
  #when(what: string, deadlineMs: number, look: () => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!look()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(performance.now());
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${deadlineMs} ms went by without ${what}`));
      }, deadlineMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** What a save of `text` in the ConfigMap `configMap` of `name` brings about; to be called before the save. */
  async saved(name: string, configMap: string, text: string, deadlineMs: number): Promise<Seen> {
    const before = statusOf(this.#kustomization(name)).lastAppliedRevision;
    const [liveAt, readyAt] = await Promise.all([
      this.#when(`ConfigMap ${configMap} with ${text}`, deadlineMs, () => {
        const found = this.#configMaps.objects.get(objectId('ConfigMap', 'default', configMap));
        return (found?.data as Record<string, string> | undefined)?.['app.properties']?.includes(text) === true;
      }),
      this.#when(`${name} Ready at another revision than ${before}`, deadlineMs, () => {
        const object = this.#kustomization(name);
        return object !== undefined && statusOf(object).lastAppliedRevision !== before && isReady(object);
      }),
    ]);
    const source = this.#changed.get(sourceOf(this.#kustomization(name)));
    const target = this.#changed.get(objectId('Kustomization', FLUX, name));
    const requestedAt = Math.max(source?.wantedAt ?? Number.NaN, target?.wantedAt ?? Number.NaN);
    return { requestedAt, fetchedAt: source?.artifactAt ?? Number.NaN, liveAt, readyAt };
  }

  /** Every one of `count` Kustomizations that is not suspended is Ready at what its source serves. */
  through(count: number, deadlineMs: number): Promise<number> {
    return this.#when(`all ${count} Kustomizations Ready`, deadlineMs, () => {
      const all = this.#kustomizations.objects.list();
      return (
        all.length >= count &&
        all.every((object) => {
          if (object.spec?.suspend === true) return true;
          const revision = this.#changed.get(sourceOf(object))?.artifact;
          return revision !== undefined && isReady(object, revision);
        })
      );
    });
  }
}

function sourceOf(object: KubeObject | undefined): string {
  const { name = '' } = (object?.spec?.sourceRef as { name?: string } | undefined) ?? {};
  return objectId('OCIRepository', FLUX, name);
}
