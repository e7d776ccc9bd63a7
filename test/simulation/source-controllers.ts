import type { KubeObject } from '../../src/domain/kube-object.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import { isAskedAnew, revisionOf } from './kustomize-controller.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { condition, idOf, type SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';
import { WorkQueue } from './work-queue.ts';

/** The shared one, of which everything is composed. */
const SOURCE = 'OCIRepository/flux-system/shop';
const INTERVAL_MS = 600_000;
const RETRY_MS = 20_000;

interface Run {
  readonly generation: number;
  readonly token: string | undefined;
  /** Of `spec.ref`; undefined: it follows the tag. */
  readonly digest: string | undefined;
}

/** source-controller and source-watcher: what is tagged becomes a source's revision, what a generator copies becomes an artifact's. */
export class SourceControllers {
  readonly queue: WorkQueue;
  /** The registry does not answer the controller. */
  isRegistryAway: () => boolean = () => false;
  readonly #cluster: SimulatedCluster;
  readonly #registry: SimulatedRegistry;
  /** What was read when the work began: its outcome is about that. */
  readonly #running = new Map<string, Run>();

  constructor(cluster: SimulatedCluster, registry: SimulatedRegistry, clock: SimulatedClock) {
    this.#cluster = cluster;
    this.#registry = registry;
    this.queue = new WorkQueue(clock, 2);
    cluster.onChange((id, before, after) => this.#see(id, before, after));
  }

  moves(): string[] {
    return [...this.#running.keys(), ...this.queue.takeable()];
  }

  move(id: string) {
    const running = this.#running.get(id);
    if (running === undefined) return this.#start(id);
    this.#running.delete(id);
    this.queue.done(id);
    const object = this.#cluster.objects.get(id);
    if (object === undefined) return;
    if (object.kind === 'ArtifactGenerator') this.#compose(object, running);
    else this.#fetch(object, running);
  }

  restart() {
    this.#running.clear();
    this.queue.restart();
    for (const object of [...this.#cluster.ofKind('OCIRepository'), ...this.#cluster.ofKind('ArtifactGenerator')])
      this.queue.add(idOf(object));
  }

  #see(id: string, before: KubeObject | undefined, after: KubeObject | undefined) {
    if (after === undefined) return;
    const isOurs = id.startsWith('OCIRepository/') || id.startsWith('ArtifactGenerator/');
    if (isOurs && (before === undefined || isAskedAnew(before, after))) this.queue.add(id);
    if (id !== SOURCE || revisionOf(before) === revisionOf(after)) return;
    for (const object of this.#cluster.ofKind('ArtifactGenerator')) this.queue.add(idOf(object));
  }

  #start(id: string) {
    this.queue.take(id);
    const object = this.#cluster.objects.get(id);
    if (object === undefined || object.spec?.suspend === true) return this.queue.done(id);
    const { generation = 0, annotations } = object.metadata;
    const { digest } = (object.spec?.ref ?? {}) as { readonly digest?: string };
    this.#running.set(id, { generation, token: annotations?.[REQUESTED_AT], digest });
  }

  #fetch(object: KubeObject, run: Run) {
    const id = idOf(object);
    const artifact = run.digest === undefined ? this.#registry.tagged : this.#registry.fetch(run.digest);
    const handled = run.token === undefined ? {} : { lastHandledReconcileAt: run.token };
    if (artifact === undefined || this.isRegistryAway()) {
      this.queue.addLater(id, RETRY_MS);
      const said = this.isRegistryAway() ? 'connection refused' : 'MANIFEST_UNKNOWN';
      const conditions = [condition('Ready', 'False', 'OCIArtifactPullFailed', run.generation, said)];
      return this.#cluster.setStatus(id, { ...handled, conditions });
    }
    this.queue.addLater(id, INTERVAL_MS);
    this.#cluster.setStatus(id, {
      ...handled,
      observedGeneration: run.generation,
      conditions: [condition('Ready', 'True', 'Succeeded', run.generation)],
      artifact:
        run.digest === undefined
          ? { revision: `latest@${artifact.digest}` }
          : { revision: artifact.digest, metadata: artifact.annotations },
    });
  }

  #compose(object: KubeObject, run: Run) {
    const source = this.#registry.ofRevision(revisionOf(this.#cluster.objects.get(SOURCE)));
    if (source === undefined) return this.queue.addLater(idOf(object), RETRY_MS);
    const artifacts = object.spec?.artifacts as readonly {
      readonly name: string;
      readonly copy: readonly { from: string }[];
    }[];
    for (const { name, copy } of artifacts) {
      const prefix = (copy[0]?.from ?? '').replace(/^@\w+\//, '').replace(/\*\*$/, '');
      const composed = this.#registry.compose(source, prefix);
      // A copy rule that finds nothing is an error: what was composed before stays.
      if (composed === undefined) return this.queue.addLater(idOf(object), RETRY_MS);
      const { digest } = composed;
      const id = `ExternalArtifact/${object.metadata.namespace}/${name}`;
      if (revisionOf(this.#cluster.objects.get(id)) !== `latest@${digest}`) {
        const conditions = [condition('Ready', 'True', 'Succeeded', 1)];
        this.#cluster.setStatus(id, { artifact: { revision: `latest@${digest}` }, conditions, observedGeneration: 1 });
      }
    }
    this.#cluster.setStatus(idOf(object), {
      ...(run.token === undefined ? {} : { lastHandledReconcileAt: run.token }),
      observedGeneration: run.generation,
      conditions: [condition('Ready', 'True', 'Succeeded', run.generation)],
    });
  }
}
