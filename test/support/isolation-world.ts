import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeRequest } from '../../src/cluster/resource.ts';
import { FailureError, type FailureKind } from '../../src/domain/failure.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { Resolution } from '../../src/domain/resolution.ts';
import { type ObjectId, objectId } from '../../src/domain/target.ts';
import type { objectReference } from '../../src/effects/ask-flux.ts';
import { chooseSource } from '../../src/effects/choose-source.ts';
import { FLUX_ENGINE } from '../../src/effects/gitops-engine.ts';
import { isolationEffects } from '../../src/effects/isolation-effects.ts';
import { idOf, LiveView } from '../../src/effects/live-view.ts';
import { Underway } from '../../src/effects/underway.ts';
import { watchEffects } from '../../src/effects/watch-effects.ts';
import { jsonPatch } from '../../src/embedded/store/json-patch.ts';
import { mergePatch } from '../../src/embedded/store/merge-patch.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { isolationMachineId, targetMachineId, WATCH } from '../../src/machines/messages.ts';
import { stateName } from '../../src/machines/state-name.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { kustomization, NAMESPACE, ociRepository } from './flux-manifests.ts';
import { VirtualClock } from './virtual-clock.ts';

export const TARGET = objectId('Kustomization', NAMESPACE, 'a');
const SHOP = objectId('OCIRepository', NAMESPACE, 'shop');
export const OWN = objectId('OCIRepository', NAMESPACE, 'a-isolated');
/** What the target depends on, in a world that has it: it reads the same file. */
const FIRST = objectId('Kustomization', NAMESPACE, 'first');
const PARENT = objectId('Kustomization', NAMESPACE, 'parent');
const SESSION = `${NAMESPACE}/reconcile-machine-00000001`;
const PATH = 'a/own.yaml' as RelativePath;

const DEPENDENCY_REQUEUE_MS = 30_000;

/** A request on its way: first the world acts on it, then its answer is heard. */
interface OpenCall {
  readonly name: string;
  readonly act: () => unknown;
  readonly answer: (value: unknown) => void;
  readonly refuse: (error: unknown) => void;
  /** It goes on only when nothing else does. */
  isSlow: boolean;
  done: { readonly value: unknown } | { readonly error: unknown } | undefined;
}

/**
 * One isolated target, and what it may depend on, in a world that does one thing at a time: the engine with its real machines, decisions and effects; API server, registry and
 * Flux's controllers are a few lines each. So everything can happen between any two things.
 */
export class IsolationWorld {
  readonly clock = new VirtualClock();
  readonly #log = createMemoryLog();
  readonly events: LoggedEvent[] = [];
  /** What the one file of the target's build holds. */
  file = 'one';
  isFetchable = true;
  /** Whether the watch brings a change before the answer to the request that made it. */
  readonly #watchFirst: boolean;
  readonly #targets: readonly ObjectId[];
  /** The next call is answered with it, and not acted on. */
  refusal: FailureKind | undefined;
  /** Until then nobody answers, and nothing is acted on. */
  awayUntil = 0;
  /** The next call is acted on, and its answer is lost. */
  losesAnswer = false;
  /** At the next resolution the target's own manifest has changed, so that its parent has to get it back. */
  returnsChild = false;
  readonly #objects = new Map<ObjectId, KubeObject>();
  readonly #artifacts = new Map<string, string>();
  /** Digests of artifacts that the registry does not have any more. */
  readonly #lost = new Set<string>();
  /** What source-controller failed to fetch is not tried again before it is asked, or the spec changes. */
  readonly #failedFor = new Map<ObjectId, string>();
  #tagged = '';
  #version = 100;
  #calls: OpenCall[] = [];
  #changes: { readonly object: KubeObject; readonly isGone: boolean }[] = [];
  readonly #ran = new Map<ObjectId, string>();
  /** When who was sent away looks again by itself. */
  readonly #looksAgainAt = new Map<ObjectId, number>();
  /** Digests of all contents that the dependency has ever applied. */
  readonly #appliedByFirst = new Set<string>();
  /** What was put before the target although its dependency had never applied that. */
  readonly tooEarly: string[] = [];
  /** What the target's own source was pointed at last. */
  #preparedContent = '';
  #view = new LiveView();
  #engine: Engine;

  constructor(options: { readonly watchFirst: boolean; readonly hasDependency?: boolean }) {
    this.#watchFirst = options.watchFirst;
    this.#targets = options.hasDependency === true ? [FIRST, TARGET] : [TARGET];
    this.#push(undefined, 'latest');
    this.#write({ ...ociRepository('shop', 'registry.example'), metadata: { name: 'shop', namespace: NAMESPACE } });
    if (this.#targets.includes(FIRST)) this.#write(kustomization('first'));
    this.#letFluxAct();
    this.createTarget();
    this.#letFluxAct();
    this.#changes = [];
    this.#engine = this.#boot(
      this.#targets.map((id) => ({ machine: targetMachineId(id), type: 'BaselineFound', digest: digestOf('one') })),
    );
  }

  #letFluxAct(): void {
    while (this.#sourceControllerActs() || this.#kustomizeControllerActs()) {}
  }

  createTarget(): void {
    const object = kustomization('a', this.#targets.includes(FIRST) ? { dependsOn: [{ name: 'first' }] } : undefined);
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'parent',
      'kustomize.toolkit.fluxcd.io/namespace': NAMESPACE,
    };
    this.#write({ ...object, metadata: { ...object.metadata, labels } });
  }

  delete(id: ObjectId): void {
    const object = this.#objects.get(id);
    if (object === undefined) return;
    this.#objects.delete(id);
    this.#changes.push({ object, isGone: true });
  }

  save(text: string): void {
    this.file = text;
    this.#engine.dispatch({ machine: WATCH, type: 'FilesChanged', paths: [PATH] });
  }

  /** The registry forgets what was pushed for the target alone, and source-controller, which has lost it too, finds out. */
  loseArtifact(): void {
    const digest = digestIn(this.#objects.get(OWN));
    if (digest !== undefined) this.#lost.add(digest);
  }

  wantFull(): void {
    const full = { reason: 'requested', detail: 'asked for' };
    this.#engine.dispatch({ machine: WATCH, type: 'FullReconcileRequested', full });
  }

  /** What is on its way is never heard of again; the next process has the same session (it adopts it). */
  crash(): void {
    this.#engine.stop();
    this.#calls = [];
    this.#changes = [];
    this.#engine = this.#boot([]);
  }

  object(id: ObjectId): KubeObject | undefined {
    return this.#objects.get(id);
  }

  patch(id: ObjectId, body: unknown): void {
    const object = this.#objects.get(id);
    if (object !== undefined) this.#write(mergePatch(object, body) as KubeObject);
  }

  /** The newest content is what Flux applied last, everywhere. */
  get isLive(): boolean {
    return this.#targets.every((id) => this.#appliedTo(id) === this.file);
  }

  get isGivenUp(): boolean {
    return this.#targets.some((id) => this.stateOf(targetMachineId(id)) === 'dead-letter');
  }

  #appliedTo(id: ObjectId): string | undefined {
    const revision = String(this.#objects.get(id)?.status?.lastAppliedRevision ?? '');
    return this.#artifacts.get(revision.split('@').at(-1) ?? '');
  }

  stateOf(machine: string): string {
    const snapshot = this.#engine.state.machines.get(machine);
    return snapshot === undefined ? 'absent' : stateName(snapshot);
  }

  get isolation(): string {
    return this.stateOf(isolationMachineId(TARGET));
  }

  /** Does the next thing, and says what; undefined: there is nothing to do but wait. */
  async step(): Promise<string | undefined> {
    await nextTurn();
    await nextTurn();
    if (this.#watchFirst && this.#deliver()) return 'the watch tells';
    const next = this.#calls.find(({ isSlow }) => !isSlow);
    if (next !== undefined) return this.#goOn(next);
    if (this.#deliver()) return 'the watch tells';
    if (this.#sourceControllerActs()) return 'source-controller acts';
    if (this.#kustomizeControllerActs()) return 'kustomize-controller acts';
    const [slow] = this.#calls;
    return slow === undefined ? undefined : this.#goOn(slow);
  }

  /** What is on its way goes on only when nothing else does. */
  slowDown(): void {
    for (const call of this.#calls) call.isSlow = true;
  }

  #goOn(call: OpenCall): string {
    if (call.done === undefined) {
      call.done = this.#outcomeOf(call);
      return `done: ${call.name}`;
    }
    this.#calls = this.#calls.filter((other) => other !== call);
    if ('error' in call.done) call.refuse(call.done.error);
    else call.answer(call.done.value);
    return `answered: ${call.name}`;
  }

  get isAtRest(): boolean {
    return this.stateOf(WATCH) === 'idle' && [...this.#engine.state.pending.values()].length === 0;
  }

  get described(): string {
    const targets = this.#targets.map((id) => {
      const { metadata, spec, status } = this.#objects.get(id) ?? {};
      const states = `${this.stateOf(targetMachineId(id))}, isolation ${this.stateOf(isolationMachineId(id))}`;
      return `${id} ${states}, live ${this.#appliedTo(id)}, ${JSON.stringify([metadata?.generation, spec?.sourceRef, status])}`;
    });
    return [
      `watch ${this.stateOf(WATCH)}, file ${this.file}`,
      ...targets,
      ...this.events
        .slice(-25)
        .map(({ machine, type, effect = '', reason = '' }) => `${machine} ${type} ${String(effect)} ${String(reason)}`),
    ].join('\n');
  }

  #boot(baseline: readonly { machine: string; type: string; digest: string }[]): Engine {
    const view = new LiveView();
    view.session = SESSION;
    for (const object of this.#objects.values()) view.put(object);
    view.readFrom(SHOP);
    this.#view = view;
    const artifact = () => ({ content: digestOf(this.file), files: [this.#pushFile()] });
    const client = this.#client();
    const shared = {
      client,
      view,
      engine: () => engine,
      now: () => this.clock.now(),
      saving: new Underway(),
    };
    const artifactOf = () => ({ artifact: artifact() });
    const isOn = { isOn: () => true, session: () => SESSION, registry: undefined };
    const engine: Engine = new Engine({
      log: this.#log,
      clock: this.clock,
      kinds: WATCH_KINDS,
      limits: DEFAULT_LIMITS,
      onCommit: (events) => {
        this.events.push(...events);
        for (const event of events) this.#checkTurn(event);
      },
      effects: {
        ...isolationEffects({
          ...shared,
          session: () => SESSION,
          artifactOf,
          registryOf: () => ({ client: this.#registry(), tag: undefined }),
          addressOf: () => ({ url: 'oci://registry.example/shop', insecure: false }),
          runHooks: async () => undefined,
        }),
        ...watchEffects({
          ...shared,
          fed: () => ({
            id: SHOP,
            definition: undefined,
            push: { url: 'oci://registry.example/shop', tag: 'latest', insecure: true },
            notPushable: undefined,
          }),
          dryRun: false,
          workspace: {
            resolve: ({ known, full, changed }) => this.#resolution(known, full, changed),
            digests: () => this.#digests(),
            builds: () => ({}),
            filesToPush: () => [this.#pushFile()],
          },
          sweep: async () => [],
          findBaseline: async () => this.#findBaseline(),
          gitUnlocked: async () => false,
          engines: [FLUX_ENGINE],
          patch: client.patch,
          push: async () => (await this.#registry().pushArtifact({ files: [], tag: 'latest', config: {} })) as never,
          runHooks: async () => undefined,
          choose: chooseSource({ view, machines: () => engine.state.machines, artifactOf, ...isOn }),
          children: () => {
            const changed = this.returnsChild ? [{ child: TARGET, parent: PARENT, isIsolated: true }] : [];
            this.returnsChild = false;
            return {
              changed: this.#view.object(TARGET)?.metadata.annotations === undefined ? [] : changed,
              dropped: [],
            };
          },
        }),
      },
    });
    engine.start();
    const isolations = [...engine.state.machines.keys()].filter((id) => id.startsWith('isolation/'));
    const began = isolations.map((machine) => ({ machine, type: 'SessionBegan' }));
    if (began.length > 0) engine.dispatch(...began);
    view.takeMappingChanged();
    engine.dispatch(...view.eventsFor(engine.state, SHOP), ...view.goneEvents(engine.state));
    engine.dispatch(...baseline);
    engine.settleInterrupted();
    engine.dispatch({ machine: WATCH, type: 'WatchStarted' });
    return engine;
  }

  /** What a target has that was made anew is read from what it applied. */
  #findBaseline(): void {
    for (const id of this.#targets) {
      const machine = targetMachineId(id);
      const context = this.#engine.state.machines.get(machine)?.context as TargetContext | undefined;
      const live = this.#appliedTo(id);
      if (context === undefined || context.desiredDigest !== undefined || context.owed || live === undefined) continue;
      this.#engine.dispatch(
        { machine, type: 'BaselineFound', digest: digestOf(live) },
        { machine: WATCH, type: 'DefinitionsChanged', reason: 'baseline' },
      );
    }
  }

  #checkTurn({ machine, type, effect, params }: LoggedEvent): void {
    if (type !== 'EffectRequested' || machine !== isolationMachineId(TARGET) || !this.#targets.includes(FIRST)) return;
    const { content } = (params ?? {}) as { readonly content?: string };
    if (effect === 'createSource' || effect === 'moveSource') this.#preparedContent = content ?? '';
    const { sourceRef } = (this.#objects.get(TARGET)?.spec ?? {}) as {
      readonly sourceRef?: { readonly name?: string };
    };
    const isRead = sourceRef?.name === 'a-isolated';
    if (effect !== 'switchTarget' && effect !== 'moveSource' && !(effect === 'createSource' && isRead)) return;
    if (!this.#appliedByFirst.has(this.#preparedContent)) this.tooEarly.push(`${effect} ${this.#preparedContent}`);
  }

  #digests(): Record<ObjectId, string> {
    return Object.fromEntries(this.#targets.map((id) => [id, digestOf(this.file)]));
  }

  #pushFile() {
    const text = this.file;
    return { path: PATH, mode: 0o644, digest: digestOf(text), bytes: text.length, read: () => Buffer.from(this.file) };
  }

  #resolution(
    known: Readonly<Record<ObjectId, string | undefined>>,
    full: Resolution['full'],
    changed: readonly RelativePath[],
  ): Resolution {
    const digest = digestOf(this.file);
    const rule = full !== undefined ? ('full' as const) : changed.length > 0 ? ('closure' as const) : ('owed' as const);
    const affected = this.#targets.filter((id) => {
      const isThere = this.#view.target(id) !== undefined;
      return isThere && (full !== undefined || (known[id] !== undefined && known[id] !== digest));
    });
    return {
      decisions: [],
      full,
      affected: affected.map((id) => ({ id, rule, digest, because: [] })),
      held: [],
      suspended: [],
      contentDigest: digest,
      fileCount: 1,
      pruneRisk: undefined,
      digests: this.#digests(),
      bystanders: 0,
    };
  }

  #call<T>(name: string, act: () => T): Promise<T> {
    return new Promise((resolve, refuse) => {
      this.#calls.push({
        name,
        act,
        answer: resolve as (value: unknown) => void,
        refuse,
        isSlow: false,
        done: undefined,
      });
    });
  }

  #outcomeOf({ act, name }: OpenCall): NonNullable<OpenCall['done']> {
    if (this.clock.now() < this.awayUntil)
      return { error: new FailureError({ kind: 'unavailable', message: `${name}: connection refused` }) };
    if (this.refusal !== undefined) {
      const kind = this.refusal;
      this.refusal = undefined;
      return { error: new FailureError({ kind, message: `${name}: ${kind}` }) };
    }
    try {
      const value = act();
      if (!this.losesAnswer) return { value };
      this.losesAnswer = false;
      return { error: new FailureError({ kind: 'timeout', message: `${name}: no answer` }) };
    } catch (error) {
      return { error };
    }
  }

  #registry(): RegistryClient {
    return {
      pushArtifact: ({ tag, files }: { tag?: string; files: readonly { read(): Uint8Array }[] }) => {
        const text = files[0] === undefined ? this.file : Buffer.from(files[0].read()).toString();
        return this.#call(`push ${tag ?? 'by digest'}`, () => this.#push(text, tag));
      },
    } as unknown as RegistryClient;
  }

  #push(text = this.file, tag?: string) {
    const digest = `sha256:${digestOf(`${tag ?? 'own'} ${text}`)}`;
    this.#artifacts.set(digest, text);
    this.#lost.delete(digest);
    if (tag !== undefined) this.#tagged = digest;
    return { digest, revision: tag === undefined ? digest : `${tag}@${digest}`, unchanged: false, bytesSent: 1 };
  }

  #client() {
    const patch = (
      reference: Parameters<typeof objectReference>[1] | { name: string; plural: string },
      body: unknown,
    ) =>
      this.#call(`patch ${nameOf(reference)}`, () =>
        this.#write(mergePatch(this.#known(idNamed(reference)), body) as KubeObject),
      );
    return {
      get: (reference: { name: string; plural: string }) =>
        this.#call(`get ${reference.name}`, () => this.#known(idNamed(reference))),
      patch,
      annotate: (reference: { name: string; plural: string }, annotations: unknown) =>
        patch(reference, { metadata: { annotations } }),
      request: async ({ method, path, body }: { method: string; path: string; body?: unknown }) => {
        const { name, resource = '' } = describeRequest(method, path);
        const plural = resource.split('.')[0] ?? '';
        const json = await this.#call(`${method} ${name ?? plural}`, () => {
          if (method === 'POST') return this.#create(body as KubeObject);
          const id = idNamed({ name: name ?? '', plural });
          const known = this.#known(id);
          if (method === 'DELETE') return this.delete(id);
          return this.#write(patched(known, body as readonly unknown[]));
        });
        return { status: 200, headers: {}, json };
      },
    } as never as Parameters<typeof isolationEffects>[0]['client'];
  }

  #known(id: ObjectId): KubeObject {
    const object = this.#objects.get(id);
    if (object !== undefined) return object;
    throw new FailureError({ kind: 'not-found', message: `${id} not found`, statusCode: 404 });
  }

  #create(object: KubeObject): KubeObject {
    if (!this.#objects.has(idOf(object))) return this.#write(object);
    throw new FailureError({ kind: 'conflict', message: 'exists', statusCode: 409 });
  }

  #write(object: KubeObject): KubeObject {
    const known = this.#objects.get(idOf(object));
    this.#version += 1;
    const isSame = JSON.stringify(known?.spec) === JSON.stringify(object.spec);
    const written: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: known?.metadata.uid ?? `uid-${this.#version}`,
        generation: (known?.metadata.generation ?? 0) + (isSame ? 0 : 1),
        resourceVersion: String(this.#version),
      },
    };
    this.#objects.set(idOf(written), written);
    this.#changes.push({ object: written, isGone: false });
    return written;
  }

  #deliver(): boolean {
    const change = this.#changes.shift();
    if (change === undefined) return false;
    const { object, isGone } = change;
    const view = this.#view;
    if (isGone) view.remove(object);
    else view.put(object);
    const { state } = this.#engine;
    const isNew = view.takeMappingChanged();
    const events = [...view.eventsFor(state, SHOP, isNew ? undefined : idOf(object)), ...view.goneEvents(state)];
    if (isNew) events.push({ machine: WATCH, type: 'DefinitionsChanged', reason: 'mapping' });
    if (events.length > 0) this.#engine.dispatch(...events);
    return true;
  }

  #sourceControllerActs(): boolean {
    for (const object of [...this.#objects.values()]) {
      if (object.kind !== 'OCIRepository') continue;
      const digest = digestIn(object);
      const revision = digest ?? `latest@${this.#tagged}`;
      const token = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
      // Of an own source only: the cluster knows the registry of the shared one.
      const isFetched = digest === undefined || this.isFetchable;
      const isLost = this.#isLost(object);
      const artifact = isLost ? undefined : isFetched ? { revision } : object.status?.artifact;
      const message = isLost ? 'MANIFEST_UNKNOWN: manifest unknown' : '';
      const next = { ...status(object, isFetched && !isLost, { lastHandledReconcileAt: token }, message), artifact };
      if (isUpToDate(object, next)) continue;
      this.#write({ ...object, status: next });
      return true;
    }
    return false;
  }

  #isLost(object: KubeObject): boolean {
    const { uid, generation, annotations } = object.metadata;
    const run = JSON.stringify([uid, generation, annotations?.['reconcile.fluxcd.io/requestedAt']]);
    const isLost = this.#lost.has(digestIn(object) ?? '') || this.#failedFor.get(idOf(object)) === run;
    if (isLost) this.#failedFor.set(idOf(object), run);
    return isLost;
  }

  /** Whoever depends on another comes first, as may be. */
  #kustomizeControllerActs(): boolean {
    return [...this.#targets].reverse().some((id) => this.#kustomizationActs(id));
  }

  /** Runs for a new spec, a new revision and a request; because of time only where its dependency was not Ready. */
  #kustomizationActs(id: ObjectId): boolean {
    const object = this.#objects.get(id);
    if (object === undefined) return false;
    const revision = this.#servedTo(object);
    const token = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
    const run = JSON.stringify([object.metadata.uid, object.metadata.generation, revision, token]);
    if (run === this.#ran.get(id) && this.clock.now() < (this.#looksAgainAt.get(id) ?? Infinity)) return false;
    this.#ran.set(id, run);
    this.#looksAgainAt.delete(id);
    const before = object.status ?? {};
    if (id === TARGET && !this.#isDependencyReady(object)) {
      this.#looksAgainAt.set(id, this.clock.now() + DEPENDENCY_REQUEUE_MS);
      this.#write({ ...object, status: { ...before, ...sentAway(object, { lastHandledReconcileAt: token }) } });
      return true;
    }
    const applied = revision === undefined ? {} : { lastAppliedRevision: revision, lastAttemptedRevision: revision };
    const now = status(object, revision !== undefined, { lastHandledReconcileAt: token });
    this.#write({ ...object, status: { ...before, ...now, ...applied } });
    if (id === FIRST) this.#appliedByFirst.add(digestOf(this.#appliedTo(FIRST) ?? ''));
    return true;
  }

  #servedTo(object: KubeObject): string | undefined {
    const reference = object.spec?.sourceRef as { kind: string; name: string; namespace?: string };
    const source = this.#objects.get(objectId(reference.kind, reference.namespace ?? NAMESPACE, reference.name));
    return (source?.status?.artifact as { revision?: string } | undefined)?.revision;
  }

  /** Ready, and at the revision of the source, where they share it. */
  #isDependencyReady(object: KubeObject): boolean {
    const first = this.#objects.get(FIRST);
    if (first === undefined) return true;
    const { conditions = [], lastAppliedRevision } = (first.status ?? {}) as {
      conditions?: readonly { readonly status: string; readonly observedGeneration?: number }[];
      lastAppliedRevision?: string;
    };
    const isReady = conditions.some(
      (ready) => ready.status === 'True' && ready.observedGeneration === first.metadata.generation,
    );
    const isShared = JSON.stringify(first.spec?.sourceRef) === JSON.stringify(object.spec?.sourceRef);
    return isReady && (!isShared || lastAppliedRevision === this.#servedTo(first));
  }
}

function sentAway(object: KubeObject, more: Record<string, unknown>): Record<string, unknown> {
  const { generation: observedGeneration } = object.metadata;
  const reason = 'DependencyNotReady';
  return { ...more, conditions: [{ type: 'Ready', status: 'False', reason, message: '', observedGeneration }] };
}

function digestIn(source: KubeObject | undefined): string | undefined {
  return (source?.spec?.ref as { readonly digest?: string } | undefined)?.digest;
}

function status(
  object: KubeObject,
  isReady: boolean,
  more: Record<string, unknown>,
  message = '',
): Record<string, unknown> {
  const { generation } = object.metadata;
  const reason = isReady ? 'Succeeded' : object.kind === 'OCIRepository' ? 'OCIArtifactPullFailed' : 'ArtifactFailed';
  const condition = {
    type: 'Ready',
    status: isReady ? 'True' : 'False',
    reason,
    message,
    observedGeneration: generation,
  };
  return { ...more, observedGeneration: generation, conditions: [condition] };
}

function isUpToDate(object: KubeObject, next: Record<string, unknown>): boolean {
  return JSON.stringify(sorted(object.status ?? {})) === JSON.stringify(sorted(next));
}

function sorted(fields: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function patched(object: KubeObject, operations: readonly unknown[]): KubeObject {
  try {
    return jsonPatch(object, operations) as KubeObject;
  } catch (error) {
    throw new FailureError({ kind: 'invalid', message: 'a test failed', statusCode: 422 }, { cause: error });
  }
}

function nameOf(reference: unknown): string {
  return (reference as { name: string }).name;
}

function idNamed(reference: unknown): ObjectId {
  const { name, plural } = reference as { name: string; plural: string };
  return objectId(plural === 'kustomizations' ? 'Kustomization' : 'OCIRepository', NAMESPACE, name);
}

function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}
