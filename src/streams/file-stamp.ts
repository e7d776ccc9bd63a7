import type { BigIntStats } from 'node:fs';

/**
 * What tells one state of a file from another without reading it, like an entry of Git's index: size, inode, both times in nanoseconds.
 * `racy`: the file changed so shortly before it was looked at that a later change might bear the same times.
 */
export interface FileStamp {
  readonly text: string;
  readonly racy: boolean;
}

const FINE_CLOCK_RACE_MS = 50;
const COARSE_CLOCK_RACE_MS = 2_000;

export function fileStamp(stats: BigIntStats, lookedAtMs: number): FileStamp {
  return {
    text: `${stats.size}.${stats.ino}.${stats.mtimeNs}.${stats.ctimeNs}.${stats.mode}`,
    racy: lookedAtMs - Number(stats.ctimeNs / 1_000_000n) < raceWindowMs(stats),
  };
}

/** Some file systems keep times in whole seconds, or two. */
function raceWindowMs(stats: BigIntStats): number {
  return stats.ctimeNs % 1_000_000n === 0n ? COARSE_CLOCK_RACE_MS : FINE_CLOCK_RACE_MS;
}
