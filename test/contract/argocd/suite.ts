import { describeApplicationSets } from './application-sets.ts';
import { describeBuilds } from './builds.ts';
import { describeOperations } from './operations.ts';
import { describePermissions } from './permissions.ts';
import { describeRefresh } from './refresh.ts';
import { describeSources } from './sources.ts';
import type { ArgoSubject } from './subject.ts';
import { describeSync } from './sync.ts';

/**
 * What Argo CD promises, each case with where that is written: its documentation (docs: user-guide, operator-manual of argo-cd.readthedocs.io), or
 * the source file of argoproj/argo-cd that does it.
 */
export function describeArgoCd(subject: () => ArgoSubject): void {
  describeRefresh(subject);
  describeOperations(subject);
  describeSync(subject);
  describeSources(subject);
  describeBuilds(subject);
  describePermissions(subject);
  describeApplicationSets(subject);
}
