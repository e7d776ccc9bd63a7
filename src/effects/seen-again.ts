import type { SeenAgain } from '../engine/durability.ts';

/**
 * What a watch need not have on disk before it goes on. A start looks at all files and at the whole cluster, so it finds again what these events had told; and
 * an effect that only looks, or only asks a controller to look now, has done nothing that anybody would have to know of: after a power cut it is asked once
 * more. What pushes puts the log on disk itself, while the bytes are on their way, before it names them by a tag; content that nothing names does not act.
 */
export const SEEN_AGAIN: SeenAgain = {
  events: new Set([
    'FilesChanged',
    'TargetsResolved',
    'HooksSucceeded',
    'ArtifactPushed',
    'SourceAsked',
    'RequestAccepted',
    'TreeSwept',
    'DefinitionsChanged',
    'TargetDefined',
    'TargetRemoved',
    'TargetObserved',
    'SourceObserved',
    'GeneratorObserved',
    'IsolationObserved',
  ]),
  effects: new Set([
    'resolveTargets',
    'sweepTree',
    'runHooks',
    'pushArtifact',
    'pushClosure',
    'askSource',
    'askTarget',
  ]),
};
