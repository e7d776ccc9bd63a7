import type { AnyStateMachine, StateNode } from 'xstate';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { listWatchMachine } from '../../src/machines/list-watch.ts';
import { observeTransitions } from '../../src/machines/pure-transition.ts';
import { type Answer, type Dependency, FAULTS_OF } from './faults.ts';
import { outOfReach } from './out-of-reach.ts';

type Node = StateNode<never, never>;

interface Edge {
  readonly eventType: string;
  readonly source: { readonly id: string };
  readonly target?: readonly { readonly id: string }[];
  readonly guard?: unknown;
}

/** What each call may meet. */
const EFFECTS: Readonly<Record<string, Dependency>> = {
  askTarget: 'api-server',
  askSource: 'api-server',
  askGenerators: 'api-server',
  list: 'api-server',
  watch: 'api-server',
  pushArtifact: 'registry',
  readConfig: 'registry',
  runHooks: 'hooks',
  sweep: 'disk',
  pushClosure: 'registry',
  'create OCIRepository': 'api-server',
  'patch OCIRepository': 'api-server',
  'delete OCIRepository': 'api-server',
  'get Kustomization': 'api-server',
  'patch Kustomization': 'api-server',
  'create Lease': 'api-server',
  'patch Lease': 'api-server',
  'get Lease': 'api-server',
  'delete Lease': 'api-server',
};

/** Which transitions of which machine were taken, and which fault hit which call. */
export class Coverage {
  readonly #taken = new Map<string, Counter>();
  readonly #hits = new Map<string, Counter>();
  readonly #states = new Map<string, Counter>();
  /** What counts one more when the transition is taken: itself, and the states at both ends. */
  readonly #edges = new Map<object, readonly Counter[]>();
  readonly #isolates: boolean;

  /** `isolates`: of schedules that run with `--isolate`. */
  constructor(isolates = false) {
    this.#isolates = isolates;
    for (const [kind, machine] of Object.entries(machines)) {
      for (const name of statesOf(kind, machine)) this.#states.set(name, { count: 0 });
      for (const [edge, name] of edgesOf(kind, machine)) {
        const taken = counterOf(this.#taken, name);
        const states = [edge.source, ...(edge.target ?? [])].flatMap(({ id }) => this.#states.get(id) ?? []);
        this.#edges.set(edge, [taken, ...states]);
      }
    }
    for (const [effect, dependency] of Object.entries(EFFECTS)) {
      for (const fault of FAULTS_OF[dependency]) counterOf(this.#hits, `${effect} × ${fault}`);
    }
  }

  /** Looks at every transition that a machine takes from now on. It sees replays too: they take the same ones. */
  observe(): void {
    const count = (edge: object): void => {
      for (const counter of this.#edges.get(edge) ?? []) counter.count += 1;
    };
    for (const machine of Object.values(machines)) observeTransitions(machine, count);
  }

  fault(effect: string, how: Answer): void {
    const counter = this.#hits.get(`${effect} × ${how}`);
    if (counter !== undefined) counter.count += 1;
  }

  /** Adds what another process has covered, as `counts` gave it. */
  add(counts: CoverageCounts): void {
    for (const [own, other] of [
      [this.#taken, counts.taken],
      [this.#hits, counts.hits],
      [this.#states, counts.states],
    ] as const) {
      for (const [name, count] of Object.entries(other)) counterOf(own, name).count += count;
    }
  }

  counts(): CoverageCounts {
    return {
      taken: countsOf(this.#taken),
      hits: countsOf(this.#hits),
      states: countsOf(this.#states),
    };
  }

  #outOfReach(name: string): string | undefined {
    return outOfReach(name, this.#isolates);
  }

  /** How often what has this name was reached. */
  count(name: string): number {
    return (this.#taken.get(name) ?? this.#hits.get(name) ?? this.#states.get(name))?.count ?? 0;
  }

  /** The names of everything that there is to reach. */
  names(): string[] {
    return [...this.#states.keys(), ...this.#taken.keys(), ...this.#hits.keys()];
  }

  /** What is not as it must be: what was not reached, and what was although it is said to be out of reach. */
  flaws(): CoverageFlaws {
    const counts = [...this.#states, ...this.#taken, ...this.#hits];
    return {
      notReached: counts
        .filter(([name, { count }]) => count === 0 && this.#outOfReach(name) === undefined)
        .map(([name]) => name),
      reachedAfterAll: counts
        .filter(([name, { count }]) => count > 0 && this.#outOfReach(name) !== undefined)
        .map(([name]) => name),
    };
  }

  /** Lines for the user: how much of each was reached, and what was not. */
  report(): string[] {
    const { notReached, reachedAfterAll } = this.flaws();
    return [
      this.#summary('states', this.#states),
      this.#summary('transitions', this.#taken),
      this.#summary('faults × calls', this.#hits),
      ...notReached.map((name) => `  not reached: ${name}`),
      ...reachedAfterAll.map(
        (name) =>
          `  reached, though out-of-reach.ts says it is not (${this.#outOfReach(name)}; scripts/simulate-rare.ts keeps a schedule of it): ${name}`,
      ),
    ];
  }

  #summary(what: string, counts: ReadonlyMap<string, Counter>): string {
    const names = [...counts.keys()];
    const exempt = names.filter((name) => this.#outOfReach(name) !== undefined).length;
    const reached = names.filter(
      (name) => this.#outOfReach(name) === undefined && (counts.get(name)?.count ?? 0) > 0,
    ).length;
    const besides =
      exempt === 0 ? '' : ` (${exempt} more are out of reach in this world: test/simulation/out-of-reach.ts)`;
    return `${what}: ${reached} of ${counts.size - exempt}${besides}`;
  }
}

interface Counter {
  count: number;
}

function counterOf(counters: Map<string, Counter>, name: string): Counter {
  const counter = counters.get(name) ?? { count: 0 };
  counters.set(name, counter);
  return counter;
}

function countsOf(counters: ReadonlyMap<string, Counter>): Record<string, number> {
  return Object.fromEntries([...counters].map(([name, { count }]) => [name, count]));
}

export interface CoverageFlaws {
  readonly notReached: readonly string[];
  readonly reachedAfterAll: readonly string[];
}

export interface CoverageCounts {
  readonly taken: Readonly<Record<string, number>>;
  readonly hits: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, number>>;
}

const machines: Readonly<Record<string, AnyStateMachine>> = {
  ...WATCH_KINDS,
  'list-watch': listWatchMachine as unknown as AnyStateMachine,
};

function edgesOf(kind: string, machine: AnyStateMachine): [Edge, string][] {
  const edges: [Edge, string][] = [];
  visit(machine.root as unknown as Node, (node) => {
    const all = [...node.transitions.values()].flat().concat(node.always ?? []) as unknown as Edge[];
    for (const edge of all) {
      const guard = typeof edge.guard === 'string' ? ` [${edge.guard}]` : '';
      const to = edge.target?.map(({ id }) => short(id)).join(', ') ?? '·';
      edges.push([edge, `${kind}: ${short(node.id)} ─${edge.eventType || 'always'}${guard}→ ${to}`]);
    }
  });
  return edges;
}

function statesOf(kind: string, machine: AnyStateMachine): string[] {
  const states: string[] = [];
  visit(machine.root as unknown as Node, (node) => {
    if (node.id !== kind) states.push(node.id);
  });
  return states;
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const child of Object.values(node.states) as unknown as Node[]) visit(child, see);
}

function short(id: string): string {
  return id.slice(id.indexOf('.') + 1);
}
