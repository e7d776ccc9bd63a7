import type { SeenAgain } from '../engine/durability.ts';

/**
 * What a watch need not have on disk before it goes on. A start looks at all files and at the whole cluster, so it finds again what these events had told; and
 * an effect that only looks has done nothing that anybody would have to know of.
 */
export const SEEN_AGAIN: SeenAgain = {
  events: new Set([
    'FilesChanged',
    'TreeSwept',
    'DefinitionsChanged',
    'TargetDefined',
    'TargetRemoved',
    'TargetObserved',
    'SourceObserved',
    'GeneratorObserved',
    'IsolationObserved',
  ]),
  effects: new Set(['resolveTargets', 'sweepTree']),
};
