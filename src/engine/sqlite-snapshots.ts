import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Snapshot } from './event-log.ts';
import type { SqliteRow } from './sqlite-rows.ts';

/** The table of snapshots. Each row carries a checksum of its own, so that a damaged one is passed over for the one before. */
export interface SnapshotTable {
  save(seq: number, at: number, state: string): void;
  /** The newest intact one with `seq <= atSeq`, and how many damaged ones were passed over. */
  newest(atSeq: number): { readonly snapshot: Snapshot | undefined; readonly damagedSeqs: readonly number[] };
  /** Ascending. */
  seqs(): { readonly intact: readonly number[]; readonly damaged: readonly number[] };
  keepOnly(seqs: readonly number[]): void;
}

export function snapshotTable(database: DatabaseSync): SnapshotTable {
  const insert = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)');
  const before = database.prepare('SELECT * FROM snapshots WHERE seq <= ? ORDER BY seq DESC LIMIT 1');
  const all = database.prepare('SELECT * FROM snapshots ORDER BY seq');
  const remove = database.prepare('DELETE FROM snapshots WHERE seq = ?');
  const seqsNow = (): { intact: number[]; damaged: number[] } => {
    const intact: number[] = [];
    const damaged: number[] = [];
    for (const row of all.iterate()) (isIntact(row) ? intact : damaged).push(Number(row.seq));
    return { intact, damaged };
  };
  return {
    save: (seq, at, state) => void insert.run(seq, at, state, checksumOf(seq, at, state)),
    newest: (atSeq) => {
      const damagedSeqs: number[] = [];
      for (let row = before.get(atSeq); row !== undefined; row = before.get(Number(row.seq) - 1)) {
        if (isIntact(row)) return { snapshot: snapshotOf(row), damagedSeqs };
        damagedSeqs.push(Number(row.seq));
      }
      return { snapshot: undefined, damagedSeqs };
    },
    seqs: seqsNow,
    keepOnly: (seqs) => {
      const { intact, damaged } = seqsNow();
      for (const seq of [...intact, ...damaged]) if (!seqs.includes(seq)) remove.run(seq);
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
