import type { Condition, KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString, isJsonObject } from '../json-value.ts';

export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** The reconcile request that the object carries, if any. */
export function requestedAt(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[REQUESTED_AT];
}

/** What Flux's predicates let through: a new object, a new generation, a new reconcile request. */
export function asksForReconcile(object: KubeObject, previous: KubeObject | undefined): boolean {
  if (previous === undefined || object.metadata.generation !== previous.metadata.generation) return true;
  const token = requestedAt(object);
  return token !== undefined && token !== requestedAt(previous);
}

export function isSuspended(object: KubeObject): boolean {
  return object.spec?.suspend === true;
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

export function conditionsOf(object: KubeObject): readonly Condition[] {
  return asArray(object.status?.conditions) as readonly Condition[];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** `status.artifact` of a source. */
export interface SourceArtifact {
  readonly revision: string;
  readonly digest: string;
  readonly url: string;
  readonly path: string;
  readonly lastUpdateTime: string;
  readonly size: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function artifactOf(
  source: KubeObject | undefined,
): { revision: string; digest: string; url: string } | undefined {
  const artifact = source?.status?.artifact;
  if (!isJsonObject(artifact)) return undefined;
  const { revision, digest, url } = artifact;
  return {
    revision: asString(revision) ?? '',
    digest: asString(digest) ?? '',
    url: asString(url) ?? '',
  };
}

/** `kind`, `name` and `namespace` of a reference, the namespace defaulting to that of the object that refers. */
export interface Reference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function referenceOf(value: unknown, owner: KubeObject): Reference {
  const reference = asObject(value);
  return {
    kind: asString(reference.kind) ?? '',
    namespace: asString(reference.namespace) ?? namespaceOf(owner),
    name: asString(reference.name) ?? '',
  };
}

/** A Go duration (`1m30s`, `500ms`) in ms; `fallbackMs` where there is none. */
export function durationMs(value: unknown, fallbackMs: number): number {
  if (typeof value !== 'string') return fallbackMs;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  let total = 0;
  let parsed = false;
  for (const [, amount, unit = ''] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit] ?? 0);
    parsed = true;
  }
  return parsed ? total : fallbackMs;
}

/** A duration as Go prints it: `1m0s`, `1.5s`, `20ms`. */
export function goDuration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Number(ms.toFixed(3))}ms`;
  const seconds = ms / 1_000;
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
