import type { Snapshot } from './event-log.ts';
import { LogDamagedError } from './log-errors.ts';
import type { SqliteRow } from './sqlite-rows.ts';

/** What the log itself says about where it begins and ends. */
export interface Head {
  readonly firstSeq: number;
  /** Where the chain of checksums stands before the first event. */
  readonly beforeFirst: number;
  readonly lastSeq: number;
  readonly checksum: number;
}

/** The log must end where its head says, and not before `promised`, the last event that its writer's record calls durable. */
export function checkEnd(path: string, head: Head, last: SqliteRow | undefined, promised: number): void {
  const lastSeq = last === undefined ? head.firstSeq - 1 : Number(last.seq);
  if (lastSeq !== head.lastSeq) {
    throw new LogDamagedError(path, `expected events up to ${head.lastSeq}, found them up to ${lastSeq}`);
  }
  if (last !== undefined && last.checksum !== head.checksum) {
    throw new LogDamagedError(path, `event ${lastSeq} is not the one that was written last`);
  }
  if (lastSeq < promised) {
    throw new LogDamagedError(
      path,
      `expected events up to ${promised} as ${path}-writer says, found them up to ${lastSeq}; was ${path}-wal removed or cut, or an older copy put here?`,
    );
  }
}

/** A compacted log must have an intact snapshot to begin with, and none may lie beyond its end. */
export function checkSnapshots(path: string, head: Head, newest: Snapshot | undefined): void {
  if (newest !== undefined && newest.seq > head.lastSeq) {
    throw new LogDamagedError(
      path,
      `there is a snapshot at event ${newest.seq}, but the events end at ${head.lastSeq}`,
    );
  }
  if (newest === undefined && head.firstSeq > 1) {
    throw new LogDamagedError(
      path,
      `its events begin at ${head.firstSeq}, and no intact snapshot says what was before`,
    );
  }
}
