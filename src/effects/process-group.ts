import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../engine/clock.ts';

const KILL_AFTER_MS = 2_000;

/** Ends a process started with `detached` and all that it started: asked first, killed after 2 s. Returns how to call the killing off. */
export function endProcessGroup(child: ChildProcess, clock: Clock): () => void {
  if (child.pid === undefined) return () => {};
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' }).on('error', () => child.kill());
    return () => {};
  }
  signalGroup(child.pid, 'SIGTERM');
  const { pid } = child;
  return clock.schedule(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
}

/** Kills what a process that has ended itself left behind. */
export function killLeftovers(pid: number): void {
  if (process.platform !== 'win32') signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: all of them have ended.
  }
}
