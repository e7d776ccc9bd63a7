// Builds the real control plane and the real kustomize-controller, once for each state of their modules. Prints one line a
// program. Exit code 0: built, or there before; 1: a build failed; 3: nothing to do without Go or with SKIP_CONTROL_PLANE=1.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  argoCdExecutable,
  controlPlaneExecutable,
  type Executable,
  goVersion,
  kubebuilderAssets,
  kubectlExecutable,
  kustomizeControllerExecutable,
} from './executables.ts';

const SKIPPED = 3;

function build({ name, module, package: goPackage, ldflags, path }: Executable): boolean {
  if (existsSync(path)) {
    console.log(`${name}: built before, ${path}`);
    return true;
  }
  console.log(`${name}: building (some minutes, once) …`);
  const started = Date.now();
  mkdirSync(dirname(path), { recursive: true });
  // Under another name until it is whole: a build that is cut short leaves nothing that looks finished.
  const unfinished = `${path}.${process.pid}`;
  const { status } = spawnSync('go', ['build', '-buildvcs=false', '-ldflags', ldflags, '-o', unfinished, goPackage], {
    cwd: module,
    stdio: 'inherit',
  });
  if (status !== 0) return false;
  renameSync(unfinished, path);
  console.log(`${name}: built in ${Math.round((Date.now() - started) / 1000)} s, ${path}`);
  return true;
}

function whyNot(): string | undefined {
  if (process.env.SKIP_CONTROL_PLANE === '1') return 'SKIP_CONTROL_PLANE=1';
  return goVersion() === undefined ? 'Go is not installed' : undefined;
}

const reason = whyNot();
if (reason !== undefined) {
  console.log(`not built: ${reason}; the tests that need the real thing are skipped`);
  process.exit(SKIPPED);
}
const wanted = [kustomizeControllerExecutable()];
if (kubebuilderAssets() === undefined) wanted.unshift(controlPlaneExecutable());
if (spawnSync('kubectl', ['version', '--client']).status !== 0) wanted.push(kubectlExecutable());
// Last: what it takes away from the others is no more than its own tests.
wanted.push(argoCdExecutable());
process.exit(wanted.every(build) ? 0 : 1);
