import type { Invariant } from './evidence.ts';

export const logFirst: Invariant = {
  name: 'log-first',
  promise: 'Nothing is done outside whose intent is not on disk.',
  begin: () => (evidence) => {
    if (evidence.type !== 'called' || evidence.logged) return undefined;
    return `${evidence.effect} of ${evidence.owner} was begun before the log said so`;
  },
};
