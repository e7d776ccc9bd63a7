import { statSync } from 'node:fs';
import { Observable } from 'rxjs';
import { type Clock, systemClock } from '../engine/clock.ts';
import { fileStamp } from './file-stamp.ts';

/** Slow enough to cost nothing, and soon enough for who has just changed the file. */
const LOOK_EVERY_MS = 2_000;

/** Emits each time that the file at `path`, which need not exist, has become another one; not for how it is at first. */
export function fileChanges(path: string, { clock = systemClock }: { readonly clock?: Clock } = {}): Observable<void> {
  return new Observable((subscriber) => {
    let before = stampOf(path);
    let cancel = clock.schedule(look, LOOK_EVERY_MS);
    function look(): void {
      cancel = clock.schedule(look, LOOK_EVERY_MS);
      const now = stampOf(path);
      if (now === before) return;
      before = now;
      subscriber.next();
    }
    return () => cancel();
  });
}

function stampOf(path: string): string | undefined {
  try {
    return fileStamp(statSync(path, { bigint: true }), 0).text;
  } catch {
    return undefined;
  }
}
