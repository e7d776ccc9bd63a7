import type { Happening } from './happening.ts';
import { formatCount } from './quantity.ts';

/**
 * What a push of a shared source cost besides, in numbers, and how to spare it. `affected`: the targets that the save was about;
 * `bystanders`: those that Flux ran all the same.
 */
export function isolationHint(affected: number, bystanders: number): Extract<Happening, { type: 'message' }> {
  const all = affected + bystanders;
  return {
    type: 'message',
    level: 'info',
    text: `this push made Flux run ${formatCount(bystanders, 'other Kustomization')}, since they share the source: ${all.toLocaleString('en-US')} runs for ${formatCount(affected, 'change')}`,
    hint: `watch --isolate runs ${affected === 1 ? 'that one' : `those ${affected.toLocaleString('en-US')}`} alone, on a source of its own while the watch lasts`,
  };
}
