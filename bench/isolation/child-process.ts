import type { ChildProcess } from 'node:child_process';

/** The first message of a child that has started. */
export function startedIn(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a process of the benchmark ended with code ${code}`)));
  });
}

/** Children end once nobody is connected to them. */
export function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    return child.disconnect();
  });
}
