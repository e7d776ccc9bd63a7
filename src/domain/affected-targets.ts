import { dependencyOrder } from './dependency-order.ts';
import { objectTest } from './made-objects.ts';
import type { RelativePath } from './paths.ts';
import { type ChangedFile, decideFile } from './precedence.ts';
import {
  type AffectedTarget,
  type FileDecision,
  type FullReason,
  type HeldTarget,
  OWED,
  type Resolution,
  type Rule,
} from './resolution.ts';
import type { ObjectId } from './target.ts';
import type { TargetState } from './target-state.ts';

export interface BatchInput {
  readonly files: readonly ChangedFile[];
  /** Every target that is fed from here, as the files are now. */
  readonly states: ReadonlyMap<ObjectId, TargetState>;
  /** What is pushed or reconciled already; a target that is not in it is compared with `baseline`. */
  readonly known: Readonly<Record<ObjectId, string | undefined>>;
  /** Digests from when the target was first seen: changes are counted from there while `known` has nothing. */
  readonly baseline: ReadonlyMap<ObjectId, string | undefined>;
  /** Targets that an earlier batch held. */
  readonly heldBefore: ReadonlySet<ObjectId>;
  readonly full: FullReason | undefined;
  readonly fedSource: ObjectId;
  readonly contentDigest: string;
  readonly fileCount: number;
  readonly pruneRisk: string | undefined;
  readonly warnings: readonly string[];
}

const BECAUSE_MAX = 5;
/** The digest of a target that was asked for while nobody could tell what its build reads. */
const UNTOLD = '';

/** What a batch of changed paths means. */
export function resolveBatch(input: BatchInput): Resolution {
  const decisions = input.files.map(decideFile);
  const full = input.full ?? firstFull(decisions);
  const pointers = pointersByTarget(input.files, decisions);
  const affected: AffectedTarget[] = [];
  const held: HeldTarget[] = [];
  const suspended: ObjectId[] = [];
  const digests: Record<ObjectId, string> = {};
  for (const [id, state] of input.states) {
    const { broken, digest, target } = state;
    if (digest !== undefined && broken === undefined) digests[id] = digest;
    const rule = wantedBy(state, input, pointers.get(id), full);
    const isWanted = rule !== undefined || (broken !== undefined && input.heldBefore.has(id));
    if (!isWanted) continue;
    if (target.suspended) suspended.push(id);
    else if (broken !== undefined) held.push({ id, problem: broken });
    else if (rule !== undefined) {
      affected.push({ id, rule, digest, because: pointers.get(id)?.because.slice(0, BECAUSE_MAX) ?? [] });
    }
  }
  const withFollowers = full === undefined ? [...affected, ...followersOf(affected, held, input)] : affected;
  const { ordered, warnings } = inDependencyOrder(withFollowers, input);
  return {
    decisions,
    full,
    affected: ordered,
    held,
    suspended,
    contentDigest: input.contentDigest,
    fileCount: input.fileCount,
    pruneRisk: input.pruneRisk,
    digests,
    bystanders: bystanders(withFollowers, input),
    warnings: [...input.warnings, ...warnings],
  };
}

interface Pointer {
  rule: Rule;
  readonly because: RelativePath[];
}

/** Which targets the changed paths point at. A file read by a build says more than a neighbourhood. */
function pointersByTarget(files: readonly ChangedFile[], decisions: readonly FileDecision[]): Map<ObjectId, Pointer> {
  const pointers = new Map<ObjectId, Pointer>();
  const point = (ids: Iterable<ObjectId>, rule: Rule, path: RelativePath): void => {
    for (const id of ids) {
      const pointer = pointers.get(id);
      if (pointer === undefined) pointers.set(id, { rule, because: [path] });
      else {
        pointer.because.push(path);
        if (pointer.rule === 'nearest-owner') pointer.rule = rule;
      }
    }
  };
  for (const [index, file] of files.entries()) {
    const decision = decisions[index];
    if (decision === undefined || decision.decision === 'none') continue;
    point(file.readers, 'closure', file.path);
    point(file.charts, 'chart', file.path);
    if (decision.reason === 'nearest-owner') point(file.owners, 'nearest-owner', file.path);
  }
  return pointers;
}

/** The rule by which a target is asked, or undefined. */
function wantedBy(
  state: TargetState,
  input: BatchInput,
  pointer: Pointer | undefined,
  full: FullReason | undefined,
): Rule | undefined {
  const { id } = state.target;
  const known = input.known[id];
  const before = known ?? input.baseline.get(id);
  // What is owed is asked for whatever its files are: nobody else would end its wait.
  const differs = state.digest === undefined ? known === OWED : before !== state.digest;
  if (pointer?.rule === 'nearest-owner') return pointer.rule;
  if (pointer !== undefined && (differs || state.broken !== undefined)) return pointer.rule;
  if (full !== undefined) return 'full';
  // What made it unsure is a changed path, and that makes the batch a full one; unless that was while nobody watched.
  const isUnsureSince = state.digest === undefined && known !== undefined && known !== UNTOLD;
  return isUnsureSince || (differs && (known !== undefined || input.baseline.has(id))) ? 'owed' : undefined;
}

/** Targets that read a ConfigMap or Secret which an affected target may make. */
function followersOf(
  affected: readonly AffectedTarget[],
  held: readonly HeldTarget[],
  input: BatchInput,
): AffectedTarget[] {
  const taken = new Set([...affected, ...held].map((target) => target.id));
  const candidates = [...input.states.values()].filter(
    ({ target }) => target.substituteFrom.length > 0 && !target.suspended && !taken.has(target.id),
  );
  if (candidates.length === 0) return [];
  const makers = affected.flatMap(({ id }) => {
    const state = input.states.get(id);
    return state?.closure === undefined ? [] : [{ id, makes: objectTest(state.closure, state.root.tree) }];
  });
  return candidates.flatMap(({ target, digest, broken }) => {
    const follows = makers.filter(({ makes }) => target.substituteFrom.some(makes)).map((maker) => maker.id);
    if (follows.length === 0 || broken !== undefined) return [];
    return [{ id: target.id, rule: 'follower' as const, digest, because: [], follows }];
  });
}

function inDependencyOrder(
  affected: readonly AffectedTarget[],
  input: BatchInput,
): { readonly ordered: readonly AffectedTarget[]; readonly warnings: readonly string[] } {
  const byId = new Map(affected.map((target) => [target.id, target]));
  const { order, cycles } = dependencyOrder([...byId.keys()], (id) => [
    ...(input.states.get(id)?.target.dependsOn ?? []),
    ...(byId.get(id)?.follows ?? []),
  ]);
  return {
    ordered: order.flatMap((id) => byId.get(id) ?? []),
    warnings: cycles.map(
      (cycle) => `dependsOn goes in a circle, so none of these can become Ready: ${[...cycle, cycle[0]].join(' → ')}`,
    ),
  };
}

/** A new revision of the source runs all that read it; a composed artifact moves only when its own files changed. */
function bystanders(affected: readonly AffectedTarget[], input: BatchInput): number {
  if (affected.length === 0) return 0;
  const asked = new Set(affected.map((target) => target.id));
  const moved = new Set([input.fedSource, ...affected.map(({ id }) => input.states.get(id)?.root.source)]);
  let count = 0;
  for (const [id, { target, root }] of input.states) {
    if (!asked.has(id) && !target.suspended && moved.has(root.source)) count++;
  }
  return count;
}

function firstFull(decisions: readonly FileDecision[]): FullReason | undefined {
  const decision = decisions.find((candidate) => candidate.decision === 'full');
  if (decision === undefined) return undefined;
  const { reason, detail, path } = decision;
  if (reason !== 'root-level' && reason !== 'ambiguous' && reason !== 'unmapped') return undefined;
  return { reason, detail, path };
}
