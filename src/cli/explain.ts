import { type Explanation, explainPath, mergeExplanations } from '../domain/explanation.ts';
import { fedSourceCandidates } from '../domain/fed-source.ts';
import type { Limits } from '../domain/limits.ts';
import { type RelativePath, relativePath } from '../domain/paths.ts';
import type { ChangingTree } from '../domain/source-files.ts';
import { SourceMapping } from '../domain/source-mapping.ts';
import type { Definitions, ObjectId } from '../domain/target.ts';
import { sourceLabel } from '../ui/target-label.ts';

export interface ExplainOptions {
  /** Relative to the source root. */
  readonly files: readonly string[];
  readonly tree: ChangingTree;
  readonly watchedDir: RelativePath;
  readonly limits: Limits;
  readonly ignorePatterns?: readonly string[] | undefined;
  /** One cluster, or several of one repository. `fedSource`: which source the files are; found by itself when not given. */
  readonly entries: readonly {
    readonly definitions: Definitions;
    readonly fedSource?: ObjectId | undefined;
  }[];
}

const NO_DEFINITIONS: Definitions = { targets: [], sources: [], generators: [] };

/** What a change of each file would mean, in the order of `files`; the targets of all entries are named. */
export function explainFiles(options: ExplainOptions): Explanation[] {
  const entries =
    options.entries.length > 0 ? options.entries : [{ definitions: NO_DEFINITIONS, fedSource: undefined }];
  const mappings = entries.map(({ definitions, fedSource }) => {
    const mapping = new SourceMapping({
      tree: options.tree,
      watchedDirectory: options.watchedDir,
      limits: options.limits,
      ignorePatterns: options.ignorePatterns,
      allowPrune: false,
    });
    mapping.setDefinitions(
      definitions,
      fedSource ?? fedSourceCandidates(definitions, options.tree)[0] ?? 'OCIRepository//',
    );
    return mapping;
  });
  return options.files.map(
    (file) =>
      mergeExplanations(mappings.map((mapping) => explainPath(mapping, file))) ?? {
        file: relativePath(file) ?? file,
        readBy: [],
        targets: [],
        decision: 'none',
        reason: 'ignored: nothing is known of this file',
      },
  );
}

/** An explanation for people: several lines, no colour. */
export function formatExplanation(explanation: Explanation): string {
  const lines = [explanation.file];
  lines.push(`  decision  ${DECISIONS[explanation.decision]} (${explanation.reason})`);
  for (const [index, directory] of explanation.readBy.entries()) {
    lines.push(`  ${index === 0 ? 'read by  ' : '         '} ${directory}`);
  }
  if (explanation.readBy.length === 0) lines.push('  read by   no kustomization');
  for (const [index, target] of explanation.targets.entries()) {
    const origin = target.definedIn === null ? '' : `, defined in ${target.definedIn}`;
    const own = target.ownSource === undefined ? '' : `, on ${sourceLabel(target.ownSource)}`;
    const name = `${target.kind} ${target.namespace}/${target.name}`;
    lines.push(`  ${index === 0 ? 'affects  ' : '         '} ${name} (${target.rule}${origin}${own})`);
  }
  return lines.join('\n');
}

const DECISIONS: Readonly<Record<Explanation['decision'], string>> = {
  targeted: 'only these are reconciled',
  full: 'full reconcile',
  none: 'nothing is reconciled',
};
