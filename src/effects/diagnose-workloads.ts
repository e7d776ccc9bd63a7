import { objectPath } from '../cluster/resource.ts';
import { identityKey, identityOf } from '../domain/diagnosis/applied-objects.ts';
import type { WorkloadProblem } from '../domain/diagnosis/diagnosis.ts';
import { type WarningEvent, warningEvent } from '../domain/diagnosis/event-groups.ts';
import { controllerOf, podProblem } from '../domain/diagnosis/pod-problem.ts';
import { workloadSentences } from '../domain/diagnosis/workload-sentences.ts';
import type { ObjectIdentity } from '../domain/inventory-id.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ObjectId } from '../domain/target.ts';
import type { DiagnoseContext } from './diagnose-context.ts';
import { diagnosedPod } from './diagnose-pods.ts';
import { EVENTS, PODS, WORKLOAD_RESOURCES } from './diagnose-resources.ts';

/** An object of an inventory, and whose it is. */
export interface Applied extends ObjectIdentity {
  readonly by: ObjectId;
}

export interface NamespaceFindings {
  readonly workloads: readonly WorkloadProblem[];
  readonly events: readonly WarningEvent[];
}

/** Of a workload whose pods fail all alike, this many are shown with their logs; the others are named. */
const PODS_WITH_LOGS_MAX = 3;
const OWNERS_DEPTH_MAX = 6;

/** What of `applied` (all of one namespace) does not run, and the warnings about it. */
export async function diagnoseNamespace(
  context: DiagnoseContext,
  namespace: string,
  applied: readonly Applied[],
): Promise<NamespaceFindings> {
  const byKey = new Map(applied.map((object) => [identityKey(object), object]));
  const kinds = WORKLOAD_RESOURCES.filter(({ group, kind }) =>
    applied.some((object) => object.kind === kind && object.group === group),
  );
  const [pods, events, ...lists] = await Promise.all([
    context.list(PODS, { namespace }),
    context.list(EVENTS, { namespace, fieldSelector: 'type=Warning' }),
    ...kinds.map((resource) => context.list(resource, { namespace })),
  ]);
  const failingPods = await podsByOwner(
    context,
    pods.filter((pod) => podProblem(pod) !== undefined),
    byKey,
  );
  const live = new Map(lists.flat().map((object) => [identityKey(identityOf(object)), object]));
  const workloads = await Promise.all(
    [...byKey].map(([key, object]) => workloadProblem(context, object, live.get(key), failingPods.get(key) ?? [])),
  );
  return {
    workloads: workloads.filter((workload) => workload !== undefined),
    events: events.flatMap((event) => warningEvent(event) ?? []).filter((event) => isAbout(event, applied)),
  };
}

async function workloadProblem(
  context: DiagnoseContext,
  { by, kind, namespace, name }: Applied,
  live: KubeObject | undefined,
  failing: readonly KubeObject[],
): Promise<WorkloadProblem | undefined> {
  const problems = live === undefined ? [] : workloadSentences(live);
  if (problems.length === 0 && failing.length === 0) return undefined;
  const shown = await Promise.all(failing.slice(0, PODS_WITH_LOGS_MAX).map((pod) => diagnosedPod(context, pod)));
  const others = failing.slice(PODS_WITH_LOGS_MAX).map(podProblem);
  const pods = [...shown, ...others].filter((pod) => pod !== undefined);
  return { appliedBy: by, kind, namespace, name, problems, pods };
}

/** The pods of each object in the inventory, however many owners lie between. Those of nobody's are left out. */
async function podsByOwner(
  context: DiagnoseContext,
  pods: readonly KubeObject[],
  applied: ReadonlyMap<string, Applied>,
): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const keys = await Promise.all(pods.map((pod) => appliedOwner(context, pod, applied)));
  const found = new Map<string, KubeObject[]>();
  for (const [index, pod] of pods.entries()) {
    const key = keys[index];
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), pod]);
  }
  return found;
}

async function appliedOwner(
  context: DiagnoseContext,
  pod: KubeObject,
  applied: ReadonlyMap<string, Applied>,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  let object: KubeObject | undefined = pod;
  if (applied.has(identityKey(identityOf(pod)))) return identityKey(identityOf(pod));
  for (let depth = 0; object !== undefined && depth < OWNERS_DEPTH_MAX; depth += 1) {
    const owner = controllerOf(object);
    if (owner === undefined) return undefined;
    const key = identityKey({ ...owner, namespace });
    if (applied.has(key)) return key;
    const resource = WORKLOAD_RESOURCES.find(({ kind, group }) => kind === owner.kind && group === owner.group);
    object = resource && (await context.get(objectPath({ ...resource, namespace, name: owner.name })));
  }
  return undefined;
}

/** Of an object of the inventory, or of what a workload there has made: those are called after it. */
function isAbout({ kind, name }: WarningEvent, applied: readonly Applied[]): boolean {
  return applied.some((object) => {
    if (object.kind === kind && object.name === name) return true;
    const makesOthers = WORKLOAD_RESOURCES.some((resource) => resource.kind === object.kind);
    return makesOthers && name.startsWith(`${object.name}-`);
  });
}
