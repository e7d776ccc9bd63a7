import { compareElements } from './path-element.ts';

/**
 * A set of field paths, in the very form of `metadata.managedFields[].fieldsV1`: each key is a path element, `{}` is a
 * member, and `.` makes a node with children a member itself. The root is never a member. Sets are immutable, so an entry of
 * an object is a set as it is, and what an operation leaves alone is shared.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set under construction. */
export interface GrowingFieldSet {
  [element: string]: GrowingFieldSet;
}

const SELF = '.';
const MEMBER: FieldSet = {};
export const NO_FIELDS: FieldSet = {};

export function isEmpty(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

/** Whether the path to `node` belongs to the set; `node` is not the root. */
export function isMember(node: FieldSet): boolean {
  return isEmpty(node) || Object.hasOwn(node, SELF);
}

/** Adds `path` to `set`, in place. */
export function insert(set: GrowingFieldSet, path: readonly string[]): void {
  let node = set;
  const last = path.length - 1;
  for (let depth = 0; depth <= last; depth += 1) {
    const element = path[depth] ?? '';
    let next = node[element];
    if (next === undefined) {
      next = {};
      node[element] = next;
    } else if (isEmpty(next) !== (depth === last)) next[SELF] = {};
    node = next;
  }
}

/** The node of a member or of its children; undefined when there is neither. */
function nodeOf(member: boolean, children: FieldSet): FieldSet | undefined {
  if (isEmpty(children)) return member ? MEMBER : undefined;
  return member ? { [SELF]: MEMBER, ...children } : children;
}

/** All paths of both; `a` itself when `b` adds none: who writes the same fields again and again owns the same set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  return unionOfChildren(withoutSelf(a), withoutSelf(b));
}

function unionOfChildren(a: FieldSet, b: FieldSet): FieldSet {
  let all: Record<string, FieldSet> | undefined;
  for (const element in b) {
    const [left, right] = [a[element], b[element]];
    if (right === undefined) continue;
    const node = left === undefined ? right : unionOfNodes(left, right);
    if (node === left) continue;
    all ??= { ...a };
    all[element] = node;
  }
  return all ?? a;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  if (isEmpty(b)) return isMember(a) ? a : { [SELF]: MEMBER, ...a };
  if (isEmpty(a)) return isMember(b) ? b : { [SELF]: MEMBER, ...b };
  return unionOfChildren(a, b);
}

/** The paths that are in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const both: Record<string, FieldSet> = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined || right === undefined || element === SELF) continue;
    const node = nodeOf(isMember(left) && isMember(right), intersection(left, right));
    if (node !== undefined) both[element] = node;
  }
  return both;
}

/** The paths of `a` that are not in `b`; `a` itself when that is all of them. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, (left, right) => nodeOf(isMember(left) && !isMember(right), difference(left, right)));
}

/** The paths of `a` that are neither in `b` nor below a path of `b`. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, (left, right) =>
    isMember(right) ? undefined : nodeOf(isMember(left), differenceBelow(left, right)),
  );
}

function subtract(a: FieldSet, b: FieldSet, rest: (left: FieldSet, right: FieldSet) => FieldSet | undefined): FieldSet {
  let differs = false;
  const kept: Record<string, FieldSet> = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined || element === SELF) continue;
    const node = right === undefined ? left : rest(left, right);
    if (node !== undefined) kept[element] = node;
    if (node === undefined || (node !== left && !sameSet(node, left))) differs = true;
  }
  return differs ? kept : withoutSelf(a);
}

/** The children of a node, as a set of their own. */
function withoutSelf(node: FieldSet): FieldSet {
  if (!Object.hasOwn(node, SELF)) return node;
  const { [SELF]: _self, ...children } = node;
  return children;
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let size = 0;
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined || right === undefined || !sameSet(left, right)) return false;
    size += 1;
  }
  return Object.keys(b).length === size;
}

/** Calls `visit` with each path of the set, a node's own members before what lies below them. */
export function eachPath(
  set: FieldSet,
  visit: (path: readonly string[]) => void,
  prefix: readonly string[] = [],
): void {
  const elements = elementsOf(set);
  for (const element of elements) if (isMember(set[element] ?? NO_FIELDS)) visit([...prefix, element]);
  for (const element of elements) eachPath(set[element] ?? NO_FIELDS, visit, [...prefix, element]);
}

const inOrder = new WeakSet<FieldSet>();

/** The same set with its elements in the order that the real server writes; itself where it came from here. */
export function ordered(set: FieldSet): FieldSet {
  if (inOrder.has(set)) return set;
  const result = orderedNode(set);
  inOrder.add(result);
  return result;
}

function orderedNode(set: FieldSet): FieldSet {
  if (isEmpty(set)) return MEMBER;
  const result: Record<string, FieldSet> = Object.hasOwn(set, SELF) ? { [SELF]: MEMBER } : {};
  for (const element of elementsOf(set)) result[element] = orderedNode(set[element] ?? NO_FIELDS);
  return result;
}

function elementsOf(set: FieldSet): readonly string[] {
  const elements = Object.keys(set).filter((element) => element !== SELF);
  return elements.length > 1 ? elements.sort(compareElements) : elements;
}
