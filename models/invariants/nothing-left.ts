import type { Invariant } from './evidence.ts';

export const nothingLeft: Invariant = {
  name: 'nothing-left',
  promise:
    'Once sessions have ended and what dead ones left was restored, every object is as it was, and nothing of theirs is there.',
  begin: () => (evidence) => {
    const [difference] = evidence.type === 'left' ? evidence.differences : [];
    return difference === undefined ? undefined : `after the session had left and all was restored, ${difference}`;
  },
};
