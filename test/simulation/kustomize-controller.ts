import { type Build, buildOfArtifact } from '../../models/kustomize-build.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { condition, idOf, type SimulatedCluster } from './simulated-cluster.ts';
import type { Artifact, SimulatedRegistry } from './simulated-registry.ts';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 4;
const DEPENDENCY_RETRY_MS = 30_000;
const RETRY_MS = 60_000;

interface Run {
  readonly id: string;
  readonly generation: number;
  readonly token: string | undefined;
  readonly revision: string;
  readonly artifact: Artifact;
  readonly path: string;
  phase: 'building' | 'health';
  content: string;
}

export interface AppliedTarget {
  readonly content: string;
  readonly artifact: Artifact;
}

export interface AppliedListener {
  applied(target: string, applied: AppliedTarget): void;
  answered(target: string, token: string | undefined, content: string): void;
}

/** kustomize-controller, as far as its conditions, revisions, dependencies and requests go. It works when a step lets it. */
export class KustomizeController {
  readonly queue: WorkQueue;
  readonly applied = new Map<string, AppliedTarget>();
  /** Their health checks do not end, or end badly. */
  readonly slow = new Set<string>();
  readonly failing = new Set<string>();
  readonly #runs = new Map<string, Run>();
  readonly #cluster: SimulatedCluster;
  readonly #registry: SimulatedRegistry;
  readonly #listener: AppliedListener;

  constructor(
    cluster: SimulatedCluster,
    registry: SimulatedRegistry,
    clock: SimulatedClock,
    listener: AppliedListener,
  ) {
    this.#cluster = cluster;
    this.#registry = registry;
    this.#listener = listener;
    this.queue = new WorkQueue(clock, WORKERS);
    cluster.onChange((id, before, after) => this.#see(id, before, after));
  }

  /** What it could do next, by target. */
  moves(): string[] {
    const runs = [...this.#runs.values()].filter(({ id, phase }) => phase === 'building' || !this.slow.has(id));
    return [...runs.map(({ id }) => id), ...this.queue.takeable()];
  }

  move(id: string) {
    const run = this.#runs.get(id);
    if (run === undefined) this.#start(id);
    else if (run.phase === 'building') this.#apply(run);
    else this.#finish(run);
  }

  restart() {
    this.#runs.clear();
    this.queue.restart();
    for (const object of this.#cluster.ofKind('Kustomization')) this.queue.add(idOf(object));
  }

  #see(id: string, before: KubeObject | undefined, after: KubeObject | undefined) {
    const kind = id.slice(0, id.indexOf('/'));
    if (kind === 'Kustomization') {
      if (after === undefined) this.applied.delete(id);
      else if (before === undefined || isAskedAnew(before, after)) this.queue.add(id);
      return;
    }
    // A new revision of a source runs everything that reads it.
    if (after === undefined || revisionOf(before) === revisionOf(after)) return;
    for (const object of this.#cluster.ofKind('Kustomization'))
      if (sourceOf(object) === id) this.queue.add(idOf(object));
  }

  #start(id: string) {
    this.queue.take(id);
    const object = this.#cluster.objects.get(id);
    if (object === undefined || object.spec?.suspend === true) return this.queue.done(id);
    const { generation = 0 } = object.metadata;
    const token = object.metadata.annotations?.[REQUESTED_AT];
    const revision = revisionOf(this.#cluster.objects.get(sourceOf(object)));
    const artifact = this.#registry.ofRevision(revision);
    const run = { id, generation, token, path: pathOf(object), phase: 'building' as const, content: '' };
    if (revision === undefined || artifact === undefined) {
      return this.#refuse({ ...run, revision: '' }, 'ArtifactFailed', DEPENDENCY_RETRY_MS);
    }
    if (this.#waitsForDependency(object, revision)) {
      return this.#refuse({ ...run, revision }, 'DependencyNotReady', DEPENDENCY_RETRY_MS);
    }
    this.#runs.set(id, { ...run, revision, artifact });
    this.#cluster.setStatus(id, { conditions: [condition('Ready', 'Unknown', 'Progressing', generation)] });
  }

  #apply(run: Run) {
    const made: Build = buildOfArtifact(run.artifact.files, run.path);
    if (made.kind === 'no-path') return this.#refuse(run, 'ArtifactFailed', RETRY_MS);
    if (made.kind === 'failed') return this.#refuse(run, 'BuildFailed', RETRY_MS, run.revision);
    run.phase = 'health';
    run.content = made.content;
    if (!this.#cluster.objects.has(run.id)) return;
    const applied = { content: made.content, artifact: run.artifact };
    this.applied.set(run.id, applied);
    this.#listener.applied(run.id, applied);
  }

  #finish(run: Run) {
    if (this.failing.has(run.id)) return this.#refuse(run, 'HealthCheckFailed', RETRY_MS, run.revision);
    this.#end(run, 'True', 'ReconciliationSucceeded', {
      observedGeneration: run.generation,
      lastAppliedRevision: run.revision,
      lastAttemptedRevision: run.revision,
    });
    this.#listener.answered(run.id, run.token, run.content);
  }

  #refuse(run: Omit<Run, 'artifact'>, reason: string, retryMs: number, attempted?: string) {
    this.#end(run, 'False', reason, attempted === undefined ? {} : { lastAttemptedRevision: attempted });
    this.queue.addLater(run.id, retryMs);
  }

  #end(run: Omit<Run, 'artifact'>, ready: 'True' | 'False', reason: string, fields: Record<string, unknown>) {
    this.#runs.delete(run.id);
    this.queue.done(run.id);
    this.#cluster.setStatus(run.id, {
      ...fields,
      conditions: [condition('Ready', ready, reason, run.generation)],
      ...(run.token === undefined ? {} : { lastHandledReconcileAt: run.token }),
    });
  }

  #waitsForDependency(object: KubeObject, revision: string): boolean {
    const names = (object.spec?.dependsOn ?? []) as readonly { readonly name: string }[];
    return names.some(({ name }) => {
      const other = this.#cluster.objects.get(`Kustomization/${object.metadata.namespace}/${name}`);
      if (other === undefined || !isReady(other)) return true;
      return sourceOf(other) === sourceOf(object) && other.status?.lastAppliedRevision !== revision;
    });
  }
}

export function isReady(object: KubeObject): boolean {
  const { generation } = object.metadata;
  const [ready] = (object.status?.conditions ?? []) as readonly { status: string; observedGeneration: number }[];
  return (
    ready?.status === 'True' &&
    ready.observedGeneration === generation &&
    object.status?.observedGeneration === generation
  );
}

export function sourceOf(object: KubeObject): string {
  const reference = object.spec?.sourceRef as { readonly kind: string; readonly name: string } | undefined;
  return `${reference?.kind}/${object.metadata.namespace}/${reference?.name}`;
}

export function pathOf(object: KubeObject): string {
  return String(object.spec?.path).replace(/^\.\//, '');
}

export function revisionOf(object: KubeObject | undefined): string | undefined {
  return (object?.status?.artifact as { readonly revision?: string } | undefined)?.revision;
}

/** By its spec, or by an annotation: what a controller watches for. */
export function isAskedAnew(before: KubeObject, after: KubeObject): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.annotations?.[REQUESTED_AT] !== after.metadata.annotations?.[REQUESTED_AT]
  );
}
