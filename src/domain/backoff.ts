/** Exponential backoff: `min × 2^(attempt-1)`, at most `max`, ± jitter. Pure: the jitter comes from the seed, so a replay computes the same. */
export function backoffMs(options: {
  /** 1 for the first retry. */
  readonly attempt: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly jitterRatio: number;
  /** Spreads many owners that failed together, e.g. a machine's id. */
  readonly seed: string;
}): number {
  const { attempt, minMs, maxMs, jitterRatio, seed } = options;
  const exponential = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(exponential * (1 + jitterRatio * (2 * unitInterval(`${seed}#${attempt}`) - 1)));
}

/** FNV-1a, as a number in [0, 1). */
function unitInterval(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
