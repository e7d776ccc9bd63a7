import type { KubeObject } from '../../domain/kube-object.ts';
import type { ComparedObject, Comparison } from './comparison.ts';
import { hookPhases, isHook, type SyncPhase, waveOf } from './hooks.ts';

/** One object to apply or to prune. */
export interface SyncTask {
  readonly phase: SyncPhase;
  readonly wave: number;
  readonly isHook: boolean;
  /** Undefined: it is to be pruned. */
  readonly target: KubeObject | undefined;
  readonly object: ComparedObject;
}

const PHASES: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync'];

/** What others need comes first; what is not among these, and so every custom resource, comes last. */
const KINDS = [
  ...['Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy', 'PodDisruptionBudget'],
  ...[
    'ServiceAccount',
    'Secret',
    'SecretList',
    'ConfigMap',
    'StorageClass',
    'PersistentVolume',
    'PersistentVolumeClaim',
  ],
  ...['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleList', 'ClusterRoleBinding', 'ClusterRoleBindingList'],
  ...['Role', 'RoleList', 'RoleBinding', 'RoleBindingList', 'Service', 'DaemonSet', 'Pod', 'ReplicationController'],
  ...[
    'ReplicaSet',
    'Deployment',
    'HorizontalPodAutoscaler',
    'StatefulSet',
    'Job',
    'CronJob',
    'IngressClass',
    'Ingress',
  ],
  'APIService',
];

/** The tasks of a sync in groups that run one after the other: by phase, then by wave; within a group what is pruned goes first. */
export function syncTasks(
  comparison: Comparison,
  { isPruneLast, only }: { readonly isPruneLast: boolean; readonly only: (object: ComparedObject) => boolean },
): readonly (readonly SyncTask[])[] {
  const objects = comparison.objects.filter(only);
  const applied = objects.flatMap((object) =>
    object.target === undefined ? [] : [applyTask('Sync', object, object.target)],
  );
  const hooks = comparison.hooks.flatMap((object) => {
    const { target } = object;
    return target === undefined ? [] : hookPhases(target).map((phase) => applyTask(phase, object, target));
  });
  const all = [...applied, ...hooks];
  const last = Math.max(0, ...all.map(({ wave }) => wave)) + 1;
  const pruned = pruneTasks(objects).map((task) => (isPruneLast ? { ...task, wave: last } : task));
  const tasks = [...pruned, ...all].sort(compareTasks);
  const groups: SyncTask[][] = [];
  for (const task of tasks) {
    const group = groups.at(-1);
    if (group?.[0]?.phase === task.phase && group[0].wave === task.wave) group.push(task);
    else groups.push([task]);
  }
  return groups;
}

function applyTask(phase: SyncPhase, object: ComparedObject, target: KubeObject): SyncTask {
  return { phase, wave: waveOf(target), isHook: isHook(target), target, object };
}

/** What went in last goes out first: the waves of what is pruned are turned round. */
function pruneTasks(objects: readonly ComparedObject[]): readonly SyncTask[] {
  const surplus = objects.filter(({ target, live }) => target === undefined && live !== undefined);
  const waves = [...new Set(surplus.map(({ live }) => (live === undefined ? 0 : waveOf(live))))].sort((a, b) => a - b);
  return surplus.map((object) => {
    const wave = object.live === undefined ? 0 : waveOf(object.live);
    const turned = waves.at(-1 - waves.indexOf(wave)) ?? wave;
    return { phase: 'Sync', wave: turned, isHook: false, target: undefined, object };
  });
}

function compareTasks(a: SyncTask, b: SyncTask): number {
  const phases = PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase);
  if (phases !== 0) return phases;
  if (a.wave !== b.wave) return a.wave - b.wave;
  const [isPruneA, isPruneB] = [a.target === undefined, b.target === undefined];
  if (isPruneA !== isPruneB) return isPruneA ? -1 : 1;
  const kinds = placeOf(a.object.kind) - placeOf(b.object.kind);
  const names = a.object.name < b.object.name ? -1 : Number(a.object.name > b.object.name);
  const order = kinds === 0 ? names : kinds;
  return isPruneA ? -order : order;
}

function placeOf(kind: string): number {
  const place = KINDS.indexOf(kind);
  return place < 0 ? KINDS.length : place;
}
