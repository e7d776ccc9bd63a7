import type { Invariant } from './evidence.ts';

/** Steps that change a target, or the source that it reads or is to read. */
const MOVES: ReadonlySet<string> = new Set([
  'createSource',
  'switchTarget',
  'moveSource',
  'returnTarget',
  'dropSource',
]);

export const oneMove: Invariant = {
  name: 'one-move',
  promise:
    'Of the steps by which a target comes to a source of its own, moves there, or comes back, one is under way at a time.',
  begin: () => (evidence) => {
    if (evidence.type !== 'committed') return undefined;
    const underWay = new Map<string, string>();
    for (const { owner, effect } of evidence.state.pending.values()) {
      if (!MOVES.has(effect)) continue;
      const other = underWay.get(owner);
      if (other !== undefined) return `${owner} has ${other} and ${effect} under way`;
      underWay.set(owner, effect);
    }
    return undefined;
  },
};
