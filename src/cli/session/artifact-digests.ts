import { isRevisionOf } from '../../domain/readiness.ts';
import { OTHER_BUILD } from '../../domain/resolution.ts';
import type { ObjectId, TargetDefinition } from '../../domain/target.ts';
import { buildFingerprint } from '../../domain/target-build.ts';
import { targetBuildsOf, targetDigestsOf } from '../../effects/push-artifact.ts';

/** The config blob of the artifact with this digest (or tag), and the digest; undefined where there is none. */
export type ReadConfig = (
  tagOrDigest: string,
) => Promise<{ readonly digest: string; readonly config: unknown } | undefined>;

/** What an artifact says that it holds, and for which build of each target; older versions did not note that. */
export interface Digests {
  readonly targets: Readonly<Record<ObjectId, string>>;
  readonly builds: Readonly<Record<ObjectId, string>>;
}

/** Undefined for an artifact that another tool made. */
export function digestsIn(config: unknown): Digests | undefined {
  const targets = targetDigestsOf(config);
  return targets === undefined ? undefined : { targets, builds: targetBuildsOf(config) ?? {} };
}

export async function digestsAt(revision: string, readConfig: ReadConfig): Promise<Digests | undefined> {
  const found = await readConfig(revision.slice(revision.indexOf('@') + 1));
  return isRevisionOf(found?.digest ?? '', revision) ? digestsIn(found?.config) : undefined;
}

/** What the artifact holds for the target; `OTHER_BUILD` where that was worked out for another definition than it has now. */
export function digestFor(target: TargetDefinition, digests: Digests | undefined): string | undefined {
  const digest = digests?.targets[target.id];
  const build = digests?.builds[target.id];
  return digest === undefined || build === undefined || build === buildFingerprint(target) ? digest : OTHER_BUILD;
}
