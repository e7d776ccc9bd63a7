/** The newest snapshots are always kept: were the newest one damaged, the one before it still bounds the replay. */
export const SNAPSHOTS_KEPT_MIN = 2;

/** Beside the newest two, old snapshots are thinned to about this many: each may hold the state of a thousand targets. */
const OLD_SNAPSHOTS_KEPT_MAX = 10;

export interface CompactionInput {
  readonly lastSeq: number;
  /** Ascending, intact ones only. */
  readonly snapshotSeqs: readonly number[];
  readonly eventsMax: number;
  /** The newest event that is older than the bound in time; 0 for none. */
  readonly lastTooOldSeq: number;
}

export interface CompactionPlan {
  /** Events up to here go; 0 removes none. A kept snapshot lies exactly here, so all that stays can be replayed. */
  readonly removeUpTo: number;
  readonly snapshotsToKeep: readonly number[];
}

/** What may go without losing the state at any event that stays. */
export function planCompaction(input: CompactionInput): CompactionPlan {
  const { snapshotSeqs } = input;
  const safe = snapshotSeqs.slice(0, snapshotSeqs.length - SNAPSHOTS_KEPT_MIN + 1);
  const tooFar = Math.max(input.lastSeq - input.eventsMax, input.lastTooOldSeq);
  const base = safe.findLast((seq) => seq <= tooFar);
  const remaining = base === undefined ? snapshotSeqs : snapshotSeqs.filter((seq) => seq >= base);
  return {
    removeUpTo: base ?? 0,
    snapshotsToKeep: thinned(remaining, Math.ceil(input.eventsMax / OLD_SNAPSHOTS_KEPT_MAX)),
  };
}

/** The oldest and the newest two stay; of those between, one in about every `spacing` events. */
function thinned(seqs: readonly number[], spacing: number): number[] {
  const kept: number[] = [];
  seqs.forEach((seq, index) => {
    const previous = kept.at(-1);
    const newest = index >= seqs.length - SNAPSHOTS_KEPT_MIN;
    if (newest || previous === undefined || seq - previous >= spacing) kept.push(seq);
  });
  return kept;
}
