import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { graphReport } from '../../src/cli/graph.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';

const shop = new URL('../../examples/shop/', import.meta.url);
const cluster = new URL('clusters/local/', shop);
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

interface FluxKustomization {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly path: string; readonly dependsOn?: readonly { readonly name: string }[] };
}

const kustomizations = readdirSync(cluster)
  .map((name): FluxKustomization => parse(readFileSync(new URL(name, cluster), 'utf8')))
  .filter((object) => object.kind === 'Kustomization' && object.spec !== undefined);

const kustomizationFiles = readdirSync(shop, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|[\\/])kustomization\.yaml$/.test(path))
  .map((path) => [path.replaceAll('\\', '/'), readFileSync(new URL(path, shop), 'utf8')] as const);

describe('the bundled example', () => {
  test('has twelve Flux Kustomizations, each with a directory of its own', () => {
    expect(kustomizations).toHaveLength(12);
    expect(new Set(kustomizations.map(({ spec }) => spec.path)).size).toBe(12);
    for (const { spec } of kustomizations) expect(existsSync(new URL(spec.path, shop))).toBe(true);
  });

  test('depends only on Kustomizations that exist, without a cycle', () => {
    const settled = new Set<string>();
    for (let round = 0; round < kustomizations.length; round++) {
      for (const { metadata, spec } of kustomizations) {
        if ((spec.dependsOn ?? []).every(({ name }) => settled.has(name))) settled.add(metadata.name);
      }
    }
    expect([...settled].sort()).toEqual(kustomizations.map(({ metadata }) => metadata.name).sort());
  });

  test('has a base that seven read, a component that two read, and plain directories', () => {
    const readers = (text: string) =>
      kustomizationFiles.filter(([, content]) => content.includes(text)).map(([path]) => path);
    expect(readers('../../base/server')).toHaveLength(7);
    expect(readers('../../components/debug')).toEqual([
      'apps/cart/kustomization.yaml',
      'apps/orders/kustomization.yaml',
    ]);
    const plain = kustomizations.filter(({ spec }) => !existsSync(new URL(`${spec.path}/kustomization.yaml`, shop)));
    expect(plain.map(({ metadata }) => metadata.name).sort()).toEqual(['dashboards', 'namespaces']);
  });

  test
    .skipIf(!hasKubectl)
    .each(kustomizationFiles.filter(([, content]) => !content.includes('kind: Component')).map(([path]) => path))(
    '%s builds as Flux builds it',
    (path) => {
      const directory = fileURLToPath(new URL(path.replace(/kustomization\.yaml$/, ''), shop));
      const built = execFileSync('kubectl', ['kustomize', '--load-restrictor', 'LoadRestrictionsNone', directory], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(built).toContain('kind:');
    },
  );

  test.each([
    ['apps/web/web.env', ['web']],
    ['platform/settings/shop.env', ['payments', 'settings']],
    ['components/debug/verbose.yaml', ['cart', 'orders']],
    ['base/server/deployment.yaml', ['cart', 'catalog', 'orders', 'payments', 'reviews', 'shipping', 'web']],
    ['ops/dashboards/sales.yaml', ['dashboards']],
    ['kustomization.yaml', []],
    ['README.md', []],
  ])('%s is read by %j, as its README says', (file, names) => {
    const report = graphReport(fileURLToPath(shop), DEFAULT_LIMITS);
    const readers = report.filter(({ files }) => files.includes(file)).map(({ path }) => `./${path}`);
    const affected = kustomizations.filter(({ spec }) => readers.includes(spec.path));
    expect(affected.map(({ metadata }) => metadata.name).sort()).toEqual(names);
  });

  test('has no broken build', () => {
    for (const { path, errors } of graphReport(fileURLToPath(shop), DEFAULT_LIMITS)) {
      expect({ path, errors }).toEqual({ path, errors: [] });
    }
  });
});
