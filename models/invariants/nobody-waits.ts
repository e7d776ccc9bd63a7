import { isThere } from './convergence.ts';
import type { Invariant } from './evidence.ts';

export const nobodyWaits: Invariant = {
  name: 'nobody-waits',
  promise: 'A slow or failing target delays no other that does not depend on it.',
  begin: () => (evidence) => {
    if (evidence.type !== 'at-rest' || evidence.stage !== 'slow') return undefined;
    for (const target of evidence.targets) {
      if (target.hampered || isThere(target)) continue;
      const line = evidence.status.find(({ id }) => id === target.id);
      if (line?.state === 'dead-letter' || line?.state === 'held') continue;
      return `${target.id} has not what is on disk after ${evidence.elapsedMs} ms (${line?.state}: ${line?.said}), though nothing hampers it`;
    }
    return undefined;
  },
};
