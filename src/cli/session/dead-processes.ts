import type { FoundSession } from '../../domain/isolation/found-isolations.ts';
import type { Findings } from '../../effects/find-isolations.ts';
import type { SessionProcess } from './session-process.ts';

/**
 * A Lease outlives its process for a while; that a process of this machine is gone can be told at once. Of a machine that merely has the
 * name of this one it is not.
 */
export function withDeadProcesses(found: Findings, { host: here, machine, isRunning }: SessionProcess): Findings {
  const sessions = found.sessions.map((session): FoundSession => {
    const { facts, state } = session;
    const [host, pid] = (facts?.holder ?? '').split('/');
    const isHere = host === here && facts?.machine === machine;
    if (state !== 'live' || !isHere || isRunning(Number(pid))) return session;
    return { ...session, state: 'dead', because: `its process ${pid} on this machine is gone` };
  });
  return { ...found, sessions };
}
