import { isApplication } from '../argo/is-application.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import { type ObjectId, objectId } from '../target.ts';
import { isExpired, type LeaseFacts, leaseFacts } from './session-lease.ts';
import { type DamagedIsolation, type SessionIsolation, sessionIsolation } from './session-marks.ts';
import { sessionSourceMarks } from './session-source.ts';

/** A Kustomization or an Application with marks of a session. */
export interface FoundTarget {
  readonly id: ObjectId;
  readonly object: KubeObject;
  readonly isolation: SessionIsolation | DamagedIsolation;
}

/** An OCIRepository that a session made. */
export interface FoundSource {
  readonly id: ObjectId;
  readonly object: KubeObject;
  readonly session: string;
  /** The target that it was made for. */
  readonly target: ObjectId;
}

export interface FoundSession {
  /** `<namespace>/<name>` of its Lease. */
  readonly session: string;
  /** `unknown`: its Lease may not be read. */
  readonly state: 'live' | 'dead' | 'unknown';
  /** The state in words. */
  readonly because: string;
  readonly lease: KubeObject | undefined;
  readonly facts: LeaseFacts | undefined;
  readonly targets: readonly FoundTarget[];
  readonly sources: readonly FoundSource[];
}

export interface FoundIsolations {
  /** Sorted by name. */
  readonly sessions: readonly FoundSession[];
  /** Targets with marks that do not tell which session made them. */
  readonly stray: readonly FoundTarget[];
  /** Everything that was looked at. */
  readonly objects: ReadonlyMap<ObjectId, KubeObject>;
  /** By source, whatever reads it: ids of Kustomizations, HelmReleases, ArtifactGenerators. */
  readonly readers: ReadonlyMap<ObjectId, readonly ObjectId[]>;
}

/** A session's Lease as it was read: absent, or not to be read by this user. */
export type ReadLease = KubeObject | 'absent' | 'forbidden';

/** What sessions have changed in a cluster. `nowMs`: by the API server's clock where that can be told. */
export function foundIsolations(
  objects: readonly KubeObject[],
  leases: ReadonlyMap<string, ReadLease>,
  nowMs: number,
): FoundIsolations {
  const targets = objects.flatMap(foundTarget);
  const sources = objects.flatMap(foundSource);
  const names = new Set([...sessionsNamed(objects), ...leases.keys()]);
  const sessions = [...names].sort().map((session): FoundSession => {
    const read = leases.get(session) ?? 'absent';
    const lease = typeof read === 'string' ? undefined : read;
    const facts = lease === undefined ? undefined : leaseFacts(lease);
    return {
      session,
      ...lifeOf(read, facts, nowMs),
      lease,
      facts,
      targets: targets.filter(({ isolation }) => isolation.session === session),
      sources: sources.filter((source) => source.session === session),
    };
  });
  const stray = targets.filter(({ isolation }) => isolation.session === undefined);
  const byId = new Map(objects.map((object) => [idOf(object), object]));
  return { sessions, stray, objects: byId, readers: readersOf(objects) };
}

/** The sessions that marks on `objects` name. */
export function sessionsNamed(objects: readonly KubeObject[]): ReadonlySet<string> {
  const named = [
    ...objects.flatMap(foundTarget).map(({ isolation }) => isolation.session),
    ...objects.flatMap(foundSource).map(({ session }) => session),
  ];
  return new Set(named.filter((session) => session !== undefined));
}

/** What reads the source of each of `objects`. */
export function readersOf(objects: readonly KubeObject[]): ReadonlyMap<ObjectId, readonly ObjectId[]> {
  const readers = new Map<ObjectId, ObjectId[]>();
  for (const object of objects) {
    for (const source of sourcesRead(object)) readers.set(source, [...(readers.get(source) ?? []), idOf(object)]);
  }
  return readers;
}

export function idOf({ kind, metadata }: KubeObject): ObjectId {
  return objectId(kind, metadata.namespace ?? 'default', metadata.name);
}

/** The session whose marks an object bears, a target's or those of a source that it made. */
export function sessionMarkedOn(object: KubeObject): string | undefined {
  return (isTarget(object) ? sessionIsolation(object) : sessionSourceMarks(object))?.session;
}

function isTarget(object: KubeObject): boolean {
  return object.kind === 'Kustomization' || isApplication(object);
}

function foundTarget(object: KubeObject): readonly FoundTarget[] {
  const isolation = isTarget(object) ? sessionIsolation(object) : undefined;
  return isolation === undefined ? [] : [{ id: idOf(object), object, isolation }];
}

function foundSource(object: KubeObject): readonly FoundSource[] {
  const marks = sessionSourceMarks(object);
  return marks === undefined ? [] : [{ id: idOf(object), object, session: marks.session, target: marks.target }];
}

function lifeOf(
  read: ReadLease,
  facts: LeaseFacts | undefined,
  nowMs: number,
): Pick<FoundSession, 'state' | 'because'> {
  if (read === 'forbidden') return { state: 'unknown', because: 'its Lease may not be read' };
  if (read === 'absent') return { state: 'dead', because: 'it has no Lease any more' };
  if (facts === undefined) return { state: 'unknown', because: 'its Lease is not one of a session' };
  const { renewedAtMs } = facts;
  if (renewedAtMs === undefined) return { state: 'dead', because: 'its Lease was never renewed' };
  const seconds = Math.max(0, Math.round((nowMs - renewedAtMs) / 1_000));
  const because = `last renewed ${seconds} s ago`;
  return { state: isExpired(facts, nowMs) ? 'dead' : 'live', because };
}

function sourcesRead(object: KubeObject): readonly ObjectId[] {
  const spec = asFields(object.spec);
  const { namespace = 'default' } = object.metadata;
  const references: readonly Fields[] =
    object.kind === 'Kustomization'
      ? [asFields(spec.sourceRef)]
      : object.kind === 'HelmRelease'
        ? [asFields(spec.chartRef), asFields(asFields(asFields(spec.chart).spec).sourceRef)]
        : object.kind === 'ArtifactGenerator'
          ? asList(spec.sources).map(asFields)
          : [];
  return references.flatMap(({ kind, name, namespace: named }) => {
    const [kindText, nameText] = [asText(kind), asText(name)];
    return kindText === undefined || nameText === undefined
      ? []
      : [objectId(kindText, asText(named) ?? namespace, nameText)];
  });
}
