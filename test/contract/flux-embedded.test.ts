import { afterAll, beforeAll, describe } from 'vitest';
import { type FluxSubject, startEmbeddedSubject } from './flux/subject.ts';
import { describeFlux } from './flux/suite.ts';

describe.concurrent('Flux in the embedded cluster', () => {
  let subject: FluxSubject;
  beforeAll(async () => {
    subject = await startEmbeddedSubject();
  });
  afterAll(() => subject.stop());
  describeFlux(() => subject);
});
