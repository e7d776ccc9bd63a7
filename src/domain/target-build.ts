import { hash } from 'node:crypto';
import type { TargetDefinition } from './target.ts';

const FINGERPRINT_LENGTH = 16;

/** Whether two definitions have the same files built in the same way: a digest of the one is a digest of the other. */
export function sameBuild(left: TargetDefinition, right: TargetDefinition): boolean {
  if (left === right) return true;
  return left.source === right.source && left.rawPath === right.rawPath && inputsOf(left) === inputsOf(right);
}

/** Says for which build a digest of a target counts, in 16 hex digits: the same for every definition with that build, in any process and cluster. */
export function buildFingerprint(target: TargetDefinition): string {
  return hash('sha256', inputsOf(target), 'hex').slice(0, FINGERPRINT_LENGTH);
}

/** All that decides, beside the files, which of them a target's digest counts. What else a definition holds may change without it. */
function inputsOf({ source, path, rawPath, components, valuesFiles = [], application }: TargetDefinition): string {
  const { parts, refreshPaths } = application ?? {};
  return JSON.stringify([source, path ?? rawPath, components, valuesFiles, parts, refreshPaths]);
}
