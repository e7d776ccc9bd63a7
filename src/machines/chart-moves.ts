import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';

/** A state of a chart, as far as a step looks at it. */
export interface ChartNode {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly order: number;
  readonly parent: ChartNode | undefined;
  readonly states: Readonly<Record<string, ChartNode>>;
  readonly transitions: ReadonlyMap<string, readonly Edge[]>;
  readonly always: readonly Edge[] | undefined;
  readonly entry: readonly PlainAction[];
  readonly exit: readonly PlainAction[];
  readonly initial: { readonly target: readonly ChartNode[]; readonly actions: readonly PlainAction[] };
  readonly invoke: readonly unknown[];
  readonly tags: readonly string[];
}

/** A transition of a chart. */
export interface Edge {
  readonly eventType: string;
  readonly source: ChartNode;
  readonly target?: readonly ChartNode[] | undefined;
  readonly reenter: boolean;
  readonly guard?: string | ((given: { readonly context: unknown; readonly event: unknown }) => boolean) | undefined;
  readonly actions: readonly PlainAction[];
}

/** As an action is written in a chart: by name, with parameters, or one of XState's own. */
export type PlainAction =
  | string
  | { readonly type: string; readonly params?: unknown }
  | (((given: never) => unknown) & { readonly name: string });

/** The innermost state, which says all of where a chart without parallel states is. */
export interface Leaf {
  readonly node: ChartNode;
  readonly nodes: readonly ChartNode[];
  readonly value: unknown;
  readonly tags: ReadonlySet<string>;
}

export interface Move {
  /** Of the states that are left, of the transition, of those that are entered; in order. */
  readonly actions: readonly PlainAction[];
  /** Where it leads; undefined where the states stay the same. */
  readonly leaf: Leaf | undefined;
}

/** Without parallel, history or invoked states, wildcards, guards that take parameters or are put together of others, messages to actors. */
export function isPlain(machine: AnyStateMachine): boolean {
  const guards = machine.implementations.guards as unknown as Readonly<Record<string, unknown>>;
  const isPlainAction = (action: unknown): boolean => !(typeof action === 'function' && 'retryResolve' in action);
  const isPlainGuard = ({ guard }: Edge): boolean => {
    const found: unknown = typeof guard === 'string' ? guards[guard] : guard;
    return guard === undefined || (typeof found === 'function' && !('check' in found));
  };
  const isPlainNode = (node: ChartNode): boolean =>
    ['atomic', 'compound', 'final'].includes(node.type) &&
    node.invoke.length === 0 &&
    [...node.transitions.keys()].every((type) => !type.includes('*')) &&
    edgesOf(node).every((edge) => isPlainGuard(edge) && edge.actions.every(isPlainAction)) &&
    [...node.entry, ...node.exit].every(isPlainAction) &&
    Object.values(node.states).every(isPlainNode);
  const actions = Object.values(machine.implementations.actions);
  return actions.every(isPlainAction) && isPlainNode(machine.root as unknown as ChartNode);
}

function edgesOf({ transitions, always }: ChartNode): Edge[] {
  return [...[...transitions.values()].flat(), ...(always ?? [])];
}

const leaves = new WeakMap<ChartNode, Leaf>();

export function leafOf(snapshot: AnyMachineSnapshot): Leaf {
  const nodes = snapshot._nodes as unknown as readonly ChartNode[];
  const node = nodes.find(({ type }) => type !== 'compound');
  if (node === undefined)
    throw new Error(`machine ${snapshot.machine.id}: expected an innermost state in its snapshot`);
  return leafAt(node);
}

function leafAt(node: ChartNode): Leaf {
  const known = leaves.get(node);
  if (known !== undefined) return known;
  const nodes = [...ancestorsOf(node).reverse(), node];
  let value: unknown = node.key;
  for (let parent = node.parent; parent?.parent !== undefined; parent = parent.parent) value = { [parent.key]: value };
  const leaf = { node, nodes, value, tags: new Set(nodes.flatMap(({ tags }) => tags)) };
  leaves.set(node, leaf);
  return leaf;
}

/** The one that a chart begins in, and what it does as it enters it. */
export function beginning(root: ChartNode): { readonly actions: readonly PlainAction[]; readonly leaf: Leaf } {
  const entered = [root, ...initialBelow(root)];
  const actions = entered.flatMap(({ type, entry, initial }) =>
    type === 'compound' ? [...entry, ...initial.actions] : entry,
  );
  return { actions, leaf: leafAt(entered.at(-1) ?? root) };
}

/** The innermost state that a snapshot's value names; undefined where it names none. */
export function leafNamed(root: ChartNode, value: unknown): Leaf | undefined {
  let node: ChartNode | undefined = root;
  for (let rest = value; node !== undefined && rest !== undefined; ) {
    const [key, below]: readonly [string, unknown] = typeof rest === 'string' ? [rest, undefined] : onlyEntry(rest);
    node = Object.hasOwn(node.states, key) ? node.states[key] : undefined;
    rest = below;
  }
  return node?.type === 'atomic' ? leafAt(node) : undefined;
}

function onlyEntry(value: unknown): readonly [string, unknown] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return entries.length === 1 && entries[0] !== undefined ? entries[0] : ['', undefined];
}

const moves = new WeakMap<Edge, Map<ChartNode, Move | undefined>>();

/** What taking `edge` in `from` does; undefined where it enters a final state. */
export function moveOf(edge: Edge, from: Leaf): Move | undefined {
  const known = moves.get(edge) ?? new Map<ChartNode, Move | undefined>();
  if (known.has(from.node)) return known.get(from.node);
  const move = plan(edge, from);
  moves.set(edge, known.set(from.node, move));
  return move;
}

/** As the SCXML algorithm has it, for one transition. */
function plan({ source, target, reenter, actions }: Edge, from: Leaf): Move | undefined {
  if (target === undefined || target.length === 0) return { actions, leaf: undefined };
  const [to] = target;
  if (to === undefined || target.length > 1) return undefined;
  const domain = domainOf(source, to, reenter);
  const left = from.nodes
    .filter((node) => isBelow(node, domain) || (reenter && node === domain && source === domain))
    .sort((a, b) => b.order - a.order);
  const isEntered = source !== to || source !== domain || reenter;
  const initial = initialBelow(to);
  const entered = [
    ...ancestorsOf(to).filter((node) => isBelow(node, domain)),
    ...(isEntered ? [to] : []),
    ...initial,
  ].sort((a, b) => a.order - b.order);
  if (entered.some(({ type }) => type === 'final')) return undefined;
  const byDefault = new Set([...(isEntered ? [to] : []), ...initial]);
  const leaf = leafAt(initial.at(-1) ?? to);
  return {
    actions: [
      ...left.flatMap(({ exit }) => exit),
      ...actions,
      ...entered.flatMap((node) => (byDefault.has(node) ? [...node.entry, ...node.initial.actions] : node.entry)),
    ],
    leaf: leaf.node === from.node ? undefined : leaf,
  };
}

/** The innermost state around all that changes; undefined where the root itself is left and entered again. */
function domainOf(source: ChartNode, to: ChartNode, reenter: boolean): ChartNode | undefined {
  if (!reenter && (to === source || isBelow(to, source))) return source;
  const around = ancestorsOf(to).find((ancestor) => isBelow(source, ancestor));
  if (around !== undefined || reenter) return around;
  return ancestorsOf(source).at(-1) ?? source;
}

/** The states that are entered with `node` because each is its parent's initial one, outermost first. */
function initialBelow(node: ChartNode): ChartNode[] {
  const [first] = node.type === 'compound' ? node.initial.target : [];
  return first === undefined ? [] : [first, ...initialBelow(first)];
}

/** Proper ones, innermost first. */
function ancestorsOf(node: ChartNode): ChartNode[] {
  const found: ChartNode[] = [];
  for (let parent = node.parent; parent !== undefined; parent = parent.parent) found.push(parent);
  return found;
}

/** True where `ancestor` is a proper ancestor of `node`; everything lies below `undefined`. */
function isBelow(node: ChartNode, ancestor: ChartNode | undefined): boolean {
  return ancestor === undefined || ancestorsOf(node).includes(ancestor);
}
