import { describe } from 'vitest';
import { controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { contractOf } from './api/contract.ts';
import { controlPlaneSubject } from './api/control-plane-subject.ts';
import { describeApi } from './api/describe-api.ts';

const why = whySkipped(controlPlaneExecutable());

describe.skipIf(why !== undefined)(`the real API server${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  describeApi(contractOf('control-plane', controlPlaneSubject));
});
