import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { LogIdentity } from '../engine/event-log.ts';
import type { LogWriter } from '../engine/log-errors.ts';
import { runningWriter } from '../engine/log-lock.ts';
import { openSqliteLog } from '../engine/sqlite-log.ts';
import { UsageError } from './errors.ts';

/** What the place depends on; the process's own unless a test says otherwise. */
export interface LogPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** What a relative `--log` counts from; the process's own directory unless given. */
  readonly cwd?: string;
}

/** The place for a command with this environment and directory. */
export function logPlaceOf(io: { readonly env: LogPlace['env']; readonly cwd: string }): LogPlace {
  return { env: io.env, platform: process.platform, home: homedir(), cwd: io.cwd };
}

const THIS_PLACE: LogPlace = { env: process.env, platform: process.platform, home: homedir() };
const LOG_FILE = 'events.db';
const HASH_DIGITS = 12;

/** Where all logs are kept: `$XDG_STATE_HOME` where set, else the platform's own place for what programs remember. */
export function stateDirectory({ env, platform, home }: LogPlace = THIS_PLACE): string {
  const xdg = env.XDG_STATE_HOME;
  // The XDG specification: a relative path is to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'reconcile-machine');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'reconcile-machine');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'reconcile-machine');
  return join(home, '.local', 'state', 'reconcile-machine');
}

/** The log of a watched directory: one for each, whatever symlink it is reached by. */
export function defaultLogPath(dir: string, place: LogPlace = THIS_PLACE): string {
  const root = realPathOf(dir);
  const hash = createHash('sha256').update(root).digest('hex').slice(0, HASH_DIGITS);
  const name = basename(root).replaceAll(/[^\w.-]/g, '_') || 'root';
  return join(stateDirectory(place), `${name}-${hash}`, LOG_FILE);
}

/** The log to use for `dir`: `given` (from --log) or the default. Throws UsageError for one inside `dir`: writing it would be a change to watch. */
export function logPathFor(dir: string, given: string | undefined, place: LogPlace = THIS_PLACE): string {
  const path = given === undefined ? defaultLogPath(dir, place) : resolve(place.cwd ?? process.cwd(), given);
  const root = realPathOf(dir);
  const real = realPathOf(path);
  const below = relative(root, real);
  if (below === '' || (below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below))) {
    throw new UsageError(
      `expected a log outside of the watched directory ${root}, found ${real}`,
      given === undefined
        ? 'name another place with --log FILE, or set XDG_STATE_HOME'
        : 'name another place with --log FILE, or leave it out',
    );
  }
  return path;
}

/** A log found in the state directory. */
export interface FoundLog {
  readonly path: string;
  /** Undefined where it cannot be read; `problem` says why. */
  readonly identity: LogIdentity | undefined;
  readonly problem: string | undefined;
  /** Who watches with it right now. */
  readonly writer: LogWriter | undefined;
  /** ms since the epoch. */
  readonly modifiedAt: number;
}

/** All logs of the state directory, the last written first. */
export function findLogs(place: LogPlace = THIS_PLACE): readonly FoundLog[] {
  const directory = stateDirectory(place);
  const paths = namesIn(directory)
    .map((name) => join(directory, name, LOG_FILE))
    .filter((path) => existsSync(path));
  return paths.map(foundLog).sort((a, b) => b.modifiedAt - a.modifiedAt);
}

function foundLog(path: string): FoundLog {
  const modifiedAt = Math.max(
    ...[path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
  const writer = runningWriter(path);
  try {
    const log = openSqliteLog(path, { mode: 'read' });
    log.close();
    return { path, identity: log.identity, problem: undefined, writer, modifiedAt };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { path, identity: undefined, problem, writer, modifiedAt };
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Without symlinks, as far as it exists. */
function realPathOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync.native(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPathOf(parent), basename(absolute));
  }
}
