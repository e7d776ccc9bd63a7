import { randomBytes } from 'node:crypto';
import type { ClusterClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/clock.ts';
import { JSON_PATCH } from '../cluster/json-patch.ts';
import { type ApiResource, collectionPath, objectPath } from '../cluster/resource.ts';
import { ServerTime } from '../cluster/server-time.ts';
import { type Failure, FailureError, isRetryable } from '../domain/failure.ts';
import {
  LEASE_DURATION_SECONDS,
  LEASE_RENEW_EVERY_MS,
  leaseFacts,
  renewPatch,
  sessionLease,
} from '../domain/isolation/session-lease.ts';
import { directoryMark } from '../domain/isolation/session-marks.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ObjectId } from '../domain/target.ts';
import { failureOf } from './call.ts';

export const LEASES: ApiResource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };

const NAME_BYTES = 4;
const NAME_ATTEMPTS_MAX = 3;
/** A renewal that failed is tried again sooner, so that a blip does not cost the session its Lease. */
const RETRY_EVERY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 8_000;
/** Beyond this the first renewal is not waited for. */
const SKEW_MS_MAX = 2_000;

export interface SessionLeaseOptions {
  /** Of the shared source. */
  readonly namespace: string;
  /** The shared source that the directory feeds. */
  readonly source: ObjectId;
  readonly host: string;
  readonly pid: number;
  /** Tells that machine from others of its name. */
  readonly machine?: string;
  /** Absolute. Only a hash of it leaves this machine. */
  readonly directory: string;
  readonly clock: Clock;
  /** Eight hex digits; default: by chance. */
  readonly randomName?: () => string;
  /**
   * Called once: the Lease is gone, or whoever took the session for dead has it. From then on anybody may restore what the session
   * isolated, and nothing is renewed any more.
   */
  readonly onLost: (why: string) => void;
  /** A renewal failed and is tried again: `expiresInMs` until others take the session for dead. */
  readonly onTrouble?: (failure: Failure, expiresInMs: number) => void;
}

export interface SessionLease {
  /** `<namespace>/<name>`, as the marks on objects have it. */
  readonly session: string;
  readonly name: string;
  /** Ends the renewals. The Lease stays, and expires on its own where nobody deletes it. */
  stop(): Promise<void>;
}

/**
 * Begins a session: a Lease by which other machines tell that it lives. Times on it are the API server's, so that wrong clocks of those who
 * read and write it do not matter. Rejects with FailureError when there can be none.
 */
export async function startSessionLease(
  client: Pick<ClusterClient, 'request'>,
  options: SessionLeaseOptions,
): Promise<SessionLease> {
  const { namespace, clock, onLost } = options;
  const serverTime = new ServerTime(() => clock.now());
  const holder = `${options.host}/${options.pid}`;
  const name = await create();
  let renewedAt = clock.now();
  let cancelTimer: () => void = () => {};
  let underway: Promise<void> = Promise.resolve();
  let isOver = false;
  const isFarOff = Math.abs(serverTime.aheadMs ?? 0) > SKEW_MS_MAX;
  if (isFarOff) await renew();
  else renewIn(LEASE_RENEW_EVERY_MS);

  return {
    session: `${namespace}/${name}`,
    name,
    stop: async () => {
      isOver = true;
      cancelTimer();
      await underway;
    },
  };

  async function create(): Promise<string> {
    const { source, machine } = options;
    const directory = directoryMark(options.host, options.directory);
    for (let attempt = 1; ; attempt += 1) {
      const chosen = `reconcile-machine-${(options.randomName ?? randomHex)()}`;
      const object = sessionLease({
        namespace,
        name: chosen,
        holder,
        source,
        directory,
        machine,
        nowMs: serverTime.now(),
      });
      const path = collectionPath(LEASES, namespace);
      try {
        const { headers } = await client.request({ method: 'POST', path, body: object, timeoutMs: REQUEST_TIMEOUT_MS });
        serverTime.observe(headers);
        return chosen;
      } catch (error) {
        const isTaken = error instanceof FailureError && error.failure.statusCode === 409;
        if (!isTaken || attempt === NAME_ATTEMPTS_MAX) throw error;
      }
    }
  }

  function renewIn(delayMs: number): void {
    if (isOver) return;
    cancelTimer = clock.schedule(() => {
      underway = renew();
    }, delayMs);
  }

  async function renew(): Promise<void> {
    try {
      const { headers } = await client.request({
        method: 'PATCH',
        path: objectPath({ ...LEASES, namespace, name }),
        contentType: JSON_PATCH,
        body: renewPatch(holder, serverTime.now()),
        timeoutMs: REQUEST_TIMEOUT_MS,
      });
      serverTime.observe(headers);
      renewedAt = clock.now();
      renewIn(LEASE_RENEW_EVERY_MS);
    } catch (error) {
      const failure = failureOf(error, 'api-server');
      const why = await lossOf(failure);
      if (isOver) return;
      if (why !== undefined) {
        isOver = true;
        onLost(why);
        return;
      }
      options.onTrouble?.(failure, Math.max(0, renewedAt + LEASE_DURATION_SECONDS * 1_000 - clock.now()));
      renewIn(isRetryable(failure) ? RETRY_EVERY_MS : LEASE_RENEW_EVERY_MS);
    }
  }

  /** What became of the Lease, where that is for good. */
  async function lossOf({ statusCode }: Failure): Promise<string | undefined> {
    if (statusCode === 404) return `Lease ${namespace}/${name} is gone: somebody deleted it`;
    // The patch asks for its own holder only.
    if (statusCode !== 422) return undefined;
    const other = await currentHolder();
    if (other === holder) return undefined;
    const seconds = Math.round((clock.now() - renewedAt) / 1_000);
    const wasDead = seconds >= LEASE_DURATION_SECONDS;
    const by = other === undefined ? '' : ` by ${other}`;
    const why = wasDead
      ? `it was not renewed for ${seconds} s, so the session was thought dead`
      : `although it was renewed ${seconds} s ago`;
    return `Lease ${namespace}/${name} was taken over${by}${wasDead ? ':' : ','} ${why}`;
  }

  /** Undefined where that cannot be told. */
  async function currentHolder(): Promise<string | undefined> {
    try {
      const path = objectPath({ ...LEASES, namespace, name });
      const { json } = await client.request({ method: 'GET', path, timeoutMs: REQUEST_TIMEOUT_MS });
      return leaseFacts(json as KubeObject)?.holder;
    } catch {
      return undefined;
    }
  }
}

function randomHex(): string {
  return randomBytes(NAME_BYTES).toString('hex');
}
