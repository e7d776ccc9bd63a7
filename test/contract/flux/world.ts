import { randomBytes } from 'node:crypto';
import type { TestContext } from 'vitest';
import { wallClock } from '../../../src/cluster/clock.ts';
import { type ListWatch, listWatch } from '../../../src/cluster/list-watch.ts';
import { collectionPath } from '../../../src/cluster/resource.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { pushFiles } from '../../embedded/push-files.ts';
import { type Fields, NamespaceObjects, UNTIL_MS } from './namespace-objects.ts';
import { conditionOf, isFailed, isReady, lineOf } from './observed-status.ts';
import { resourceFor } from './resources.ts';
import type { HeldRequests, ServedArtifact } from './served-artifacts.ts';
import type { FluxSubject } from './subject.ts';

export type Files = Readonly<Record<string, string>>;

/** One namespace with its Kustomizations under watch. Made by `openWorld`, closed when the test is over. */
export class FluxWorld extends NamespaceObjects {
  readonly #context: TestContext;
  readonly #watch: ListWatch;
  /** By name, every state that the watch has shown. */
  readonly #states = new Map<string, KubeObject[]>();
  readonly #listeners = new Set<() => void>();

  constructor(subject: FluxSubject, namespace: string, context: TestContext) {
    super(subject, namespace);
    this.#context = context;
    context.onTestFinished(() => this.#close());
    this.#watch = listWatch({
      client: subject.client,
      resource: resourceFor('Kustomization'),
      namespace,
      clock: wallClock,
      onEvent: (notice) => {
        if (notice.type !== 'added' && notice.type !== 'updated') return;
        const { name } = notice.object.metadata;
        this.#states.set(name, [...this.states(name), notice.object]);
        for (const listener of this.#listeners) listener();
      },
    });
  }

  get synced(): Promise<void> {
    return this.#watch.synced;
  }

  /** What is left must not keep the workers busy that other tests wait for. */
  async #close(): Promise<void> {
    this.#watch.stop();
    const path = collectionPath(resourceFor('Kustomization'), this.namespace);
    await this.subject.client.request({ method: 'DELETE', path });
  }

  /** Every state of a Kustomization that the watch has shown so far. */
  states(name: string): readonly KubeObject[] {
    return this.#states.get(name) ?? [];
  }

  /** What changed in the status of a Kustomization, a line for each write, since `after` states. */
  trail(name: string, after = 0): readonly string[] {
    const lines: string[] = [];
    for (const line of this.states(name).slice(after).map(lineOf)) if (line !== lines.at(-1)) lines.push(line);
    return lines;
  }

  /** Pushes the artifact that `source()` of that name reads; returns the revision it will have. */
  async push(files: Files, source = 'repo'): Promise<string> {
    return `latest@${await pushFiles(this.subject.registry, `${this.namespace}/${source}`, files)}`;
  }

  /** An OCIRepository. */
  source(name = 'repo', spec: Fields = {}): Promise<KubeObject> {
    return this.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name },
      spec: {
        interval: '10m',
        url: `oci://${this.subject.registry.host}/${this.namespace}/${name}`,
        insecure: true,
        ref: { tag: 'latest' },
        ...spec,
      },
    });
  }

  /** A GitRepository with this artifact, which no controller touches. */
  async fedSource(name: string, revision: string, served: ServedArtifact | undefined): Promise<void> {
    await this.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name },
      spec: { interval: '10m', url: 'https://example.invalid/repository' },
    });
    const lastUpdateTime = '2026-01-01T00:00:00Z';
    const artifact = served === undefined ? null : { ...served, revision, lastUpdateTime };
    await this.patch('GitRepository', name, { status: { artifact } }, '/status');
  }

  /** A Kustomization of the directory of its name in the source `repo`. */
  kustomization(name: string, spec: Fields = {}, metadata: Fields = {}): Promise<KubeObject> {
    return this.apply({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { ...metadata, name },
      spec: {
        interval: '10m',
        prune: true,
        path: `./${name}`,
        sourceRef: { kind: 'OCIRepository', name: 'repo' },
        ...spec,
      },
    });
  }

  /** A GitRepository that serves these files, which no controller touches. */
  async feed(name: string, files: Files, revision = 'main@sha1:0001'): Promise<string> {
    const path = `${this.namespace}/${name}-${revision.split(':')[1]}.tar.gz`;
    await this.fedSource(name, revision, this.subject.artifacts.serve(path, files));
    return revision;
  }

  /** Lets whoever fetches the artifact wait, at most until the test is over: each holds a worker. */
  hold(artifact: ServedArtifact): HeldRequests {
    const held = this.subject.artifacts.hold(artifact);
    this.#context.onTestFinished(() => held.release());
    return held;
  }

  /** A Kustomization of a source that is fed by hand, `name` unless `spec` names another. */
  fedKustomization(name: string, spec: Fields = {}, metadata: Fields = {}): Promise<KubeObject> {
    return this.kustomization(name, { path: './', sourceRef: { kind: 'GitRepository', name }, ...spec }, metadata);
  }

  /** The message of a condition, with what differs from run to run put in words. */
  message(object: KubeObject, type = 'Ready'): string {
    return (conditionOf(object, type)?.message ?? '')
      .replaceAll(this.namespace, 'NAMESPACE')
      .replaceAll(/\/tmp\/(?:kustomize-controller-\w+\/)?kustomization-\d+/g, 'ROOT')
      .replaceAll(/\b(?:\d+m)?\d+(?:\.\d+)?(?:ms|µs|s)\b/g, 'TIME')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  }

  askFor(kind: string, name: string, token: string): Promise<unknown> {
    return this.patch(kind, name, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } });
  }

  /** The first state of a Kustomization after `after` states that `accept` takes. */
  until(
    name: string,
    what: string,
    accept: (object: KubeObject) => boolean,
    after = 0,
    timeoutMs = UNTIL_MS,
  ): Promise<KubeObject> {
    const { promise, resolve, reject } = Promise.withResolvers<KubeObject>();
    const check = (): void => {
      const found = this.states(name).slice(after).find(accept);
      if (found !== undefined) resolve(found);
    };
    const timer = setTimeout(() => {
      const last = this.states(name).at(-1);
      const trail = [...this.trail(name, after), last === undefined ? 'nothing' : this.message(last)].join('\n');
      reject(new Error(`expected ${name} ${what} within ${timeoutMs} ms, found:\n${trail}`));
    }, timeoutMs);
    this.#listeners.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#listeners.delete(check);
    });
  }

  /** Asks for one more run at the same revision, and waits for its end. */
  async rerun(name: string): Promise<void> {
    await this.askFor('Kustomization', name, 'again');
    await this.until(name, 'answered', ({ status }) => status?.lastHandledReconcileAt === 'again');
  }

  /** Ready at its generation, at `revision` where one is given, and settled: the last write of the run is in. */
  ready(name: string, revision?: string, after = 0): Promise<KubeObject> {
    return this.until(name, `ready at ${revision}`, (object) => isReady(object, revision), after);
  }

  /** Failed for `reason` at its generation. */
  failed(name: string, reason: string, after = 0, timeoutMs = UNTIL_MS): Promise<KubeObject> {
    return this.until(name, `failed for ${reason}`, (object) => isFailed(object, reason), after, timeoutMs);
  }

  /** Polls for what no watch tells. */
  async polled(what: string, isSo: () => boolean): Promise<void> {
    const giveUpAt = Date.now() + UNTIL_MS;
    while (!isSo()) {
      if (Date.now() > giveUpAt) throw new Error(`expected ${what} within ${UNTIL_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** A ConfigMap of this namespace. */
  configMap(name: string, value = 'one', metadata: Fields = {}): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name, namespace: this.namespace },
      data: { value },
    });
  }
}

/** A namespace of the test's own. */
export async function openWorld(subject: FluxSubject, context: TestContext): Promise<FluxWorld> {
  const namespace = `flux-${randomBytes(4).toString('hex')}`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await subject.client.request({ method: 'POST', path: '/api/v1/namespaces', body });
  const world = new FluxWorld(subject, namespace, context);
  await world.synced;
  return world;
}
