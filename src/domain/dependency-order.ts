import type { ObjectId } from './target.ts';

export interface DependencyOrder {
  /** Each after those it depends on, otherwise in the order given. */
  readonly order: readonly ObjectId[];
  /** Each a list of targets that wait for one another in a ring: they can never become Ready. */
  readonly cycles: readonly (readonly ObjectId[])[];
}

/** `dependenciesOf` may name ids outside of `ids`; they are passed over. A cycle is cut where it closes. */
export function dependencyOrder(
  ids: readonly ObjectId[],
  dependenciesOf: (id: ObjectId) => readonly ObjectId[],
): DependencyOrder {
  const wanted = new Set(ids);
  const done = new Set<ObjectId>();
  const order: ObjectId[] = [];
  const cycles: ObjectId[][] = [];
  // An explicit stack: a chain of thousands of dependsOn must not exhaust the call stack.
  for (const start of ids) {
    if (done.has(start)) continue;
    const stack = [{ id: start, rest: [...dependenciesOf(start)] }];
    const onStack = new Set([start]);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        stack.pop();
        onStack.delete(top.id);
        done.add(top.id);
        order.push(top.id);
      } else if (onStack.has(next)) {
        cycles.push(stack.slice(stack.findIndex((entry) => entry.id === next)).map((entry) => entry.id));
      } else if (wanted.has(next) && !done.has(next)) {
        stack.push({ id: next, rest: [...dependenciesOf(next)] });
        onStack.add(next);
      }
    }
  }
  return { order, cycles };
}
