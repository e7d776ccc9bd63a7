import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { definitionsFromObjects } from '../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { childOf, type RelativePath, ROOT } from '../src/domain/paths.ts';
import type { ObjectId } from '../src/domain/target.ts';
import { Workspace } from '../src/effects/workspace.ts';
import { DiskTree } from '../src/streams/disk-tree.ts';
import { quantile } from './quantile.ts';
import { isMain, printTable, type Row } from './table.ts';

const KUSTOMIZATIONS = 1_000;
const MANIFESTS_EACH = 9;
const BASES = 20;
const CHANGES = 200;

const deployment = (name: string, replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: web
        image: "registry.example/web:1.2.3"
        args: ["--port=8080", "--verbose"]
        ports:
        - containerPort: 8080
          name: http
        resources:
          requests:
            cpu: 100m
            memory: 64Mi
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
      volumes: []
`;
const configMap = (name: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  app.properties: |
    color=blue
    # not a comment of YAML
    retries=3
`;

const nameOf = (index: number): string => (index < BASES ? `bases/b${index}` : `apps/team${index % 40}/app${index}`);

function generate(root: string): void {
  for (let index = 0; index < KUSTOMIZATIONS; index += 1) {
    const directory = join(root, nameOf(index));
    mkdirSync(directory, { recursive: true });
    const manifests = Array.from({ length: MANIFESTS_EACH }, (_, file) => `m${file}.yaml`);
    const base = index < BASES ? [] : [`../../../bases/b${index % BASES}`];
    const resources = [...manifests, ...base].map((resource) => `- ${resource}\n`).join('');
    const header = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
    writeFileSync(join(directory, 'kustomization.yaml'), `${header}namePrefix: p${index}-\nresources:\n${resources}`);
    for (const [file, manifest] of manifests.entries()) {
      const name = `o${index}-${file}`;
      writeFileSync(join(directory, manifest), file % 2 === 0 ? deployment(name, 1) : configMap(name));
    }
  }
}

const SOURCE = 'OCIRepository/flux-system/bench';

const kustomizationCr = (index: number): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: `k${index}`, namespace: 'flux-system' },
  spec: { path: `./${nameOf(index)}`, sourceRef: { kind: 'OCIRepository', name: 'bench' } },
});

const DEFINITIONS = definitionsFromObjects(
  Array.from({ length: KUSTOMIZATIONS }, (_, index) => ({ object: kustomizationCr(index) })),
);

/** A workspace as a watch has it, with a Kustomization for each directory, and what it knows to be reconciled. */
class Mapping {
  readonly tree: DiskTree;
  readonly workspace: Workspace;
  #known: Readonly<Record<ObjectId, string>> = {};

  constructor(root: string) {
    this.tree = new DiskTree(root);
    this.workspace = new Workspace({ tree: this.tree, watchedDir: ROOT, limits: DEFAULT_LIMITS });
    this.workspace.setDefinitions(DEFINITIONS, SOURCE);
  }

  /** The Kustomizations that a change of `changed` affects. */
  affectedBy(changed: readonly RelativePath[]): number {
    const { affected, held } = this.workspace.resolve({ changed, known: this.#known });
    if (held[0] !== undefined) throw new Error(held[0].problem.message);
    return affected.length;
  }

  /** From here on everything as it is now counts as reconciled. */
  reconciled(): void {
    this.#known = this.workspace.digests();
  }
}

/** What a tool without a graph in memory does at each save: read, parse and hash everything. */
function naive(root: string): string {
  const hash = createHash('sha256');
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        visit(path);
        continue;
      }
      const text = readFileSync(path, 'utf8');
      for (const document of parseAllDocuments(text)) document.toJS();
      hash.update(text);
    }
  };
  visit(root);
  return hash.digest('hex');
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Saves one manifest after another and times how long each takes to be mapped. */
function changes(root: string, mapping: Mapping, indexOf: (change: number) => number, affected: number): number[] {
  return Array.from({ length: CHANGES }, (_, change) => {
    const path = childOf(nameOf(indexOf(change)) as RelativePath, 'm0.yaml');
    writeFileSync(join(root, path), deployment(`o${indexOf(change)}-0`, change + 2));
    let found = 0;
    const ms = timed(() => {
      found = mapping.affectedBy([path]);
    });
    if (found !== affected) throw new Error(`${path}: expected ${affected} affected Kustomizations, found ${found}`);
    mapping.reconciled();
    return ms;
  });
}

async function sweepMs(mapping: Mapping): Promise<number> {
  const start = performance.now();
  for await (const path of mapping.tree.sweep()) mapping.affectedBy([path]);
  return performance.now() - start;
}

export async function run(): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'bench-mapping-'));
  try {
    generate(root);
    const naiveMs = timed(() => naive(root));
    const coldMs = [0, 1, 2].map(() => timed(() => new Mapping(root).affectedBy([ROOT])));
    const mapping = new Mapping(root);
    mapping.affectedBy([ROOT]);
    mapping.reconciled();
    const leaf = changes(root, mapping, (change) => BASES + ((change * 37) % (KUSTOMIZATIONS - BASES)), 1);
    const readers = (KUSTOMIZATIONS - BASES) / BASES + 1;
    const base = changes(root, mapping, (change) => change % BASES, readers);
    const sweeps = [await sweepMs(mapping), await sweepMs(mapping)];
    const memoryMb = Number(
      execFileSync(process.execPath, ['--semi-space-growth-factor=1', import.meta.filename, '--memory', root], {
        encoding: 'utf8',
      }),
    );
    const row = (measured: string, value: number, goal: string): Row => ({
      measured,
      value: round(value),
      unit: 'ms',
      goal,
      baseline: round(naiveMs),
      baselineIs: 'read, parse and hash everything',
    });
    return [
      row(`cold, ${KUSTOMIZATIONS * (MANIFESTS_EACH + 1)} files`, quantile(coldMs, 0.5), '<= 1000'),
      row('a leaf changes, p50', quantile(leaf, 0.5), '<= 5'),
      row('a leaf changes, p99', quantile(leaf, 0.99), '<= 5'),
      row(`a base of ${readers} changes, p50`, quantile(base, 0.5), ''),
      row(`a base of ${readers} changes, p99`, quantile(base, 0.99), ''),
      row('stat sweep', Math.min(...sweeps), ''),
      {
        measured: 'memory of the mapping, garbage included',
        value: round(memoryMb),
        unit: 'MB',
        goal: '',
        baseline: round(process.memoryUsage().rss / 1_048_576),
        baselineIs: 'this process',
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** In a process of its own, with the flag that `watch` sets for itself, so that nothing else of this benchmark is counted. */
function printMemory(root: string): void {
  const before = process.memoryUsage().rss;
  const mapping = new Mapping(root);
  mapping.affectedBy([ROOT]);
  process.stdout.write(String((process.memoryUsage().rss - before) / 1_048_576));
  // Keeps what was measured alive until it was.
  if (Object.keys(mapping.workspace.digests()).length !== KUSTOMIZATIONS) process.exitCode = 1;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const [mode, tree] = process.argv.slice(2);
if (isMain(import.meta.url) && mode === '--memory' && tree !== undefined) printMemory(tree);
else if (isMain(import.meta.url)) printTable('mapping', await run());
