import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { relativePath } from '../domain/paths.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { createJsonLines } from '../ui/json-lines.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { EXIT_OK } from './exit-codes.ts';
import { explainFiles, formatExplanation } from './explain.ts';
import type { ExplainedEntry } from './explained-entry.ts';
import { liveDefinitions } from './live-definitions.ts';
import { offlineEntries } from './offline-entries.ts';
import type { ExplainOptions } from './options.ts';
import { sourceRoot } from './source-root.ts';
import { watchedDirectory } from './watched-directory.ts';

/** `reconcile-machine explain`. What a change would mean is an answer, never a failure. */
export async function runExplain(options: ExplainOptions, io: CommandIo): Promise<number> {
  const directory = realpathSync(watchedDirectory(options.dir, io.cwd));
  const explicitRoot = options.root === undefined ? undefined : realpathSync(watchedDirectory(options.root, io.cwd));
  const warn = (text: string) => io.stderr.write(`warning: ${text}\n`);
  const { root, entries } = options.offline
    ? await offline(explicitRoot, directory, options, warn)
    : await live(explicitRoot, directory, options, io);
  const watchedDir = relativePath(relative(root, directory));
  if (watchedDir === undefined) {
    throw new UsageError(
      `expected --root to hold the watched directory ${directory}, found ${root}`,
      'give one above it',
    );
  }
  const explanations = explainFiles({
    files: options.files.map((file) => pathBelow(root, resolve(io.cwd, file))),
    tree: new DiskTree(root, { limits: options.limits }),
    watchedDir,
    limits: options.limits,
    ignorePatterns: options.ignore,
    entries,
  });
  // The name that was typed is the one that is looked for in the answer.
  const asTyped = explanations.map((explanation, index) => ({
    ...explanation,
    file: options.files[index] ?? explanation.file,
  }));
  if (options.json) createJsonLines(io.stdout)(asTyped);
  else io.stdout.write(`${asTyped.map(formatExplanation).join('\n\n')}\n`);
  return EXIT_OK;
}

interface Found {
  readonly root: string;
  readonly entries: readonly ExplainedEntry[];
}

async function live(
  given: string | undefined,
  directory: string,
  options: ExplainOptions,
  io: CommandIo,
): Promise<Found> {
  const entries = [await liveDefinitions(options, io)];
  return { root: given ?? sourceRoot(directory, entries), entries };
}

/** What the watched directory defines says which root counts; where that lies above, all that is below it does. */
async function offline(
  given: string | undefined,
  directory: string,
  options: ExplainOptions,
  warn: (text: string) => void,
): Promise<Found> {
  if (given !== undefined) return { root: given, entries: await offlineEntries(given, options, warn) };
  const warnings: string[] = [];
  const entries = await offlineEntries(directory, options, (text) => warnings.push(text));
  const root = sourceRoot(directory, entries);
  if (root !== directory) return { root, entries: await offlineEntries(root, options, warn) };
  for (const warning of warnings) warn(warning);
  return { root, entries };
}

/** `file` counted from `root`, both without the symlinks that lead there. The file itself need not exist. */
function pathBelow(root: string, file: string): string {
  return relative(root, withoutLinks(file)).split(sep).join('/');
}

function withoutLinks(file: string): string {
  const directory = dirname(file);
  if (directory === file) return file;
  try {
    // Only its directory: a file that is a symlink is what changes, not what it points at.
    return join(realpathSync(directory), basename(file));
  } catch {
    return join(withoutLinks(directory), basename(file));
  }
}
