import type { ClusterClient } from '../cluster/client.ts';
import { type Clock, wallClock } from '../cluster/clock.ts';
import { objectPath } from '../cluster/resource.ts';
import { ServerSideApply } from '../cluster/server-side-apply.ts';
import { workloadSentences } from '../domain/diagnosis/workload-sentences.ts';
import { FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields } from '../domain/object-fields.ts';
import { conditionOf } from '../domain/observations-from-objects.ts';

export interface InstallOptions {
  /** For all of it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Where objects lie that name no namespace, as for `kubectl -n`. Default: `default`. */
  readonly namespace?: string | undefined;
  readonly clock?: Clock;
  /** Told of each step, in words. */
  readonly onProgress: (line: string) => void;
}

const POLL_MS = 500;
const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition'];
const CONTROLLER_KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * Applies the manifests of an engine, namespaces and definitions first, and waits until its definitions are served and its controllers are
 * available. Rejects with FailureError: `timeout` names what is not there yet.
 */
export async function installManifests(
  client: Pick<ClusterClient, 'request'>,
  objects: readonly KubeObject[],
  options: InstallOptions,
): Promise<void> {
  const clock = options.clock ?? wallClock;
  const overdue = new AbortController();
  const cancel = clock.schedule(() => overdue.abort(), options.timeoutMs);
  const signal = AbortSignal.any([overdue.signal, options.signal]);
  const apply = new ServerSideApply(client, options.namespace);
  let waitingFor = 'the API server';
  /** Asks again and again until `look` has nothing to say. */
  const until = async (look: () => Promise<string | undefined>): Promise<void> => {
    for (;;) {
      const missing = await look();
      if (missing === undefined) return;
      waitingFor = missing;
      await pause(clock, signal);
    }
  };
  try {
    const rank = ({ kind }: KubeObject): number => {
      const place = FIRST_KINDS.indexOf(kind);
      return place < 0 ? FIRST_KINDS.length : place;
    };
    const ordered = [...objects].sort((a, b) => rank(a) - rank(b));
    const [first, rest] = [
      ordered.filter((object) => rank(object) < 2),
      ordered.filter((object) => rank(object) === 2),
    ];
    for (const object of first) await apply.apply(object, signal);
    await until(() => notEstablished(client, apply, first, signal));
    for (const object of rest) await applyOnceServed(apply, object, until, signal);
    options.onProgress(`applied ${objects.length} objects`);
    const controllers = rest.filter(({ kind }) => CONTROLLER_KINDS.has(kind));
    await until(() => notAvailable(client, apply, controllers, signal));
    options.onProgress(controllers.length === 1 ? '1 controller answers' : `${controllers.length} controllers answer`);
  } catch (error) {
    if (!overdue.signal.aborted || options.signal.aborted) throw error;
    const message = `not installed after ${options.timeoutMs / 1_000} s: ${waitingFor}`;
    throw new FailureError({ kind: 'timeout', dependency: 'api-server', message }, { cause: error });
  } finally {
    cancel();
  }
}

/** A kind whose definition was made a moment ago may be served a moment later. */
async function applyOnceServed(
  apply: ServerSideApply,
  object: KubeObject,
  until: (look: () => Promise<string | undefined>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await until(async () => {
    try {
      await apply.apply(object, signal);
      return undefined;
    } catch (error) {
      if (signal.aborted || !(error instanceof FailureError) || error.failure.kind !== 'not-found') throw error;
      return error.failure.message;
    }
  });
}

async function notEstablished(
  client: Pick<ClusterClient, 'request'>,
  apply: ServerSideApply,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const object of objects.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    const live = await get(client, apply, object, signal);
    if (conditionOf(live, 'Established')?.status !== 'True')
      return `the definition ${object.metadata.name} is not established`;
  }
  return undefined;
}

async function notAvailable(
  client: Pick<ClusterClient, 'request'>,
  apply: ServerSideApply,
  controllers: readonly KubeObject[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const controller of controllers) {
    const live = await get(client, apply, controller, signal);
    const name = `${live.kind} ${live.metadata.namespace ?? ''}/${live.metadata.name}`;
    const { observedGeneration } = asFields(live.status);
    if (observedGeneration !== live.metadata.generation) return `${name} has not been looked at by its controller`;
    const sentences = workloadSentences(live);
    if (sentences.length > 0) return `${name}: ${sentences.join('; ')}`;
  }
  return undefined;
}

async function get(
  client: Pick<ClusterClient, 'request'>,
  apply: ServerSideApply,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = objectPath(await apply.reference(object, signal));
  return (await client.request({ method: 'GET', path, signal })).json as KubeObject;
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.schedule(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, POLL_MS);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
