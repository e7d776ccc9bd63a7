import type { Invariant } from './evidence.ts';

export const noCrash: Invariant = {
  name: 'no-crash',
  promise: 'No handler of an effect throws, and no start ends but for a reason that the user is told.',
  begin: () => (evidence) => (evidence.type === 'crashed' ? evidence.what : undefined),
};
