import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Git repositories in a directory of this machine. */
export interface ServedGit {
  /** Makes a repository of one commit; resolves to where it is and to the commit. */
  serve(
    name: string,
    files: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly commit: string }>;
  stop(): Promise<void>;
}

export async function startServedGit(): Promise<ServedGit> {
  const root = mkdtempSync(join(tmpdir(), 'served-git-'));
  return {
    async serve(name, files) {
      const directory = join(root, `${name}.git`);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), text);
      }
      const git = (...given: string[]): string =>
        execFileSync('git', ['-C', directory, '-c', 'user.name=t', '-c', 'user.email=t@example.io', ...given], {
          encoding: 'utf8',
        });
      git('init', '--quiet', '--initial-branch=main');
      git('add', '.');
      git('commit', '--quiet', '--message=one');
      return { url: `file://${directory}`, commit: git('rev-parse', 'HEAD').trim() };
    },
    async stop() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
