import { sessionLease } from '../../src/domain/isolation/session-lease.ts';
import { isIsolated, sessionIsolation } from '../../src/domain/isolation/session-marks.ts';
import { isolatingPatch, restoringPatch } from '../../src/domain/isolation/session-patches.ts';
import { sessionSource, sessionSourceMarks } from '../../src/domain/isolation/session-source.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { jsonPatch } from '../../src/embedded/store/json-patch.ts';
import { sourceOf } from './kustomize-controller.ts';
import { restoreAll } from './restore-all.ts';
import { idOf } from './simulated-cluster.ts';
import { SOURCE } from './simulated-process.ts';
import type { IsolationStep } from './step.ts';
import type { World } from './world.ts';
import { nth } from './world-actions.ts';

const OTHER_LEASE = 'Lease/flux-system/reconcile-machine-00000000';
const OTHER_SESSION = 'flux-system/reconcile-machine-00000000';
/** Its renewals are not steps: it lives until it ends, or is made to look dead. */
const LIVES_MS = 365 * 24 * 3_600_000;

export function actOnIsolation(world: World, { do: what, pick }: IsolationStep): void {
  if (what === 'restore') void restoreAll(world);
  else world.own.byOthers(() => ACTIONS[what](world, pick));
}

const ACTIONS: Readonly<Record<Exclude<IsolationStep['do'], 'restore'>, (world: World, pick: number) => void>> = {
  'other-session': otherSession,
  'delete-own-source': (world, pick) => world.cluster.remove(nth(ownSources(world), pick) ?? ''),
  'put-source-back': (world, pick) => {
    const object = nth(isolatedTargets(world), pick);
    const marks = object === undefined ? undefined : sessionIsolation(object);
    if (object !== undefined && isIsolated(marks))
      world.cluster.setSpec(idOf(object), { sourceRef: marks.originalSourceRef });
  },
  'collect-artifact': (world, pick) => {
    const source = world.cluster.objects.get(nth(ownSources(world), pick) ?? '');
    world.registry.collect((source?.spec?.ref as { readonly digest?: string } | undefined)?.digest ?? '');
  },
};

/** Another machine's session takes a target; the next time it puts it back and ends, or just dies. */
function otherSession(world: World, pick: number): void {
  const { cluster, clock } = world;
  if (cluster.objects.has(OTHER_LEASE)) {
    if (pick % 2 === 0) endOthers(world);
    else killOthers(world);
    return;
  }
  const shared = cluster.objects.get(SOURCE);
  const target = nth(cluster.ofKind('Kustomization').filter(isOnShared), pick);
  const artifact = world.registry.tagged;
  if (shared === undefined || target === undefined || artifact === undefined) return;
  const name = `${target.metadata.name}-isolated`;
  if (cluster.objects.has(`OCIRepository/flux-system/${name}`)) return;
  const lease = sessionLease({
    namespace: 'flux-system',
    name: OTHER_SESSION.slice('flux-system/'.length),
    holder: 'desktop/7',
    source: SOURCE,
    directory: 'another machine',
    nowMs: clock.now + LIVES_MS,
  });
  cluster.create(lease);
  const { digest } = world.registry.pushUntagged(artifact.files, {}, artifact.version, {}).artifact;
  const url = 'oci://registry.local/shop';
  cluster.create(sessionSource({ target, shared, session: OTHER_SESSION, url, digest, content: 'theirs', name }));
  const patch = isolatingPatch(target, { ownSource: name, session: OTHER_SESSION, keepFromParent: false });
  cluster.replace(idOf(target), jsonPatch(target, patch) as KubeObject);
}

/** It puts back what it has, as it should. */
export function endOthers(world: World): void {
  const { cluster } = world;
  for (const object of cluster.ofKind('Kustomization')) {
    if (sessionIsolation(object)?.session !== OTHER_SESSION) continue;
    cluster.replace(idOf(object), jsonPatch(object, restoringPatch(object)) as KubeObject);
  }
  for (const object of cluster.ofKind('OCIRepository')) {
    if (sessionSourceMarks(object)?.session === OTHER_SESSION) cluster.remove(idOf(object));
  }
  cluster.remove(OTHER_LEASE);
}

/** Its Lease is renewed no more. */
function killOthers({ cluster, clock }: World): void {
  const renewTime = new Date(clock.now - 60_000).toISOString().replace('Z', '000Z');
  cluster.setSpec(OTHER_LEASE, { renewTime });
}

function ownSources({ cluster }: World): string[] {
  return cluster
    .ofKind('OCIRepository')
    .map(idOf)
    .filter((id) => id !== SOURCE);
}

function isolatedTargets({ cluster }: World): KubeObject[] {
  return cluster.ofKind('Kustomization').filter((object) => isIsolated(sessionIsolation(object)));
}

function isOnShared(object: KubeObject): boolean {
  return sourceOf(object) === SOURCE && sessionIsolation(object) === undefined;
}
