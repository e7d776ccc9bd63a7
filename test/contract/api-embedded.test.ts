import { describe } from 'vitest';
import { contractOf } from './api/contract.ts';
import { describeApi, describeRights } from './api/describe-api.ts';
import { embeddedSubject, embeddedSubjectWithRules } from './api/embedded-subject.ts';

describe('the embedded API server', () => {
  describeApi(contractOf('embedded', embeddedSubject));
});

describe('the embedded API server with rights from options', () => {
  describeRights(contractOf('embedded', embeddedSubjectWithRules));
});
