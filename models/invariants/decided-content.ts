import type { Invariant } from './evidence.ts';

export const decidedContent: Invariant = {
  name: 'decided-content',
  promise: 'Nothing is pushed that nobody looked at: each file is the one that the decision to push was about.',
  begin: () => (evidence) => {
    if ((evidence.type !== 'pushed' && evidence.type !== 'closure-pushed') || evidence.undecided.length === 0)
      return undefined;
    return `the push holds ${evidence.undecided.join(', ')} as saved after the decision`;
  },
};
