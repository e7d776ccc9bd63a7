import type { SourceObservation } from '../observation.ts';

/**
 * How a registry says that it does not have a manifest (any more). source-controller repeats it and has no condition or reason of its own
 * for it; a registry that answers without a code is quoted by its status.
 */
const UNKNOWN = /\b(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)\b|\bunexpected status code 404\b/;

/** The registry does not have what the source is to fetch: its garbage collector takes manifests that have no tag. */
export function saysArtifactIsLost({ ready, message }: SourceObservation): boolean {
  return ready === 'False' && UNKNOWN.test(message);
}
