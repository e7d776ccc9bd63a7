import type { Invariant } from './evidence.ts';

export const ownFiles: Invariant = {
  name: 'own-files',
  promise: "A target's own artifact holds what its build reads, and nothing else.",
  begin: () => (evidence) => {
    if (evidence.type !== 'closure-pushed') return undefined;
    if (evidence.isBroken) return `what was pushed for ${evidence.target} cannot be built`;
    const [unread] = evidence.unread;
    return unread === undefined
      ? undefined
      : `what was pushed for ${evidence.target} holds ${unread}, which it does not read`;
  },
};
