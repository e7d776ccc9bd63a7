import { expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { createTestModel, getAdjacencyMap } from 'xstate/graph';

/** One way through a model: events, and the state that the specification promises after each. */
export interface ModelPath {
  readonly steps: readonly { readonly event: { readonly type: string }; readonly state: ModelState }[];
}

export interface ModelState {
  readonly value: unknown;
  readonly context: unknown;
}

const keyOf = (state: { value?: unknown; context?: unknown } | undefined): string =>
  JSON.stringify([state?.value, state?.context]);

/**
 * Paths that take every edge of the model. State, event and previous state together are the key: the shortest paths then cover
 * every edge, not just every state.
 */
function everyEdgePaths(model: AnyStateMachine): readonly ModelPath[] {
  return createTestModel(model).getShortestPaths({
    serializeState: (state, event, previous) => `${keyOf(state)} ${event?.type} ${keyOf(previous)}`,
  }) as unknown as readonly ModelPath[];
}

interface Edges {
  readonly state: ModelState;
  readonly transitions: Readonly<
    Record<string, { readonly state: ModelState; readonly event: { readonly type: string } }>
  >;
}

/** Every edge of the model (a reachable state and an event that it answers), and those that no path takes. */
function edgeCoverage(
  model: AnyStateMachine,
  paths: readonly ModelPath[],
): { readonly all: readonly string[]; readonly missed: readonly string[] } {
  const taken = new Set<string>();
  for (const { steps } of paths) {
    steps.forEach((step, index) => {
      const previous = steps[index - 1];
      if (previous !== undefined) taken.add(`${keyOf(previous.state)} ${step.event.type}`);
    });
  }
  const answers = (value: unknown, event: string): boolean =>
    model.getStateNodeById(`${model.id}.${String(value)}`).ownEvents.includes(event as never);
  const all = Object.values(getAdjacencyMap(model, {}) as unknown as Record<string, Edges>).flatMap(
    ({ state, transitions }) =>
      Object.values(transitions)
        .filter(({ state: next, event }) => keyOf(next) !== keyOf(state) || answers(state.value, event.type))
        .map(({ event }) => `${keyOf(state)} ${event.type}`),
  );
  return { all, missed: all.filter((edge) => !taken.has(edge)) };
}

/** Walks every path: `begin` makes a world, `act` carries out an event in it, `confirm` compares it with what is promised. */
function walk<World>(
  paths: readonly ModelPath[],
  {
    begin,
    act,
    confirm,
    end,
  }: {
    begin(): World;
    act(world: World, event: string): void;
    confirm(world: World, promised: ModelState): void;
    end(world: World): void;
  },
): void {
  for (const { steps } of paths) {
    const world = begin();
    for (const { event, state } of steps) {
      try {
        if (event.type !== 'xstate.init') act(world, event.type);
        confirm(world, state);
      } catch (error) {
        const taken = steps.map((step) => step.event.type).join(' → ');
        throw new Error(`on the path ${taken}, after ${event.type}`, { cause: error });
      }
    }
    end(world);
  }
}

/** A world that can be left without a word and begun again from its log. */
interface Crashing {
  crashAndReplay(): void;
}

/** The tests of one model: paths that take each of its edges, walked as they are, and with a crash before every step. */
export function itIsAsPromised<World extends Crashing>(
  model: AnyStateMachine,
  edgesMin: number,
  world: Parameters<typeof walk<World>>[1],
): void {
  const paths = everyEdgePaths(model);

  it('by paths that cover every edge of the specification', () => {
    const { all, missed } = edgeCoverage(model, paths);
    console.log(`${model.id}: ${all.length - missed.length} of ${all.length} edges in ${paths.length} paths`);
    expect(missed).toEqual([]);
    expect(all.length).toBeGreaterThan(edgesMin);
  });

  it.each([
    ['', false],
    [', with a crash and a replay before every step', true],
  ])('by the real engine on every path%s', (_, crash) => {
    walk(paths, {
      ...world,
      act: (inside, event) => {
        if (crash) inside.crashAndReplay();
        world.act(inside, event);
      },
    });
  });
}
