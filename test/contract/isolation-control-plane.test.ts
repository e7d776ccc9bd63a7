import { afterAll, beforeAll, describe } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { type FluxSubject, startControlPlaneSubject } from './flux/subject.ts';
import { describeKilledSessions } from './isolation/killed-sessions.ts';
import { describeParents } from './isolation/parents.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

describe.skipIf(skipped !== undefined)('isolated targets on the real API server and kustomize-controller', () => {
  let subject: FluxSubject;
  beforeAll(async () => {
    subject = await startControlPlaneSubject();
  }, 120_000);
  afterAll(() => subject.stop());
  describeParents(() => subject);
  describeKilledSessions(() => subject);
});
