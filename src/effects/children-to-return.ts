import type { AnyMachineSnapshot } from 'xstate';
import { type ChildManifest, childManifest } from '../domain/isolation/child-manifest.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { parentOf } from '../domain/isolation/session-obstacle.ts';
import type { RelativePath } from '../domain/paths.ts';
import { type AffectedTarget, OTHER_BUILD, type Resolution } from '../domain/resolution.ts';
import { type ObjectId, objectId, type TargetDefinition } from '../domain/target.ts';
import type { TargetState } from '../domain/target-state.ts';
import { targetMachineId } from '../machines/messages.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { LiveView } from './live-view.ts';

export interface ReturningChild {
  readonly child: ObjectId;
  readonly parent: ObjectId;
  /** It has a source of its own, or is being pointed at one. Otherwise it is to have none yet. */
  readonly isIsolated: boolean;
}

/** Targets whose parents are to apply another manifest of theirs, and could not while they are kept from it. */
export interface ReturningChildren {
  /** On the shared source for this cycle, put back at its turn; its parent goes after it. */
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

/**
 * Looks only at children of affected targets: whose files are as they were applies the same manifests as before. And at affected targets
 * whose parent has not applied yet what it waits for them to apply.
 */
export function childrenToReturn(input: FamilyInput): ReturningChildren {
  const { resolution, machines, view, session } = input;
  if (session === undefined || resolution.affected.length === 0) return NO_CHILDREN;
  const affected = new Map(resolution.affected.map((target) => [target.id, target]));
  const changed: ReturningChild[] = [];
  const dropped: ReturningChild[] = [];
  for (const target of view.definitions.targets) {
    const standing = standingOf(input, target, session);
    // One that is neither isolated nor changed is not isolated by this batch either.
    if (standing === undefined || (standing.place === 'shared' && !affected.has(target.id))) continue;
    const { parent, place } = standing;
    const child = { child: target.id, parent, isIsolated: place !== 'shared' };
    const manifest = manifestOf(input, target, parent, affected.get(parent));
    if (manifest === 'dropped' && place === 'isolated') dropped.push(child);
    else if (manifest !== 'untouched') changed.push(child);
    else if (affected.has(target.id) && isAwaited(machines, child)) changed.push(child);
  }
  return { changed, dropped };
}

/** What a batch means for the manifest of a child; `untouched` where its parent is not asked. */
function manifestOf(
  { changed, machines, stateOf }: FamilyInput,
  child: TargetDefinition,
  parent: ObjectId,
  wanted: AffectedTarget | undefined,
): ChildManifest {
  const state = stateOf(parent);
  if (wanted === undefined || state === undefined) return 'untouched';
  const before = machines.get(targetMachineId(parent));
  const applied = (before?.context as TargetContext | undefined)?.reconciledDigest;
  if (applied !== undefined && applied === wanted.digest) return 'untouched';
  // Only where everything before this batch has been applied, by the same build, do its paths tell all that is new.
  const isApplied = applied !== undefined && applied !== OTHER_BUILD && before?.matches('settled') === true;
  return childManifest(state, child, isApplied && wanted.rule === 'closure' ? new Set(changed) : undefined);
}

/** The parent waits for the child, or is at it: its manifest is not applied yet. */
function isAwaited(
  machines: ReadonlyMap<string, AnyMachineSnapshot>,
  { child, parent }: Pick<ReturningChild, 'child' | 'parent'>,
): boolean {
  return inFlight(machines.get(targetMachineId(parent)))?.awaits.includes(child) === true;
}

function inFlight(snapshot: AnyMachineSnapshot | undefined): TargetContext | undefined {
  const isUnderWay = ['requested', 'progressing', 'backoff'].some((state) => snapshot?.matches(state) === true);
  return isUnderWay ? (snapshot?.context as TargetContext | undefined) : undefined;
}

/**
 * The parent of a target that is, or could be, kept from it by this session, and whether it is: `moving` while it is being pointed at its own
 * source. Undefined: none applies it, or the source of its own is there for good, or another session's.
 */
function standingOf(
  { view, machines }: FamilyInput,
  target: TargetDefinition,
  session: string,
): { readonly parent: ObjectId; readonly place: 'shared' | 'moving' | 'isolated' } | undefined {
  const object = view.object(target.id);
  const owner = object === undefined ? undefined : parentOf(object);
  if (object === undefined || owner === undefined) return undefined;
  const parent = objectId('Kustomization', owner.namespace, owner.name);
  const marks = sessionIsolation(object);
  if (isIsolated(marks)) return marks.session === session ? { parent, place: 'isolated' } : undefined;
  if (target.ownSource !== undefined) return undefined;
  const isMoving = inFlight(machines.get(targetMachineId(target.id)))?.isolation !== undefined;
  return { parent, place: isMoving ? 'moving' : 'shared' };
}
