import { expect, test } from 'vitest';
import { HappeningsOf } from '../../src/cli/happenings-of.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { emptyState } from '../../src/engine/engine-state.ts';

test('a hook that fails is said once', () => {
  const happenings = new HappeningsOf({ hooks: ['false'] });
  const failure = { kind: 'hook', message: 'hook "false" ended with exit code 1' };
  const of = (machine: string, type: string, fields: object) =>
    happenings.of({ seq: 1, at: 0, v: 1, machine, type, failure, ...fields }, emptyState(DEFAULT_LIMITS));
  const shown = [
    ...of('source/OCIRepository/flux-system/shop', 'HookFailed', {}),
    ...of('watch', 'StepRefused', { step: 'hook' }),
  ];
  expect(shown.map(({ type }) => type)).toEqual(['hookFailed']);
  expect(of('watch', 'StepRefused', { step: 'push' })).toHaveLength(1);
});
