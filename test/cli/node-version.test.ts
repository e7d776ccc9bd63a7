import { expect, test } from 'vitest';
import { nodeVersionProblem } from '../../src/cli/node-version.ts';

test.each(['22.22.0', '22.30.1', '24.0.0', '24.21.0', '26.1.0-nightly'])('Node %s will do', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

test.each(['20.19.0', '22.21.9', '18.0.0', '8.17.0'])(
  'Node %s is too old, in one line that says what is needed',
  (version) => {
    const problem = nodeVersionProblem(version) ?? '';
    expect(problem).toContain('22.22');
    expect(problem).toContain(version);
    expect(problem).not.toContain('\n');
  },
);
