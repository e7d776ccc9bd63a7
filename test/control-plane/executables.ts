import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** A program that is built from a Go module of this directory. */
export interface Executable {
  readonly name: string;
  /** Absolute directory of the module. */
  readonly module: string;
  /** The package to build, as `go build` takes it. */
  readonly package: string;
  readonly ldflags: string;
  /** Where the built program is, whether it has been built or not: its directory's name holds a hash of what it is built from. */
  readonly path: string;
}

const KUBERNETES_VERSION = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.\d+/;

function executable(name: string, module: string, goPackage: string, ldflags: string): Executable {
  const hash = createHash('sha256')
    .update(ldflags)
    .update(goVersion() ?? '');
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    const path = join(module, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path));
  }
  const path = join(cacheDirectory(), `${name}-${hash.digest('hex').slice(0, 16)}`, `${name}${SUFFIX}`);
  return { name, module, package: goPackage, ldflags, path };
}

/** etcd and kube-apiserver in one process. */
export function controlPlaneExecutable(): Executable {
  const [version = '', major = '', minor = ''] =
    KUBERNETES_VERSION.exec(readFileSync(join(DIRECTORY, 'go.mod'), 'utf8')) ?? [];
  // Without a version of its own, kubectl takes the server for one of another age.
  const fields = { gitVersion: version.split(' ')[1] ?? '', gitMajor: major, gitMinor: minor };
  const stamps = Object.entries(fields).map(([field, value]) => `-X k8s.io/component-base/version.${field}=${value}`);
  return executable('control-plane', DIRECTORY, '.', ['-s -w', ...stamps].join(' '));
}

/** Flux's kustomize-controller, as its authors build it. */
export function kustomizeControllerExecutable(): Executable {
  const module = join(DIRECTORY, 'kustomize-controller');
  return executable('kustomize-controller', module, 'github.com/fluxcd/kustomize-controller', '-s -w');
}

/** The parts of Argo CD that an Application needs, and what they call: `ARGOCD_BINARY_NAME` says which part it is. */
export function argoCdExecutable(): Executable {
  return executable('argo-cd', join(DIRECTORY, 'argo-cd'), '.', '-s -w');
}

/** kubectl of the same version, for machines without one. */
export function kubectlExecutable(): Executable {
  const { ldflags } = controlPlaneExecutable();
  return executable('kubectl', DIRECTORY, 'k8s.io/kubernetes/cmd/kubectl', ldflags);
}

/** The directory of etcd and kube-apiserver that is used instead of building, as controller-runtime's envtest has it. */
export function kubebuilderAssets(): string | undefined {
  return process.env.KUBEBUILDER_ASSETS || undefined;
}

/** What `go version` prints, undefined without Go. */
export function goVersion(): string | undefined {
  const { status, stdout } = spawnSync('go', ['version'], { encoding: 'utf8', cwd: DIRECTORY });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Why tests against the real thing are skipped; undefined when they can run. Building is left to `build.ts`: minutes do not
 * belong into a test.
 */
export function whySkipped(...needed: readonly Executable[]): string | undefined {
  if (process.env.SKIP_CONTROL_PLANE === '1') return 'SKIP_CONTROL_PLANE=1';
  const missing = needed.filter(
    ({ name, path }) => !(name === 'control-plane' && kubebuilderAssets() !== undefined) && !existsSync(path),
  );
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(', ');
  if (goVersion() === undefined) return `${names}: needs Go to be built`;
  return `${names}: not built yet, run node test/control-plane/build.ts`;
}

function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reconcile-machine', 'control-plane');
}
