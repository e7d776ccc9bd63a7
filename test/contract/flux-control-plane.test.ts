import { afterAll, beforeAll, describe } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { type FluxSubject, startControlPlaneSubject } from './flux/subject.ts';
import { describeFlux } from './flux/suite.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

describe.skipIf(skipped !== undefined).concurrent('the real kustomize-controller', () => {
  let subject: FluxSubject;
  beforeAll(async () => {
    subject = await startControlPlaneSubject();
  }, 120_000);
  afterAll(() => subject.stop());
  describeFlux(() => subject);
});
