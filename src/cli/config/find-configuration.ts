import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

export interface FoundConfiguration {
  /** Absolute. */
  readonly file: string;
  readonly format: 'reconcile-machine' | 'ksail';
}

export const CONFIGURATION_NAMES = ['reconcile-machine.yaml', 'reconcile-machine.yml'] as const;
const KSAIL_NAMES = ['ksail.yaml', 'ksail.yml'] as const;

/**
 * The nearest configuration in `directory` (absolute; need not exist) and those above it; KSail's only where no file of ours is found. A
 * file above that belongs to another user (not root) is passed over: it could run commands of theirs in a directory below. `warn` is told.
 */
export function findConfiguration(
  directory: string,
  warn: (text: string) => void,
  ownUserId = process.getuid?.(),
): FoundConfiguration | undefined {
  for (const [format, names] of [
    ['reconcile-machine', CONFIGURATION_NAMES],
    ['ksail', KSAIL_NAMES],
  ] as const) {
    for (const above of directoriesUpFrom(directory)) {
      for (const name of names) {
        const file = join(above, name);
        const stats = statSync(file, { throwIfNoEntry: false });
        if (stats?.isFile() !== true) continue;
        const isForeign = above !== directory && ownUserId !== undefined && ![0, ownUserId].includes(stats.uid);
        if (!isForeign) return { file, format };
        warn(`${file} is not read: it belongs to another user (uid ${stats.uid}); name it with --config to use it`);
      }
    }
  }
  return undefined;
}

/** A file that was named: `--config` or `RECONCILE_MACHINE_CONFIG`. Throws UsageError where there is none. */
export function namedConfiguration(name: string, cwd: string, namedBy: string): FoundConfiguration {
  const file = resolve(cwd, name);
  if (!existsSync(file)) throw new UsageError(`${namedBy} ${name}: there is no such file`, 'check the path');
  if (statSync(file).isDirectory())
    throw new UsageError(
      `${namedBy} expects a file, found the directory ${name}`,
      `e.g. ${join(name, CONFIGURATION_NAMES[0])}`,
    );
  return { file, format: /(^|[\\/])ksail[^\\/]*\.ya?ml$/.test(file) ? 'ksail' : 'reconcile-machine' };
}

function directoriesUpFrom(directory: string): string[] {
  const directories = [directory];
  for (let at = directory; dirname(at) !== at; at = dirname(at)) directories.push(dirname(at));
  return directories;
}
