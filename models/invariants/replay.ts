import type { Invariant } from './evidence.ts';

export const replay: Invariant = {
  name: 'replay',
  promise: 'The state folded from the log, at any event, is the live state after that event.',
  begin: () => (evidence) => {
    if (evidence.type !== 'rebuilt') return undefined;
    const [rebuilt, live] = [sorted(evidence.rebuilt), sorted(evidence.live)];
    return rebuilt === live ? undefined : `after event ${evidence.seq}: ${firstDifference(rebuilt, live)}`;
  },
};

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
