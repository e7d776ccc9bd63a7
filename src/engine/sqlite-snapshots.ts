import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Snapshot } from './event-log.ts';
import type { SqliteRow } from './sqlite-rows.ts';

/** The table of snapshots. Each row carries a checksum of its own, so that a damaged one is passed over for the one before. */
export interface SnapshotTable {
  save(seq: number, at: number, state: string): void;
  /** The newest intact one with `seq <= atSeq`, and how many damaged ones were passed over. */
  newest(atSeq: number): { readonly snapshot: Snapshot | undefined; readonly damagedSeqs: readonly number[] };
  /** Ascending; each is read and checked. */
  seqs(): { readonly intact: readonly number[]; readonly damaged: readonly number[] };
  /** Ascending; checked once since the log was opened. */
  intactSeqs(): readonly number[];
  keepOnly(seqs: readonly number[]): void;
}

export function snapshotTable(database: DatabaseSync): SnapshotTable {
  const insert = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)');
  const before = database.prepare('SELECT * FROM snapshots WHERE seq <= ? ORDER BY seq DESC LIMIT 1');
  const allSeqs = database.prepare('SELECT seq FROM snapshots ORDER BY seq');
  const at = database.prepare('SELECT * FROM snapshots WHERE seq = ?');
  const remove = database.prepare('DELETE FROM snapshots WHERE seq = ?');
  /** Those that were found intact, or written, since the log was opened: reading all of them at each new one would take longer than that. */
  const foundIntact = new Set<number>();
  const seqsNow = (): number[] => allSeqs.all().map(({ seq }) => Number(seq));
  const intactAt = (seq: number): boolean => {
    const row = at.get(seq);
    return row !== undefined && isIntact(row);
  };
  return {
    save: (seq, at, state) => {
      insert.run(seq, at, state, checksumOf(seq, at, state));
      foundIntact.add(seq);
    },
    newest: (atSeq) => {
      const damagedSeqs: number[] = [];
      for (let row = before.get(atSeq); row !== undefined; row = before.get(Number(row.seq) - 1)) {
        if (isIntact(row)) return { snapshot: snapshotOf(row), damagedSeqs };
        damagedSeqs.push(Number(row.seq));
      }
      return { snapshot: undefined, damagedSeqs };
    },
    seqs: () => {
      const intact: number[] = [];
      const damaged: number[] = [];
      for (const seq of seqsNow()) (intactAt(seq) ? intact : damaged).push(seq);
      return { intact, damaged };
    },
    intactSeqs: () => {
      const intact = seqsNow().filter((seq) => foundIntact.has(seq) || intactAt(seq));
      for (const seq of intact) foundIntact.add(seq);
      return intact;
    },
    keepOnly: (seqs) => {
      for (const seq of seqsNow()) if (!seqs.includes(seq)) remove.run(seq);
    },
  };
}

function checksumOf(seq: number, at: number, state: string): number {
  return crc32(`${seq}\n${at}\n${state}`);
}

function isIntact(row: SqliteRow): boolean {
  return checksumOf(Number(row.seq), Number(row.at), String(row.state)) === row.checksum;
}

function snapshotOf(row: SqliteRow): Snapshot {
  return { seq: Number(row.seq), at: Number(row.at), state: JSON.parse(String(row.state)) as unknown };
}
