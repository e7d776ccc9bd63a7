import type { Invariant } from './evidence.ts';

export const soundPushes: Invariant = {
  name: 'sound-pushes',
  promise: 'No push breaks the build of a target: a source waits while one of its files is broken.',
  begin: () => (evidence) => {
    if (evidence.type !== 'pushed') return undefined;
    const [broken] = evidence.brokenNow;
    return broken === undefined ? undefined : `${broken} could be built, and cannot be of what was pushed`;
  },
};
