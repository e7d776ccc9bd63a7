import { isApplication } from '../argo/application-definition.ts';
import { applicationObservation } from '../argo/application-observation.ts';
import { dependencyOrder } from '../dependency-order.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';
import { conditionOf } from '../observations-from-objects.ts';
import { type ObjectId, objectId } from '../target.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { appliedObjects } from './applied-objects.ts';
import type { ResourceProblem } from './diagnosis.ts';

export interface ResourceProblems {
  readonly problems: readonly ResourceProblem[];
  readonly cycles: readonly (readonly ObjectId[])[];
}

export function resourceId({ kind, metadata }: KubeObject): ObjectId {
  return objectId(kind, metadata.namespace ?? '', metadata.name);
}

/**
 * What is not Ready among `objects` (of Flux and Argo CD), each after what it waits for. With `only`, these resources and whatever they wait
 * for. What is suspended is told where something waits for it.
 */
export function resourceProblems(objects: readonly KubeObject[], only?: ReadonlySet<ObjectId>): ResourceProblems {
  const byId = new Map(objects.map((object) => [resourceId(object), object]));
  const found = new Map<ObjectId, Said>();
  for (const [id, object] of byId) {
    const said = troubleOf(object);
    if (said !== undefined) found.set(id, said);
  }
  const waitsFor = new Map(
    [...byId].map(([id, object]) => [id, heldUpBy(object).filter((other) => other !== id && found.has(other))]),
  );
  const isWaitedFor = new Set([...found.keys()].flatMap((id) => waitsFor.get(id) ?? []));
  const wanted = only === undefined ? undefined : reachable([...only], (id) => waitsFor.get(id) ?? []);
  const shown = [...found.keys()].filter((id) => {
    if (wanted !== undefined && !wanted.has(id)) return false;
    return found.get(id)?.status !== 'suspended' || isWaitedFor.has(id) || only?.has(id) === true;
  });
  const among = new Set(shown);
  const blockersOf = (id: ObjectId): ObjectId[] => (waitsFor.get(id) ?? []).filter((other) => among.has(other));
  const { order, cycles } = dependencyOrder(shown.sort(), blockersOf);
  const problems = order.flatMap((id): ResourceProblem[] => {
    const said = found.get(id);
    if (said === undefined) return [];
    const blocks = order.filter((other) => blockersOf(other).includes(id));
    return [{ id, ...said, message: withoutCredentials(said.message), blockedBy: blockersOf(id), blocks }];
  });
  return { problems, cycles };
}

type Said = Pick<ResourceProblem, 'status' | 'reason' | 'message'>;

function troubleOf(object: KubeObject): Said | undefined {
  return isApplication(object) ? applicationTrouble(object) : fluxTrouble(object);
}

/** With the whole message, which observations cut. */
function fluxTrouble(object: KubeObject): Said | undefined {
  if (object.spec?.suspend === true) {
    return { status: 'suspended', reason: 'Suspended', message: 'spec.suspend is true: nothing reconciles it' };
  }
  const ready = conditionOf(object, 'Ready');
  const stalled = conditionOf(object, 'Stalled');
  const { generation } = object.metadata;
  if (stalled?.status === 'True') {
    // Of a HelmRelease the one says how often it was tried, the other what failed.
    const messages = [stalled.message ?? '', ready?.status === 'False' ? (ready.message ?? '') : ''];
    const message = [...new Set(messages)].filter((text) => text !== '').join('\n');
    return { status: 'failed', reason: `Stalled: ${stalled.reason ?? ''}`, message };
  }
  if (ready === undefined) {
    return saysNothingOfReady(object)
      ? undefined
      : { status: 'progressing', reason: 'Unknown', message: 'no controller has said anything of it' };
  }
  const said = { reason: ready.reason ?? 'Unknown', message: ready.message ?? '' };
  if (ready.status === 'False') return { status: 'failed', ...said };
  if (ready.status === 'Unknown') return { status: 'progressing', ...said };
  const observed = ready.observedGeneration;
  if (observed === undefined || generation === undefined || observed >= generation) return undefined;
  const message = `its spec is at generation ${generation}, its controller has seen ${observed}`;
  return { status: 'progressing', reason: 'Stale', message };
}

/** An OCI HelmRepository has no status: whoever reads from it looks. */
function saysNothingOfReady({ kind, spec }: KubeObject): boolean {
  return kind === 'HelmRepository' && spec?.type === 'oci';
}

function applicationTrouble(object: KubeObject): Said | undefined {
  const { ready, reason, message, suspended } = applicationObservation(object);
  if (ready === 'True') return undefined;
  if (suspended && ready !== 'False') return { status: 'suspended', reason, message };
  return { status: ready === 'False' ? 'failed' : 'progressing', reason, message };
}

/** What must be Ready before it can be: dependencies, sources, and what it has applied and waits for. */
function heldUpBy(object: KubeObject): readonly ObjectId[] {
  const { kind, metadata, spec } = object;
  const namespace = metadata.namespace ?? '';
  const named = (reference: unknown, kindOfReference?: string): ObjectId[] => {
    const fields = asFields(reference);
    const name = asText(fields.name);
    const otherKind = asText(fields.kind) ?? kindOfReference;
    if (name === undefined || otherKind === undefined) return [];
    return [objectId(otherKind, asText(fields.namespace) ?? namespace, name)];
  };
  const chart = asFields(asFields(spec?.chart).spec);
  const children = appliedObjects(object).map((applied) => objectId(applied.kind, applied.namespace, applied.name));
  return [
    ...asList(spec?.dependsOn).flatMap((item) => named(item, kind)),
    ...named(spec?.sourceRef),
    ...named(spec?.chartRef),
    ...named(chart.sourceRef),
    // The HelmChart that a HelmRelease makes.
    ...(kind === 'HelmRelease' && chart.chart !== undefined
      ? named({
          kind: 'HelmChart',
          namespace: asFields(chart.sourceRef).namespace,
          name: `${namespace}-${metadata.name}`,
        })
      : []),
    ...children,
  ];
}

function reachable(from: readonly ObjectId[], next: (id: ObjectId) => readonly ObjectId[]): ReadonlySet<ObjectId> {
  const seen = new Set(from);
  for (const id of seen) for (const other of next(id)) seen.add(other);
  return seen;
}
