import type { Invariant } from './evidence.ts';

export const noAccidentalPrune: Invariant = {
  name: 'no-accidental-prune',
  promise: 'No push drops what the files on disk still hold, and none takes away the last object of a target.',
  begin: () => (evidence) => {
    if (evidence.type === 'closure-pushed' && evidence.isEmptied)
      return `the push of its own takes every object of ${evidence.target} away`;
    if (evidence.type !== 'pushed') return undefined;
    const dropped = evidence.stillOnDisk.find((path) => !evidence.files.has(path));
    if (dropped !== undefined) return `the push lacks ${dropped}, which is on disk`;
    const [emptied] = evidence.emptied;
    return emptied === undefined ? undefined : `the push takes every object of ${emptied} away`;
  },
};
