import { afterAll, beforeAll, describe } from 'vitest';
import { argoCdExecutable, controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { startControlPlaneSubject } from './argocd/control-plane-subject.ts';
import type { ArgoSubject } from './argocd/subject.ts';
import { describeArgoCd } from './argocd/suite.ts';

const skipped = whySkipped(controlPlaneExecutable(), argoCdExecutable());

/**
 * It compares also when nobody asks, at moments of its own, and tells times to the second: a case whose course was crossed by that is looked at
 * once more, in a namespace of its own. The stand-in has to keep to the text each time.
 */
const CROSSED_MAX = 2;

describe.skipIf(skipped !== undefined).concurrent('the real Argo CD', { retry: CROSSED_MAX }, () => {
  let subject: ArgoSubject;
  beforeAll(async () => {
    subject = await startControlPlaneSubject();
  }, 120_000);
  afterAll(() => subject.stop());
  describeArgoCd(() => subject);
});
