const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ['alpha', 'beta', undefined];

/** Sorts versions as discovery lists them: stable before beta before alpha, higher before lower, all others last by name. */
export function byVersionPriority(a: string, b: string): number {
  const left = VERSION.exec(a);
  const right = VERSION.exec(b);
  if (left === null || right === null) {
    if (left !== null) return -1;
    if (right !== null) return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const stage = STAGES.indexOf(right[2]) - STAGES.indexOf(left[2]);
  if (stage !== 0) return stage;
  const major = Number(right[1]) - Number(left[1]);
  return major !== 0 ? major : Number(right[3] ?? 0) - Number(left[3] ?? 0);
}
