import { afterAll, beforeAll, describe } from 'vitest';
import { type ArgoSubject, startEmbeddedSubject } from './argocd/subject.ts';
import { describeArgoCd } from './argocd/suite.ts';

describe.concurrent('Argo CD in the embedded cluster', () => {
  let subject: ArgoSubject;
  beforeAll(async () => {
    subject = await startEmbeddedSubject();
  });
  afterAll(() => subject.stop());
  describeArgoCd(() => subject);
});
