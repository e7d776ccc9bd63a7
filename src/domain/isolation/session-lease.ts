import type { KubeObject } from '../kube-object.ts';
import { asFields, asText } from '../object-fields.ts';
import type { ObjectId } from '../target.ts';
import { MANAGED_BY, MANAGER } from './session-marks.ts';
import type { JsonPatch } from './session-patches.ts';

/** How long a session counts as live after its last renewal. */
export const LEASE_DURATION_SECONDS = 30;
export const LEASE_RENEW_EVERY_MS = 10_000;
/** On a session's Lease: id of the shared source that its directory feeds. */
export const LEASE_SOURCE = 'reconcile-machine.dev/source';
/** On a session's Lease: see `directoryMark`. */
export const LEASE_DIRECTORY = 'reconcile-machine.dev/directory';
/** On a session's Lease: tells the machine of its process from others of the same name. */
export const LEASE_MACHINE = 'reconcile-machine.dev/machine';

const HOLDER = '/spec/holderIdentity';
const RENEW_TIME = '/spec/renewTime';

/** What a session's Lease tells. */
export interface LeaseFacts {
  /** `<namespace>/<name>` of the Lease. */
  readonly session: string;
  /** `<host>/<pid>`, or who restores what the session left. */
  readonly holder: string | undefined;
  readonly source: ObjectId | undefined;
  readonly directory: string | undefined;
  readonly machine: string | undefined;
  /** Milliseconds since the epoch, by the API server's clock; undefined: it was never renewed. */
  readonly renewedAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

/** The Lease of a session that begins now. `nowMs`: by the API server's clock where that is known. */
export function sessionLease(session: {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string;
  readonly source: ObjectId;
  readonly directory: string;
  readonly machine?: string | undefined;
  readonly nowMs: number;
}): KubeObject {
  const now = microTime(session.nowMs);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: session.name,
      namespace: session.namespace,
      labels: { [MANAGED_BY]: MANAGER },
      annotations: {
        [LEASE_SOURCE]: session.source,
        [LEASE_DIRECTORY]: session.directory,
        ...(session.machine === undefined ? {} : { [LEASE_MACHINE]: session.machine }),
      },
    },
    spec: {
      holderIdentity: session.holder,
      leaseDurationSeconds: LEASE_DURATION_SECONDS,
      acquireTime: now,
      renewTime: now,
    },
  };
}

/** Undefined for a Lease that is no session's. */
export function leaseFacts(object: KubeObject): LeaseFacts | undefined {
  const { namespace = 'default', name, labels = {}, annotations = {} } = object.metadata;
  if (object.kind !== 'Lease' || labels[MANAGED_BY] !== MANAGER) return undefined;
  if (annotations[LEASE_DIRECTORY] === undefined && annotations[LEASE_SOURCE] === undefined) return undefined;
  const spec = asFields(object.spec);
  const renewedAt = Date.parse(asText(spec.renewTime) ?? '');
  const renewedAtMs = Number.isNaN(renewedAt) ? undefined : renewedAt;
  const durationMs = Number(spec.leaseDurationSeconds ?? LEASE_DURATION_SECONDS) * 1_000;
  return {
    session: `${namespace}/${name}`,
    holder: asText(spec.holderIdentity),
    source: annotations[LEASE_SOURCE],
    directory: annotations[LEASE_DIRECTORY],
    machine: annotations[LEASE_MACHINE],
    renewedAtMs,
    expiresAtMs: renewedAtMs === undefined ? undefined : renewedAtMs + durationMs,
  };
}

/** `nowMs`: by the API server's clock where that can be told. */
export function isExpired({ expiresAtMs }: LeaseFacts, nowMs: number): boolean {
  return expiresAtMs === undefined || expiresAtMs < nowMs;
}

/** Renews the Lease as long as `holder` still has it. */
export function renewPatch(holder: string, nowMs: number): JsonPatch {
  return [
    { op: 'test', path: HOLDER, value: holder },
    { op: 'replace', path: RENEW_TIME, value: microTime(nowMs) },
  ];
}

/** Takes an expired Lease away from its session, which learns so from its next renewal, unless it has renewed the Lease meanwhile. */
export function claimPatch({ spec }: KubeObject, claimant: string): JsonPatch {
  const { holderIdentity = null, renewTime = null } = asFields(spec);
  return [
    { op: 'test', path: HOLDER, value: holderIdentity },
    { op: 'test', path: RENEW_TIME, value: renewTime },
    { op: 'replace', path: HOLDER, value: claimant },
  ];
}

/** metav1.MicroTime: the API server takes six digits, no more and no fewer. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
