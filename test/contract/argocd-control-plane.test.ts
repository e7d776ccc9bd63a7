import { afterAll, beforeAll, describe } from 'vitest';
import { argoCdExecutable, controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { startControlPlaneSubject } from './argocd/control-plane-subject.ts';
import type { ArgoSubject } from './argocd/subject.ts';
import { describeArgoCd } from './argocd/suite.ts';

const skipped = whySkipped(controlPlaneExecutable(), argoCdExecutable());

describe.skipIf(skipped !== undefined).concurrent('the real Argo CD', () => {
  let subject: ArgoSubject;
  beforeAll(async () => {
    subject = await startControlPlaneSubject();
  }, 120_000);
  afterAll(() => subject.stop());
  describeArgoCd(() => subject);
});
