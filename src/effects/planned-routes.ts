import type { BuildProblem } from '../domain/closure.ts';
import { ROOT } from '../domain/paths.ts';
import type { AffectedTarget, HeldTarget, Resolution } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';
import type { ReturningChild } from './children-to-return.ts';
import type { ChooseSource, IsolationChoice } from './isolation-choice.ts';

export interface RoutedTarget {
  readonly target: AffectedTarget;
  readonly choice: IsolationChoice;
}

/** Who of a batch may go, by which source, and who waits for what. */
export interface PlannedRoutes {
  /** In the order of the resolution. */
  readonly going: readonly RoutedTarget[];
  readonly held: readonly HeldTarget[];
  /** Some that would go by the shared source wait, since that cannot be pushed as it is. */
  readonly sharedWaits: boolean;
}

/** A shared source waits for its held files. A push that was decided before a target came which it would break waits, too. */
export function mayBePushed({ held, pruneRisk }: Resolution): boolean {
  return held.length === 0 && pruneRisk === undefined;
}

/** Each on its own where it has one: what is wrong with a file or a target concerns only those that read it. */
export function plannedRoutes(
  resolution: Resolution,
  choose: ChooseSource,
  returning: readonly ReturningChild[] = [],
): PlannedRoutes {
  const routed = withChildren(resolution, returning).map((target) => ({
    target,
    choice: choiceOf(target, choose, returning),
  }));
  const mayShare = mayBePushed(resolution);
  const mayGo = ({ target, choice }: RoutedTarget): boolean => {
    if (choice.by === 'own') return !isEmptied(target.id, resolution);
    return choice.by === 'shared' && mayShare;
  };
  const going = routed.filter(
    (route) =>
      mayGo(route) &&
      returning.every(({ child, parent }) => parent !== route.target.id || mayGo(routeOf(child, routed))),
  );
  const goingIds = new Set(going.map(({ target }) => target.id));
  const waiting = routed.filter(({ target }) => !goingIds.has(target.id));
  return {
    going,
    held: [...resolution.held, ...waiting.flatMap(({ target, choice }) => heldOf(target.id, choice, resolution))],
    sharedWaits:
      waiting.some(({ choice }) => choice.by === 'shared') ||
      resolution.held.some(({ id }) => choose({ id, rule: 'full', digest: undefined }).by === 'shared'),
  };
}

const KEPT_SHARED = {
  by: 'shared',
  because: 'its own manifest changes, which its parent could not apply otherwise',
} as const;

function choiceOf(target: AffectedTarget, choose: ChooseSource, returning: readonly ReturningChild[]): IsolationChoice {
  const given = returning.find(({ child }) => child === target.id);
  if (given === undefined) return choose(target);
  return given.isIsolated ? { ...KEPT_SHARED, leave: true } : KEPT_SHARED;
}

/** Without those that go by the shared source anyway. */
export function keptFromParents(
  returning: readonly ReturningChild[],
  { affected }: Resolution,
  choose: ChooseSource,
): readonly ReturningChild[] {
  const wanted = new Map(affected.map((target) => [target.id, target]));
  return returning.filter(({ child, isIsolated }) => {
    const target = wanted.get(child);
    return isIsolated || (target !== undefined && choose(target).by === 'own');
  });
}

/** Children that have to be put back go too, whether or not their own files changed. */
function withChildren({ affected, digests }: Resolution, returning: readonly ReturningChild[]): AffectedTarget[] {
  const known = new Set(affected.map(({ id }) => id));
  const children = [...new Set(returning.map(({ child }) => child))].filter((child) => !known.has(child));
  return [...children.map((id) => ({ id, rule: 'owed' as const, digest: digests[id], because: [] })), ...affected];
}

function routeOf(id: ObjectId, routed: readonly RoutedTarget[]): RoutedTarget {
  const found = routed.find(({ target }) => target.id === id);
  if (found === undefined) throw new Error(`expected a route for ${id}, found none`);
  return found;
}

function isEmptied(id: ObjectId, { pruneRisk, emptied }: Resolution): boolean {
  return pruneRisk !== undefined && (emptied === undefined || emptied.includes(id));
}

function heldOf(id: ObjectId, choice: IsolationChoice, resolution: Resolution): HeldTarget[] {
  if (choice.by === 'nobody') {
    return [{ id, problem: { kind: 'unsupported', path: ROOT, message: choice.because, hint: choice.hint } }];
  }
  const { pruneRisk, held } = resolution;
  if (pruneRisk !== undefined) return [{ id, problem: pruneProblem(pruneRisk) }];
  const [first] = held;
  if (first === undefined || held.some((other) => other.id === id)) return [];
  return [{ id, problem: waitingProblem(first.problem) }];
}

function pruneProblem(message: string): BuildProblem {
  return { kind: 'missing', path: ROOT, message, hint: 'restore the files, or allow it with --allow-prune' };
}

/** A shared source is not pushed while one of its files is broken, so its other affected targets wait for that file too. */
function waitingProblem(problem: BuildProblem): BuildProblem {
  const where = problem.line === undefined ? problem.path : `${problem.path}:${problem.line}:${problem.column ?? 1}`;
  const place = problem.message.startsWith(where) ? '' : `${where}: `;
  return {
    ...problem,
    message: `${place}${problem.message} (it breaks the source they share, so this target waits)`,
  };
}
