import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { closureDigest } from '../src/domain/closure-digest.ts';
import { KustomizationGraph } from '../src/domain/kustomization-graph.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { childOf, type RelativePath, ROOT } from '../src/domain/paths.ts';
import { DiskTree } from '../src/streams/disk-tree.ts';

export interface MappingRow {
  readonly what: string;
  readonly ms: number;
  readonly p99Ms: number;
  /** How many times faster than parsing and hashing the whole tree anew, in this very run. */
  readonly ratioToNaive: number;
}

export interface MappingFigures {
  readonly name: 'mapping';
  readonly files: number;
  readonly kustomizations: number;
  readonly rows: readonly MappingRow[];
  /** Resident memory that tree, graph and digests of everything add to a bare process, in MB. */
  readonly memoryMb: number;
  readonly goals: readonly { readonly goal: string; readonly met: boolean }[];
}

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

class Mapping {
  readonly tree: DiskTree;
  readonly graph: KustomizationGraph;
  readonly digests = new Map<RelativePath, string>();

  constructor(root: string) {
    this.tree = new DiskTree(root);
    this.graph = new KustomizationGraph(this.tree, { limits: DEFAULT_LIMITS });
  }

  /** Computes every digest that is not known; returns how many closures had to be looked at again. */
  all(known: Map<RelativePath, unknown>): number {
    let looked = 0;
    for (const directory of this.graph.kustomizationDirectories()) {
      const closure = this.graph.closure(directory);
      if (known.get(directory) === closure) continue;
      known.set(directory, closure);
      this.digests.set(directory, closureDigest(closure, this.tree));
      looked += 1;
      if (closure.problems.length > 0) throw new Error(closure.problems[0]?.message);
    }
    return looked;
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
function changes(
  root: string,
  mapping: Mapping,
  known: Map<RelativePath, unknown>,
  indexOf: (change: number) => number,
): number[] {
  return Array.from({ length: CHANGES }, (_, change) => {
    const path = childOf(nameOf(indexOf(change)) as RelativePath, 'm0.yaml');
    writeFileSync(join(root, path), deployment(`o${indexOf(change)}-0`, change + 2));
    return timed(() => {
      mapping.tree.invalidate([path]);
      mapping.graph.invalidate([path]);
      mapping.all(known);
    });
  });
}

async function sweepMs(mapping: Mapping): Promise<number> {
  const start = performance.now();
  for await (const path of mapping.tree.sweep()) mapping.tree.invalidate([path]);
  return performance.now() - start;
}

function row(what: string, times: readonly number[], naiveMs: number): MappingRow {
  const sorted = times.toSorted((left, right) => left - right);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const ms = quantile(0.5);
  return { what, ms: round(ms), p99Ms: round(quantile(0.99)), ratioToNaive: round(naiveMs / ms) };
}

export async function run(): Promise<MappingFigures> {
  const root = mkdtempSync(join(tmpdir(), 'bench-mapping-'));
  try {
    generate(root);
    const naiveMs = timed(() => naive(root));
    const coldMs = [0, 1, 2].map(() => timed(() => new Mapping(root).all(new Map())));
    const mapping = new Mapping(root);
    const known = new Map<RelativePath, unknown>();
    mapping.all(known);
    const leaf = changes(root, mapping, known, (change) => BASES + ((change * 37) % (KUSTOMIZATIONS - BASES)));
    const base = changes(root, mapping, known, (change) => change % BASES);
    const sweeps = [await sweepMs(mapping), await sweepMs(mapping)];
    const memoryMb = Number(
      execFileSync(process.execPath, [import.meta.filename, '--memory', root], { encoding: 'utf8' }),
    );
    const rows = [
      row('naive: read, parse, hash everything', [naiveMs], naiveMs),
      row('cold: graph and digests of everything', coldMs, naiveMs),
      row('a leaf changes', leaf, naiveMs),
      row(`a base of ${(KUSTOMIZATIONS - BASES) / BASES + 1} changes`, base, naiveMs),
      row('stat sweep', sweeps, naiveMs),
    ];
    return {
      name: 'mapping',
      files: KUSTOMIZATIONS * (MANIFESTS_EACH + 1),
      kustomizations: KUSTOMIZATIONS,
      rows,
      memoryMb: round(memoryMb),
      goals: [
        { goal: 'cold ≤ 1 s', met: (rows[1]?.ms ?? Infinity) <= 1_000 },
        { goal: 'a change ≤ 5 ms', met: (rows[2]?.ms ?? Infinity) <= 5 },
        { goal: 'a change ≤ 5 ms at p99', met: (rows[2]?.p99Ms ?? Infinity) <= 5 },
        { goal: '≤ 50 MB', met: memoryMb <= 50 },
      ],
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** In a process of its own, so that nothing else of this benchmark is counted. */
function printMemory(root: string): void {
  const before = process.memoryUsage().rss;
  const mapping = new Mapping(root);
  mapping.all(new Map());
  process.stdout.write(String((process.memoryUsage().rss - before) / 1024 / 1024));
  // Keeps what was measured alive until it was.
  if (!mapping.digests.has(mapping.graph.kustomizationDirectories(ROOT)[0] ?? ROOT)) process.exitCode = 1;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) {
  const [mode, root] = process.argv.slice(2);
  if (mode === '--memory' && root !== undefined) printMemory(root);
  else {
    const figures = await run();
    console.table(figures.rows);
    console.log(`memory: ${figures.memoryMb} MB for ${figures.files} files`);
    console.table(figures.goals);
    console.log(JSON.stringify(figures));
  }
}
