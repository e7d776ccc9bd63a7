const CONTEXT_LINES = 3;

type Step = { readonly kind: ' ' | '-' | '+'; readonly line: string };

/** The change of one file as `diff -u` and `git apply` have it; empty where nothing differs. `before` undefined: a new file. */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  const steps = stepsBetween(linesOf(before ?? ''), linesOf(after));
  const hunks = hunksOf(steps);
  if (hunks.length === 0) return '';
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  return `--- ${from}\n+++ b/${path}\n${hunks.join('')}`;
}

/** Each with its line ending; the last may have none. */
function linesOf(text: string): string[] {
  return text === '' ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

/** The shortest way from one to the other (Myers), after what begins and ends alike is taken off. */
function stepsBetween(before: readonly string[], after: readonly string[]): Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const same = (lines: readonly string[]): Step[] => lines.map((line) => ({ kind: ' ', line }));
  return [
    ...same(before.slice(0, start)),
    ...shortestEdit(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function shortestEdit(before: readonly string[], after: readonly string[]): Step[] {
  const furthest = new Map<number, number>([[1, 0]]);
  const rounds: Map<number, number>[] = [];
  for (let depth = 0; ; depth += 1) {
    rounds.push(new Map(furthest));
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      let x = startOf(furthest, diagonal, depth);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return wayBack(rounds, before, after);
    }
  }
}

function startOf(furthest: ReadonlyMap<number, number>, diagonal: number, depth: number): number {
  const above = furthest.get(diagonal + 1) ?? -1;
  const left = furthest.get(diagonal - 1) ?? -1;
  return diagonal === -depth || (diagonal !== depth && left < above) ? above : left + 1;
}

function wayBack(
  rounds: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): Step[] {
  const steps: Step[] = [];
  let x = before.length;
  let y = after.length;
  for (let depth = rounds.length - 1; depth >= 0; depth -= 1) {
    const furthest = rounds[depth] ?? new Map<number, number>();
    const diagonal = x - y;
    const left = furthest.get(diagonal - 1) ?? -1;
    const above = furthest.get(diagonal + 1) ?? -1;
    const isInsertion = diagonal === -depth || (diagonal !== depth && left < above);
    const previousX = isInsertion ? above : left;
    const previousY = previousX - (isInsertion ? diagonal + 1 : diagonal - 1);
    while (x > Math.max(previousX, 0) && y > Math.max(previousY, 0)) {
      x -= 1;
      y -= 1;
      steps.push({ kind: ' ', line: before[x] ?? '' });
    }
    if (depth === 0) break;
    if (isInsertion) steps.push({ kind: '+', line: after[previousY] ?? '' });
    else steps.push({ kind: '-', line: before[previousX] ?? '' });
    x = previousX;
    y = previousY;
  }
  return steps.reverse();
}

function hunksOf(steps: readonly Step[]): string[] {
  const hunks: string[] = [];
  let oldLine = 1;
  let newLine = 1;
  let index = 0;
  while (index < steps.length) {
    const first = steps.findIndex((step, at) => at >= index && step.kind !== ' ');
    if (first < 0) break;
    const start = Math.max(index, first - CONTEXT_LINES);
    oldLine += start - index;
    newLine += start - index;
    const end = endOfHunk(steps, first);
    const part = steps.slice(start, end);
    const oldCount = part.filter(({ kind }) => kind !== '+').length;
    const newCount = part.filter(({ kind }) => kind !== '-').length;
    hunks.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${part.map(stepText).join('')}`);
    oldLine += oldCount;
    newLine += newCount;
    index = end;
  }
  return hunks;
}

/** Behind the last change that has at most twice the context between it and the one before. */
function endOfHunk(steps: readonly Step[], first: number): number {
  let last = first;
  for (let at = first; at < steps.length && at - last <= CONTEXT_LINES * 2; at += 1) {
    if (steps[at]?.kind !== ' ') last = at;
  }
  return Math.min(steps.length, last + CONTEXT_LINES + 1);
}

function range(line: number, count: number): string {
  if (count === 0) return `${line - 1},0`;
  return count === 1 ? `${line}` : `${line},${count}`;
}

function stepText({ kind, line }: Step): string {
  return line.endsWith('\n') ? `${kind}${line}` : `${kind}${line}\n\\ No newline at end of file\n`;
}
