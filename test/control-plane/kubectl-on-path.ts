import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { kubectlExecutable } from './executables.ts';

/** Where no kubectl is installed, the one that `build.ts` built is found by every test. */
export default function kubectlOnPath(): void {
  if (spawnSync('kubectl', ['version', '--client']).status === 0) return;
  const { path } = kubectlExecutable();
  if (existsSync(path)) process.env.PATH = `${dirname(path)}${delimiter}${process.env.PATH ?? ''}`;
}
