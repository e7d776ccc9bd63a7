import type { BuildProblem } from './closure.ts';
import type { RelativePath } from './paths.ts';
import type { DecisionReason, FileDecision } from './resolution.ts';
import type { ObjectId } from './target.ts';

/** What is known of one changed path, before a decision is made about it. */
export interface ChangedFile {
  readonly path: RelativePath;
  /** In words: the rule that keeps the path out of the source, or out of what builds can read. */
  readonly excluded: string | undefined;
  /** In words: why its change makes no difference. */
  readonly unchanged: string | undefined;
  /** The path itself does not parse. */
  readonly damage: BuildProblem | undefined;
  /** Targets whose closure holds it, before or after the change. */
  readonly readers: readonly ObjectId[];
  /** Those of the readers that cannot be built as the files are, and why. */
  readonly broken: ReadonlyMap<ObjectId, BuildProblem>;
  /** HelmReleases whose chart it belongs to. */
  readonly charts: readonly ObjectId[];
  /** In words: why it cannot be told what its change means. */
  readonly unsure: string | undefined;
  readonly watchedDirectory: RelativePath;
  readonly isDirectlyInWatchedDirectory: boolean;
  /** The nearest directory above with a kustomization file, below the watched directory. */
  readonly nearestOwner: RelativePath | undefined;
  /** Targets at that directory. */
  readonly owners: readonly ObjectId[];
}

type Line = (file: ChangedFile) => readonly [FileDecision['decision'], DecisionReason, string] | false;

/** The table of precedence, a line each: the first that fits decides. */
const LINES: readonly Line[] = [
  (file) => file.excluded !== undefined && !isRead(file) && ['none', 'ignored', file.excluded],
  (file) => file.unchanged !== undefined && ['none', 'unchanged', file.unchanged],
  (file) => file.damage !== undefined && ['held', 'held', file.damage.message],
  (file) => isHeldByAllReaders(file) && ['held', 'held', firstProblem(file)],
  (file) =>
    file.charts.length > 0 &&
    file.unsure === undefined && ['targeted', 'chart', `in the chart of ${list(file.charts)}`],
  (file) => file.isDirectlyInWatchedDirectory && ['full', 'root-level', `${file.path} lies directly in ${shown(file)}`],
  (file) =>
    file.nearestOwner === undefined && [
      'full',
      'root-level',
      `no kustomization file between ${file.path} and ${shown(file)}`,
    ],
  (file) => file.unsure !== undefined && ['full', 'ambiguous', file.unsure],
  (file) => file.readers.length > 0 && ['targeted', 'closure', `read by ${list(file.readers)}`],
  (file) =>
    file.owners.length > 0 && [
      'targeted',
      'nearest-owner',
      `read by no build; nearest kustomization is ${file.nearestOwner}, the path of ${list(file.owners)}`,
    ],
  (file) => [
    'full',
    'unmapped',
    `read by no build, and no target has the path of the nearest kustomization, ${file.nearestOwner}`,
  ],
];

export function decideFile(file: ChangedFile): FileDecision {
  for (const line of LINES) {
    const fits = line(file);
    if (fits === false) continue;
    const [decision, reason, detail] = fits;
    return { path: file.path, decision, reason, detail };
  }
  throw new Error(`${file.path}: no line of the table of precedence fits`);
}

function isRead(file: ChangedFile): boolean {
  return file.readers.length > 0 || file.charts.length > 0;
}

function isHeldByAllReaders(file: ChangedFile): boolean {
  return file.readers.length > 0 && file.readers.every((id) => file.broken.has(id));
}

/** Messages of build problems begin with `file:line:column`. */
function firstProblem(file: ChangedFile): string {
  const problems = [...file.broken.values()];
  return (problems.find((problem) => problem.path === file.path) ?? problems[0])?.message ?? '';
}

function shown(file: ChangedFile): string {
  return file.watchedDirectory === '.' ? 'the watched directory' : `the watched directory ${file.watchedDirectory}`;
}

const NAMES_SHOWN_MAX = 3;

function list(ids: readonly ObjectId[]): string {
  const names = ids.slice(0, NAMES_SHOWN_MAX).join(', ');
  return ids.length > NAMES_SHOWN_MAX ? `${names} and ${ids.length - NAMES_SHOWN_MAX} more` : names;
}
