import { execFileSync } from 'node:child_process';
import { CommandFailedError } from './errors.ts';

/** Where an artifact's content comes from, as OCI annotations. */
export interface Provenance {
  readonly annotations: Readonly<Record<string, string>>;
  /** Files differ from the commit: what is pushed is not quite it. */
  readonly isDirty: boolean;
}

const PREFIX = 'org.opencontainers.image';

/** Of the Git work tree around `dir`: the remote without credentials, `branch@sha1:…`, and the commit's own time, so that the same commit gives the same bytes. */
export function gitProvenance(dir: string): Provenance {
  const commit = git(dir, 'rev-parse', 'HEAD');
  if (commit === undefined) {
    throw new CommandFailedError(
      `--provenance: ${dir} is in no Git work tree with a commit, or git is not installed`,
      'leave out --provenance',
    );
  }
  const branch = git(dir, 'symbolic-ref', '--short', '-q', 'HEAD') ?? git(dir, 'describe', '--tags', '--exact-match');
  const source = withoutCredentials(git(dir, 'remote', 'get-url', 'origin'));
  const committed = Number(git(dir, 'show', '-s', '--format=%ct', 'HEAD'));
  return {
    annotations: {
      [`${PREFIX}.created`]: new Date(committed * 1_000).toISOString().replace('.000Z', 'Z'),
      [`${PREFIX}.revision`]: `${branch ?? 'HEAD'}@sha1:${commit}`,
      ...(source === undefined ? {} : { [`${PREFIX}.source`]: source }),
    },
    isDirty: (git(dir, 'status', '--porcelain', '--', '.') ?? '') !== '',
  };
}

function withoutCredentials(remote: string | undefined): string | undefined {
  if (remote === undefined || !URL.canParse(remote)) return remote;
  const url = new URL(remote);
  url.username = url.protocol === 'ssh:' ? url.username : '';
  url.password = '';
  return url.toString();
}

function git(dir: string, ...args: readonly string[]): string | undefined {
  try {
    const output = execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return output.trim() === '' ? undefined : output.trim();
  } catch {
    return undefined;
  }
}
