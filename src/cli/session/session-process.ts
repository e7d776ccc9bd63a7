import { hostname } from 'node:os';
import { machineMark } from './machine-mark.ts';

/** The process that a session runs in, as other sessions know it. The simulator brings its own. */
export interface SessionProcess {
  readonly host: string;
  readonly pid: number;
  /** See `machineMark`. */
  readonly machine?: string;
  /** Eight hex digits for the name of the session's Lease. Default: by chance. */
  readonly randomName?: () => string;
  /** False: there is no process of this number on this machine any more. */
  isRunning(pid: number): boolean;
}

export const THIS_PROCESS: SessionProcess = {
  host: hostname(),
  pid: process.pid,
  machine: machineMark(hostname()),
  isRunning,
};

/** As a session's Lease names who holds it. */
export function holderOf({ host, pid }: SessionProcess): string {
  return `${host}/${pid}`;
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
