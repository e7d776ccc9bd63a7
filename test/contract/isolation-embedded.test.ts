import { afterAll, beforeAll, describe } from 'vitest';
import { type FluxSubject, startEmbeddedSubject } from './flux/subject.ts';
import { describeKilledSessions } from './isolation/killed-sessions.ts';
import { describeParents } from './isolation/parents.ts';

describe('isolated targets in the embedded cluster', () => {
  let subject: FluxSubject;
  beforeAll(async () => {
    subject = await startEmbeddedSubject();
  });
  afterAll(() => subject.stop());
  describeParents(() => subject);
  describeKilledSessions(() => subject);
});
