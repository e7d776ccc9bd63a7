import { isJsonObject } from '../../json-value.ts';
import { type Comparison, type PathStep, parseJsonPath } from './json-path-steps.ts';

const parsed = new Map<string, readonly PathStep[] | undefined>();

/** All values at a JSONPath such as `.spec.items[?(@.type=="Ready")].status`; none for a path that cannot be read. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  let steps = parsed.get(path);
  if (steps === undefined && !parsed.has(path)) {
    steps = parseJsonPath(path);
    parsed.set(path, steps);
  }
  return steps === undefined ? [] : walk([value], steps);
}

function walk(values: readonly unknown[], steps: readonly PathStep[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((found, step) => found.flatMap((value) => take(value, step)), values);
}

function take(value: unknown, step: PathStep): readonly unknown[] {
  switch (step.kind) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'union':
      return step.parts.flatMap((part) => take(value, part));
    case 'wildcard':
      return children(value);
    case 'descend':
      return descendants(value);
    case 'slice':
      return Array.isArray(value) ? sliced(value, step.from, step.to, step.by) : [];
    case 'filter':
      return children(value).filter((item) => holds(item, step.comparison));
  }
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function descendants(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function sliced(list: readonly unknown[], from: number | undefined, to: number | undefined, by: number): unknown[] {
  const place = (index: number): number => (index < 0 ? index + list.length : index);
  const end = Math.min(to === undefined ? list.length : place(to), list.length);
  const taken: unknown[] = [];
  for (let index = place(from ?? 0); index < end && index >= 0; index += by) taken.push(list[index]);
  return taken;
}

function holds(item: unknown, { left, operator, right }: Comparison): boolean {
  const [a] = 'value' in left ? [left.value] : walk([item], left.steps);
  if (operator === undefined || right === undefined) return a !== undefined;
  const [b] = 'value' in right ? [right.value] : walk([item], right.steps);
  if (a === undefined || b === undefined || typeof a !== typeof b) return false;
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  const [x, y] = [a as string, b as string];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}
