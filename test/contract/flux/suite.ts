import { describeApply } from './apply.ts';
import { describeApplyMarks } from './apply-marks.ts';
import { describeBuildOptions } from './build-options.ts';
import { describeDependsOn } from './depends-on.ts';
import { describeHealth } from './health.ts';
import { describeParentChild } from './parent-child.ts';
import { describePaths } from './paths.ts';
import { describePrune } from './prune.ts';
import { describeReconcile } from './reconcile.ts';
import { describeSources } from './sources.ts';
import type { FluxSubject } from './subject.ts';

/** What Flux promises, whoever plays it. `subject` is asked for when a test runs. */
export function describeFlux(subject: () => FluxSubject): void {
  // Health checks first: they have the longest to wait.
  describeHealth(subject);
  describeReconcile(subject);
  describePaths(subject);
  describeSources(subject);
  describeDependsOn(subject);
  describeApply(subject);
  describeApplyMarks(subject);
  describePrune(subject);
  describeBuildOptions(subject);
  describeParentChild(subject);
}
