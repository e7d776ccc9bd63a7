import type { Invariant } from './evidence.ts';

export const replay: Invariant = {
  name: 'replay',
  promise: 'The state folded from the log, at any event, is the live state after that event.',
  begin: () => (evidence) => {
    if (evidence.type !== 'rebuilt') return undefined;
    if (sameJson(evidence.rebuilt, evidence.live)) return undefined;
    const [rebuilt, live] = [sorted(evidence.rebuilt), sorted(evidence.live)];
    return rebuilt === live ? undefined : `after event ${evidence.seq}: ${firstDifference(rebuilt, live)}`;
  },
};

/** True only where both are the same JSON for certain: most of a state is. */
function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameJson(item, right[index]))
    );
  }
  if (!isPlain(left) || !isPlain(right)) return false;
  for (const name in left) if (!sameJson(left[name], right[name])) return false;
  // What only one of them has must be undefined, which JSON drops.
  for (const name in right) if (right[name] !== undefined && left[name] === undefined) return false;
  return true;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  return Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value);
}

/** As JSON, the fields of every object in order: where a field came last says nothing. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}

function firstDifference(rebuilt: string, live: string): string {
  let at = 0;
  while (rebuilt[at] === live[at]) at += 1;
  return `…${rebuilt.slice(Math.max(0, at - 60), at + 60)}… instead of …${live.slice(Math.max(0, at - 60), at + 60)}…`;
}
