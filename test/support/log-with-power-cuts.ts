import type { EventLog, NewEvent, Snapshot } from '../../src/engine/event-log.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';

/** A log in memory that can lose what had not to be on disk yet. It is never compacted. */
export function logWithPowerCuts(): EventLog & { cutPower(): void; isOnDisk(): boolean } {
  let log = createMemoryLog();
  let appends: { readonly events: readonly NewEvent[]; readonly at: number }[] = [];
  let snapshots: Snapshot[] = [];
  /** How many of them are on disk; with one, all that were before it. */
  let onDisk = 0;
  return {
    append: (events, at, durability = 'now') => {
      const logged = log.append(events, at);
      appends.push({ events, at });
      if (durability === 'now') onDisk = appends.length;
      return logged;
    },
    sync: async () => {
      onDisk = appends.length;
    },
    isOnDisk: () => onDisk === appends.length,
    saveSnapshot: (snapshot) => {
      log.saveSnapshot(snapshot);
      snapshots.push(structuredClone(snapshot));
      onDisk = appends.length;
    },
    cutPower: () => {
      appends = appends.slice(0, onDisk);
      log = createMemoryLog();
      for (const { events, at } of appends) log.append(events, at);
      snapshots = snapshots.filter(({ seq }) => seq <= log.lastSeq());
      for (const snapshot of snapshots) log.saveSnapshot(snapshot);
    },
    read: (range) => log.read(range),
    lastSeq: () => log.lastSeq(),
    firstSeq: () => log.firstSeq(),
    latestSnapshot: (atSeq) => log.latestSnapshot(atSeq),
    compact: () => {},
    close: () => log.close(),
  };
}
