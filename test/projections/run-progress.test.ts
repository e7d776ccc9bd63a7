import { expect, test } from 'vitest';
import { runProgress } from '../../src/projections/run-progress.ts';
import { RunRig } from '../support/run-rig.ts';

test('an excluded target that answers when the run is over is shown as Ready, not as waiting for its source', () => {
  const rig = new RunRig();
  rig.start({ apps: [], slow: [] }, { excluded: ['slow'] });
  const phaseOf = (id: string) =>
    runProgress(rig.engine.state, rig.clock.now()).find((progress) => progress.id === id)?.phase;
  expect(phaseOf('slow')).toBe('waiting');
  rig.sourceFetches();
  rig.observe('apps');
  expect(rig.state).toBe('succeeded');
  expect(phaseOf('slow')).toBe('asked');
  rig.observe('slow');
  expect(phaseOf('slow')).toBe('ready');
});
