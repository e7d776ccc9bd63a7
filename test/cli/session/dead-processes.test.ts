import { expect, test } from 'vitest';
import { withDeadProcesses } from '../../../src/cli/session/dead-processes.ts';
import { machineMark } from '../../../src/cli/session/machine-mark.ts';
import type { FoundSession } from '../../../src/domain/isolation/found-isolations.ts';
import { leaseFacts, sessionLease } from '../../../src/domain/isolation/session-lease.ts';
import type { Findings } from '../../../src/effects/find-isolations.ts';

const HERE = 'this-one';
const GONE = { host: 'laptop', pid: 1, machine: HERE, isRunning: () => false };

function sessionOf(holder: string, machine: string | undefined): Findings {
  const lease = sessionLease({
    namespace: 'flux-system',
    name: 'reconcile-machine-00000001',
    holder,
    source: 'OCIRepository/flux-system/shop',
    directory: 'a directory',
    machine,
    nowMs: 0,
  });
  const session: Partial<FoundSession> = { state: 'live', facts: leaseFacts(lease) };
  return { sessions: [session] } as unknown as Findings;
}

const stateOf = (found: Findings): string | undefined => found.sessions[0]?.state;

test('a session of this machine is dead as soon as its process is gone', () => {
  expect(stateOf(withDeadProcesses(sessionOf('laptop/4711', HERE), GONE))).toBe('dead');
  expect(stateOf(withDeadProcesses(sessionOf('laptop/4711', HERE), { ...GONE, isRunning: () => true }))).toBe('live');
});

test.for([
  ['laptop/4711', 'another-one', 'another machine has the same name'],
  ['laptop/4711', undefined, 'nobody can tell which machine of that name it was'],
  ['desk/4711', HERE, 'somebody elsewhere restores it'],
] as const)('of a session of %s on %s nothing is told by process numbers here: %s', ([holder, machine]) => {
  expect(stateOf(withDeadProcesses(sessionOf(holder, machine), GONE))).toBe('live');
});

test('a machine has one mark, and tells by it neither its name nor anything else', () => {
  expect(machineMark('laptop')).toBe(machineMark('laptop'));
  expect(machineMark('laptop')).toMatch(/^[0-9a-f]{64}$/);
  expect(machineMark('laptop')).not.toBe(machineMark('desk'));
});
