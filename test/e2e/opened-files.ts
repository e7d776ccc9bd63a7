import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Build {
  readonly succeeded: boolean;
  /** Regular files inside the root that the build opened, relative to it, sorted. */
  readonly opened: readonly string[];
  readonly stderr: string;
}

/** What is missing to trace a real build here, or undefined. */
export function missingTools(): string | undefined {
  const missing = [
    ['kubectl', 'version', '--client'],
    ['strace', '-V'],
  ].filter(([command = '', ...args]) => spawnSync(command, args).status !== 0);
  return missing.length === 0 ? undefined : `${missing.map(([command]) => command).join(' and ')} not installed`;
}

/** Builds `root/directory` as Flux does and records what is opened. `root` must be free of symlinks. */
export function tracedBuild(root: string, directory: string): Build {
  const scratch = mkdtempSync(join(tmpdir(), 'trace-'));
  try {
    const trace = join(scratch, 'trace');
    // `-xx`: names in hexadecimal, so that no byte of them is ambiguous.
    const strace = ['-f', '-qq', '-xx', '-s', '8192', '-e', 'trace=openat', '-o', trace];
    const kubectl = ['kubectl', 'kustomize', '--load-restrictor', 'LoadRestrictionsNone', join(root, directory)];
    const run = spawnSync('strace', [...strace, ...kubectl], {
      encoding: 'utf8',
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
    const opened = new Set<string>();
    for (const path of openedPaths(readFileSync(trace, 'utf8'))) {
      if (path.startsWith(`${root}/`) && statSync(path).isFile()) opened.add(path.slice(root.length + 1));
    }
    return { succeeded: run.status === 0, opened: [...opened].sort(), stderr: run.stderr };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The names in the calls that succeeded. A call during which another thread runs is written in two lines. */
function* openedPaths(trace: string): Iterable<string> {
  const unfinished = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const started = /^openat\([^"]*"((?:\\x[0-9a-f]{2})*)"/.exec(call)?.[1];
    const path = started ?? (call.startsWith('<... openat resumed>') ? unfinished.get(thread) : undefined);
    if (path === undefined) continue;
    if (call.endsWith('<unfinished ...>')) unfinished.set(thread, path);
    else if (/\) += \d+/.test(call)) yield Buffer.from(path.replaceAll('\\x', ''), 'hex').toString('utf8');
  }
}
