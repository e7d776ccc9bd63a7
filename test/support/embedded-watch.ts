import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { HappeningsOf } from '../../src/cli/happenings-of.ts';
import { startWatchSession, type WatchSession, type WatchSessionOptions } from '../../src/cli/watch-session.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { REQUESTED_AT as APPLICATION_REQUESTED_AT } from '../../src/domain/argo/annotations.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { UNREADABLE_BY_BUILDS } from '../../src/domain/unreadable-by-builds.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import {
  type ArgoCdOptions,
  type ClusterOptions,
  type EmbeddedArgoCd,
  type EmbeddedCluster,
  type EmbeddedFlux,
  type EmbeddedRegistry,
  startArgoCd,
  startCluster,
  startFlux,
  startRegistry,
} from '../../src/embedded/testing.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { WATCH } from '../../src/machines/messages.ts';
import { stateName } from '../../src/machines/state-name.ts';
import type { DecisionSummary } from '../../src/machines/watch-context.ts';
import type { Happening } from '../../src/ui/happening.ts';
import { renderHappening } from '../../src/ui/render-watch.ts';
import { createStyle } from '../../src/ui/style.ts';
import { NAMESPACE, ociRepository } from './flux-manifests.ts';
import { type GatedClock, gatedClock, UNTIL_OPENED_MS } from './gated-clock.ts';
import { until } from './poll.ts';

export interface EmbeddedWatchOptions {
  /** Path → text, relative to the directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Flux's objects besides the source that the directory feeds; they may name the registry. */
  readonly objects: readonly KubeObject[] | ((registryHost: string) => readonly KubeObject[]);
  /** Argo CD is there, too, before the objects are; then no source of Flux is made. */
  readonly argo?: Omit<ArgoCdOptions, 'cluster'>;
  /** In place of OCIRepository/flux-system/shop. */
  readonly source?: KubeObject;
  /** Which Kustomizations fail when they apply, and with what message. */
  readonly fail?: (name: string) => string | undefined;
  /** Runs once the files are there, before anything else. */
  readonly prepare?: (dir: string) => void;
  /** What the watch is told at its start. Unless said otherwise it begins with a full reconcile. */
  readonly watch?: Partial<WatchSessionOptions>;
  readonly cluster?: ClusterOptions;
  /** Waits for the first full reconcile to end. Default true, where there is one. */
  readonly settled?: boolean;
}

/** What came of an edit: all between it and the next time that the watch is at rest and nothing on the disk is unseen. */
export interface Cycle {
  readonly events: readonly LoggedEvent[];
  /** `<namespace>/<name>` (without the namespace flux-system) of each Kustomization whose `requestedAt` changed in the cluster. */
  readonly asked: readonly string[];
  /** One entry a request, in the order of the requests. */
  readonly askedInOrder: readonly string[];
  /** Manifests that were written to the registry. */
  readonly pushes: number;
  /** What the user is shown, without a terminal. */
  readonly text: string;
  /** Reason by path. */
  readonly decisions: Readonly<Record<string, string>>;
  /** Whether any batch was a full reconcile. */
  readonly full: boolean;
}

export interface EmbeddedWatch {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly flux: EmbeddedFlux;
  readonly argo: EmbeddedArgoCd | undefined;
  readonly session: WatchSession;
  readonly dir: string;
  readonly home: string;
  readonly events: readonly LoggedEvent[];
  /** All that was shown so far. */
  text(): string;
  write(path: string, text: string): void;
  remove(path: string): void;
  /** New times, same content. */
  touch(path: string): void;
  /** Kustomizations of these names stop when they apply, until the gate is opened. */
  readonly gated: Set<string>;
  readonly gate: GatedClock;
  /** Makes the change, waits until a file event of it has come, and until all it brought about is through. */
  edit(change: () => void | Promise<void>): Promise<Cycle>;
  /** The same without waiting for a file event: for what changes in the cluster. */
  during(change: () => void | Promise<void>): Promise<Cycle>;
  /** Until the watch is at rest and a look at the whole tree finds nothing new. */
  atRest(): Promise<void>;
  until<T>(what: string, look: () => T | undefined | false): Promise<T>;
  untilShown(text: string | RegExp): Promise<void>;
  /** `data.value` of a ConfigMap. */
  live(name: string, namespace?: string): unknown;
  /** Resolves once every Kustomization that is not suspended is Ready at its source's revision. */
  allReady(): Promise<void>;
  stop(): Promise<void>;
}

export function writeTree(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** A directory, a cluster, a registry, Flux's stand-ins and a watch that talks to them over HTTP; all gone when the test ends. */
export async function startEmbeddedWatch(options: EmbeddedWatchOptions): Promise<EmbeddedWatch> {
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-watch-'));
  const dir = join(home, 'shop');
  const closing: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  onTestFinished(stop);
  writeTree(dir, options.files);
  options.prepare?.(dir);

  const cluster = await startCluster(options.cluster);
  closing.push(() => cluster.stop());
  const registry = await startRegistry();
  closing.push(() => registry.stop());
  const argo =
    options.argo === undefined ? undefined : await startArgoCd({ builder: 'plain', ...options.argo, cluster });
  if (argo !== undefined) closing.push(() => argo.stop());
  const others = typeof options.objects === 'function' ? options.objects(registry.host) : options.objects;
  const source = options.source ?? ociRepository('shop', registry.host);
  for (const object of argo === undefined ? [source, ...others] : others) cluster.objects.apply(object);
  const gated = new Set<string>();
  const gate = gatedClock();
  const flux = await startFlux({
    cluster,
    builder: 'plain',
    clock: gate,
    dependencyRequeueMs: 30_000,
    healthPollMs: 20,
    latency: { apply: (object) => (gated.has(object.metadata.name) ? UNTIL_OPENED_MS : 0) },
    fail: (stage, object) => (stage === 'apply' ? options.fail?.(object.metadata.name) : undefined),
  });
  closing.push(() => flux.stop());
  const kubeconfig = join(home, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);

  const events: LoggedEvent[] = [];
  const lines: string[] = [];
  const style = createStyle({ color: false, unicode: true, width: Number.POSITIVE_INFINITY });
  const show = (happening: Happening): void => {
    lines.push(...renderHappening(happening, style));
  };
  const hooks = options.watch?.hooks ?? [];
  const happenings = new HappeningsOf({ hooks });
  const abort = new AbortController();
  const full = { reason: 'initial', detail: 'a full reconcile was asked for at the start' } as const;
  const session = await startWatchSession({
    dir,
    root: undefined,
    connection: await loadKubeconfig({ path: kubeconfig }),
    clusterName: 'embedded',
    namespace: undefined,
    source: undefined,
    registry: undefined,
    tag: undefined,
    full,
    dryRun: false,
    logPath: join(home, 'log', 'events.db'),
    hooks,
    poll: false,
    allowPrune: false,
    ignore: UNREADABLE_BY_BUILDS,
    limits: DEFAULT_LIMITS,
    env: { PATH: process.env.PATH, HOME: home },
    signal: abort.signal,
    onHappening: show,
    onEvent: (event, state) => {
      events.push(event);
      for (const happening of happenings.of(event, state)) show(happening);
    },
    ...options.watch,
  });
  closing.push(async () => {
    abort.abort();
    await session.stop();
  });

  const describe = (): string =>
    `Watch: ${watchState()}. Last events: ${events
      .slice(-12)
      .map(({ seq, machine, type }) => `${seq} ${machine} ${type}`)
      .join(', ')}.\nShown:\n${lines.slice(-25).join('\n')}`;
  const watchState = (): string => {
    const snapshot = session.engine.state.machines.get(WATCH);
    return snapshot === undefined ? 'none' : stateName(snapshot);
  };
  const eventually = <T>(what: string, look: () => T | undefined | false): Promise<T> => until(what, look, describe);
  const isIdle = (): boolean => watchState() === 'idle' && ![...session.engine.state.pending.values()].some(isWork);

  async function atRest(): Promise<void> {
    for (;;) {
      await eventually('the watch being at rest', isIdle);
      const before = events.length;
      // Whatever the disk holds by now is found by this look, however late the file events are.
      session.engine.dispatch({ machine: WATCH, type: 'FilesChanged', paths: [], rescan: true, from: 'test' });
      const answer = await eventually('an answer to a look at the tree', () =>
        events.slice(before).find(({ type }) => DECISIONS.has(type) || type === 'StepFailed'),
      );
      await eventually('the watch being at rest', isIdle);
      if (answer.type === 'NothingToDo' && decisionsOf(answer).length === 0) return;
    }
  }

  async function during(
    change: () => void | Promise<void>,
    mustShow?: (event: LoggedEvent) => boolean,
  ): Promise<Cycle> {
    const from = events.length;
    const line = lines.length;
    const requestsBefore = requestTokens(cluster);
    const pushesBefore = registry.requests.count('PUT manifest');
    const patchesBefore = cluster.requests.recent().length;
    await change();
    if (mustShow !== undefined) await eventually('a file event', () => events.slice(from).some(mustShow));
    await atRest();
    const seen = events.slice(from);
    const requestsAfter = requestTokens(cluster);
    const changed = [...requestsAfter].filter(([name, token]) => requestsBefore.get(name) !== token);
    return {
      events: seen,
      asked: changed.map(([name]) => name).sort(),
      askedInOrder: cluster.requests
        .recent()
        .slice(patchesBefore)
        .filter(
          ({ verb, resource }) => verb === 'patch' && (resource === 'kustomizations' || resource === 'applications'),
        )
        .map(({ namespace, name }) => shortName(namespace, name)),
      pushes: registry.requests.count('PUT manifest') - pushesBefore,
      text: lines.slice(line).join('\n'),
      decisions: Object.fromEntries(seen.flatMap(decisionsOf).map(({ path, reason }) => [path, reason])),
      full: seen.some(({ type }) => type === 'TargetsUncertain'),
    };
  }

  const watch: EmbeddedWatch = {
    cluster,
    registry,
    flux,
    argo,
    session,
    dir,
    home,
    events,
    gated,
    gate,
    text: () => lines.join('\n'),
    write: (path, text) => writeTree(dir, { [path]: text }),
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
    touch: (path) => utimesSync(join(dir, path), new Date(), new Date()),
    edit: (change) =>
      during(change, ({ type, machine, from }) => machine === WATCH && type === 'FilesChanged' && from === undefined),
    during: (change) => during(change),
    atRest,
    until: eventually,
    untilShown: async (text) => {
      await eventually(`showing ${text}`, () => {
        const shown = lines.join('\n');
        return typeof text === 'string' ? shown.includes(text) : text.test(shown);
      });
    },
    live: (name, namespace = 'default') =>
      (cluster.objects.get('ConfigMap', namespace, name) as { data?: { value?: unknown } } | undefined)?.data?.value,
    allReady: async () => {
      await eventually('every Kustomization being Ready', () =>
        cluster.objects.list('Kustomization').every((object) => isReadyAtSource(cluster, object)),
      );
    },
    stop,
  };
  const hasFull = options.watch === undefined || !('full' in options.watch) || options.watch.full !== undefined;
  if (options.settled ?? true) {
    await atRest();
    if (hasFull && options.watch?.dryRun !== true && session.fed.push !== undefined && options.fail === undefined)
      await watch.allReady();
  }
  return watch;
}

const DECISIONS: ReadonlySet<string> = new Set(['NothingToDo', 'TargetsResolved', 'TargetsUncertain']);

/** A look at the tree that the watch takes by itself after each cycle is not what a test waits for. */
function isWork({ effect }: { readonly effect: string }): boolean {
  return effect !== 'sweepTree';
}

function decisionsOf(event: LoggedEvent): readonly DecisionSummary[] {
  return DECISIONS.has(event.type) ? (event.decisions as readonly DecisionSummary[]) : [];
}

function shortName(namespace: string, name: string): string {
  return namespace === NAMESPACE || namespace === 'argocd' ? name : `${namespace}/${name}`;
}

function requestTokens(cluster: EmbeddedCluster): Map<string, string | undefined> {
  const isServed = cluster.objects.get('CustomResourceDefinition', undefined, 'applications.argoproj.io') !== undefined;
  const targets = [...cluster.objects.list('Kustomization'), ...(isServed ? cluster.objects.list('Application') : [])];
  return new Map(
    targets.map(({ metadata: { namespace = '', name, annotations } }) => [
      shortName(namespace, name),
      annotations?.[REQUESTED_AT] ?? annotations?.[APPLICATION_REQUESTED_AT],
    ]),
  );
}

export function conditionOf(
  object: KubeObject | undefined,
  type: string,
): Readonly<Record<string, unknown>> | undefined {
  const conditions = (object?.status?.conditions ?? []) as Readonly<Record<string, unknown>>[];
  return conditions.find((condition) => condition.type === type);
}

function isReadyAtSource(cluster: EmbeddedCluster, object: KubeObject): boolean {
  const { spec = {}, status } = object;
  if (spec.suspend === true) return true;
  const reference = spec.sourceRef as { kind: string; name: string; namespace?: string };
  const source = cluster.objects.get(reference.kind, reference.namespace ?? object.metadata.namespace, reference.name)
    ?.status as { artifact?: { revision?: string } } | undefined;
  return conditionOf(object, 'Ready')?.status === 'True' && status?.lastAppliedRevision === source?.artifact?.revision;
}
