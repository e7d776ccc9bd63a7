import { readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Observable } from 'rxjs';
import { makeDirectory } from '../engine/make-directory.ts';

/** What another process asks of the one that owns the log. */
export interface SpooledRequest {
  readonly type: 'RetryRequested';
  readonly target: string;
}

/** Requests wait in a directory beside the log, so one made while nothing runs is taken up by the next watch. */
export function spoolDirectory(logPath: string): string {
  return `${logPath}.requests`;
}

export function spoolRequest(logPath: string, request: SpooledRequest): void {
  const directory = spoolDirectory(logPath);
  makeDirectory(directory, 0o700);
  const name = `${Date.now()}-${process.pid}`;
  // Written aside and renamed, so that a reader never sees half of it.
  writeFileSync(join(directory, `${name}.tmp`), JSON.stringify(request), { mode: 0o600 });
  renameSync(join(directory, `${name}.tmp`), join(directory, `${name}.json`));
}

/** The requests that wait, and those that come; each is removed once it has been emitted. */
export function spooledRequests(logPath: string): Observable<SpooledRequest> {
  return new Observable((subscriber) => {
    const directory = spoolDirectory(logPath);
    makeDirectory(directory, 0o700);
    const drain = (): void => {
      for (const name of readdirSync(directory).sort()) {
        if (!name.endsWith('.json')) continue;
        const path = join(directory, name);
        const request = parsed(path);
        rmSync(path, { force: true });
        if (request !== undefined) subscriber.next(request);
      }
    };
    const watcher = watch(directory, { persistent: false }, drain);
    watcher.on('error', () => {});
    drain();
    return () => watcher.close();
  });
}

function parsed(path: string): SpooledRequest | undefined {
  try {
    const request = JSON.parse(readFileSync(path, 'utf8')) as Partial<SpooledRequest>;
    return request.type === 'RetryRequested' && typeof request.target === 'string'
      ? { type: 'RetryRequested', target: request.target }
      : undefined;
  } catch {
    return undefined;
  }
}
