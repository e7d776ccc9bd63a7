import type { AnyMachineSnapshot } from 'xstate';
import { childManifest } from '../domain/isolation/child-manifest.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { parentOf } from '../domain/isolation/session-obstacle.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { Resolution } from '../domain/resolution.ts';
import { type ObjectId, objectId, type TargetDefinition } from '../domain/target.ts';
import type { TargetState } from '../domain/target-state.ts';
import { targetMachineId } from '../machines/messages.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { LiveView } from './live-view.ts';

export interface ReturningChild {
  readonly child: ObjectId;
  readonly parent: ObjectId;
}

/** Isolated targets whose parents are to apply another manifest of theirs, and could not while they are kept from it. */
export interface ReturningChildren {
  /** Put back at its turn, once the shared source has what is on the disk; its parent goes after it. */
  readonly changed: readonly ReturningChild[];
  /** Its parent prunes it, which it must not be kept from: put back before anything is pushed. */
  readonly dropped: readonly ReturningChild[];
}

export const NO_CHILDREN: ReturningChildren = { changed: [], dropped: [] };

export interface FamilyInput {
  readonly resolution: Resolution;
  /** The paths of the batch. */
  readonly changed: readonly RelativePath[];
  readonly view: LiveView;
  readonly machines: ReadonlyMap<string, AnyMachineSnapshot>;
  readonly stateOf: (target: ObjectId) => TargetState | undefined;
  /** `<namespace>/<name>` of the session's Lease. */
  readonly session: string | undefined;
}

/** Looks only at children of affected targets: whose files are as they were applies the same manifests as before. */
export function childrenToReturn(input: FamilyInput): ReturningChildren {
  const { resolution, view, session } = input;
  if (session === undefined || resolution.affected.length === 0) return NO_CHILDREN;
  const affected = new Map(resolution.affected.map((target) => [target.id, target]));
  const changed: ReturningChild[] = [];
  const dropped: ReturningChild[] = [];
  for (const target of view.definitions.targets) {
    const parent = isolatedChild(view, target, session);
    const wanted = parent === undefined ? undefined : affected.get(parent);
    const state = parent === undefined ? undefined : input.stateOf(parent);
    if (parent === undefined || wanted === undefined || state === undefined) continue;
    const before = input.machines.get(targetMachineId(parent));
    const applied = (before?.context as TargetContext | undefined)?.reconciledDigest;
    if (applied !== undefined && applied === wanted.digest) continue;
    // Only where everything before this batch has been applied do its paths tell all that is new.
    const isAllNew = applied !== undefined && before?.matches('settled') === true && wanted.rule === 'closure';
    const manifest = childManifest(state, target, isAllNew ? new Set(input.changed) : undefined);
    if (manifest === 'changed') changed.push({ child: target.id, parent });
    if (manifest === 'dropped') dropped.push({ child: target.id, parent });
  }
  return { changed, dropped };
}

/** The parent of a target that this session keeps from it. */
function isolatedChild(view: LiveView, target: TargetDefinition, session: string): ObjectId | undefined {
  const object = view.object(target.id);
  if (object === undefined) return undefined;
  const marks = sessionIsolation(object);
  if (!isIsolated(marks) || marks.session !== session) return undefined;
  const parent = parentOf(object);
  return parent === undefined ? undefined : objectId('Kustomization', parent.namespace, parent.name);
}
