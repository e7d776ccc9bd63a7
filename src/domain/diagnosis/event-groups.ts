import type { KubeObject } from '../kube-object.ts';
import { asFields, asText } from '../object-fields.ts';
import { withoutCredentials } from '../without-credentials.ts';
import type { EventGroup } from './diagnosis.ts';

/** A Warning event as far as it matters here. */
export interface WarningEvent {
  readonly namespace: string;
  /** What it is about. */
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly lastAt: number;
}

/** Undefined for what is no warning. Events of both APIs: the old one counts in `count`, the new one in `series`. */
export function warningEvent(object: KubeObject): WarningEvent | undefined {
  if (object.type !== 'Warning') return undefined;
  const about = asFields(object.involvedObject);
  const series = asFields(object.series);
  const times = [object.lastTimestamp, series.lastObservedTime, object.eventTime, object.firstTimestamp];
  const lastAt = times.map((time) => Date.parse(asText(time) ?? '')).find((time) => !Number.isNaN(time));
  const counts = [object.count, series.count].filter((count) => typeof count === 'number');
  return {
    namespace: object.metadata.namespace ?? '',
    kind: asText(about.kind) ?? '',
    name: asText(about.name) ?? '',
    reason: asText(object.reason) ?? '',
    message: withoutCredentials(asText(object.message) ?? ''),
    count: Math.max(1, ...counts),
    lastAt: lastAt ?? Date.parse(asText(object.metadata.creationTimestamp) ?? '') ?? 0,
  };
}

/** One group for each namespace, reason and message; the newest last. */
export function eventGroups(events: readonly WarningEvent[]): readonly EventGroup[] {
  const groups = new Map<string, EventGroup>();
  for (const { namespace, kind, name, reason, message, count, lastAt } of events) {
    const key = JSON.stringify([namespace, kind, reason, message]);
    const group = groups.get(key);
    const objects = [...new Set([...(group?.objects ?? []), `${kind}/${name}`])].sort();
    groups.set(key, {
      namespace,
      reason,
      message,
      objects,
      count: (group?.count ?? 0) + count,
      lastAt: Math.max(group?.lastAt ?? 0, Number.isNaN(lastAt) ? 0 : lastAt),
    });
  }
  return [...groups.values()].sort((a, b) => a.lastAt - b.lastAt || (a.reason < b.reason ? -1 : 1));
}
