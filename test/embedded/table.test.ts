import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { ageOf, humanDuration } from '../../src/embedded/api/table/human-duration.ts';
import { valuesAt } from '../../src/embedded/api/table/json-path.ts';
import { includeObjectOf, partialListOf, tableEvents, tableOf } from '../../src/embedded/api/table.ts';
import { asArray, asObject } from '../../src/embedded/json-value.ts';
import { type ApiResource, ResourceRegistry } from '../../src/embedded/store/resource-registry.ts';

// The cells of built-in kinds are compared with the real server's in test/contract/kubectl-table.test.ts.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('ages have two or three figures', () => {
  it.each<readonly [ms: number, shown: string]>([
    [-3 * SECOND_MS, '<invalid>'],
    [-1 * SECOND_MS, '0s'],
    [999, '0s'],
    [119 * SECOND_MS, '119s'],
    [2 * MINUTE_MS, '2m'],
    [3 * MINUTE_MS + 10 * SECOND_MS, '3m10s'],
    [10 * MINUTE_MS + 10 * SECOND_MS, '10m'],
    [179 * MINUTE_MS, '179m'],
    [3 * HOUR_MS, '3h'],
    [3 * HOUR_MS + 20 * MINUTE_MS, '3h20m'],
    [47 * HOUR_MS, '47h'],
    [49 * HOUR_MS, '2d1h'],
    [8 * DAY_MS + HOUR_MS, '8d'],
    [729 * DAY_MS, '729d'],
    [730 * DAY_MS, '2y'],
    [800 * DAY_MS, '2y70d'],
    [9 * 365 * DAY_MS + 100 * DAY_MS, '9y'],
  ])('%d ms are %s', (ms, shown) => {
    expect(humanDuration(ms)).toBe(shown);
  });

  it('no time is unknown, and what is no time is invalid', () => {
    expect([ageOf(undefined, 0), ageOf(null, 0), ageOf('soon', 0)]).toEqual(['<unknown>', '<unknown>', '<invalid>']);
  });
});

describe('a JSONPath', () => {
  const object = { a: { 'b.c': 1 }, list: [{ n: 1 }, { n: 2, on: true }, { n: 3, on: false }], 'x]y': 5 };
  it.each<readonly [path: string, values: readonly unknown[]]>([
    ['.a', [{ 'b.c': 1 }]],
    ['{.a}', [{ 'b.c': 1 }]],
    ['$.a', [{ 'b.c': 1 }]],
    ['.a.b\\.c', [1]],
    [".a['b.c']", [1]],
    ['["x]y"]', [5]],
    ['.list[*].n', [1, 2, 3]],
    ['.list[-1].n', [3]],
    ['.list[-2:].n', [2, 3]],
    ['.list[0:3:2].n', [1, 3]],
    ['.list[0,2].n', [1, 3]],
    ['.list[7].n', []],
    ['..n', [1, 2, 3]],
    ['.list[?(@.on)].n', [2, 3]],
    ['.list[?(@.on==true)].n', [2]],
    ['.list[?(@.n>=2)].n', [2, 3]],
    ['.list[?(@.n<2)].n', [1]],
    ['.list[?(@.n != 2)].n', [1, 3]],
    ['.list[?(@.n=="2")].n', []],
    ['.missing.deep', []],
    ['.list[', []],
    ['.list[x]', []],
    ['.a.constructor', []],
  ])('%s finds %j', (path, values) => {
    expect(valuesAt(object, path)).toEqual(values);
  });
});

const registry = new ResourceRegistry();

function resourceOf(kind: string): ApiResource {
  const found = registry.ofKind(kind);
  if (found === undefined) throw new Error(`${kind} is not served`);
  return found;
}

const NOW_MS = Date.parse('2024-01-01T00:05:00Z');
const metadata = { name: 'apps', namespace: 'x', resourceVersion: '7', creationTimestamp: '2024-01-01T00:00:00Z' };
const kustomization: KubeObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata,
  spec: { path: './apps' },
  status: { conditions: [{ type: 'Ready', status: 'True', message: 'Applied revision: latest' }] },
};
const KUSTOMIZATIONS = { resource: resourceOf('Kustomization'), version: 'v1' };

describe('a table', () => {
  const input = { ...KUSTOMIZATIONS, objects: [kustomization], metadata: { resourceVersion: '9' }, nowMs: NOW_MS };

  it('of a Flux kind has the columns of its definition', () => {
    const table = tableOf({ ...input, includeObject: 'None' });
    expect(asArray(table.columnDefinitions).map((column) => asObject(column).name)).toEqual([
      'Name',
      'Age',
      'Ready',
      'Status',
    ]);
    expect(table.rows).toEqual([{ cells: ['apps', '5m', 'True', 'Applied revision: latest'], object: null }]);
  });

  it('carries of each object what was asked for', () => {
    const [whole] = asArray(tableOf({ ...input, includeObject: 'Object' }).rows);
    expect(asObject(whole).object).toBe(kustomization);
    const [partial] = asArray(tableOf({ ...input, includeObject: 'Metadata' }).rows);
    expect(asObject(partial).object).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata });
  });

  it('of a kind without columns has name and age', () => {
    const resource = { ...KUSTOMIZATIONS.resource, group: 'example.com', kind: 'Row' };
    const table = tableOf({ ...input, resource, includeObject: 'None' });
    expect(table.rows).toEqual([{ cells: ['apps', '5m'], object: null }]);
  });

  it('names its columns in the first event of a watch only', () => {
    const event = tableEvents({ ...KUSTOMIZATIONS, includeObject: 'None' }, () => NOW_MS);
    const [first, second] = [event(kustomization), event(kustomization)].map((json) => asObject(JSON.parse(json)));
    expect(asArray(first?.columnDefinitions)).toHaveLength(4);
    expect(second).toMatchObject({ metadata: { resourceVersion: '7' }, columnDefinitions: null });
  });

  it('is refused with an includeObject that nobody knows', () => {
    expect(includeObjectOf(new URLSearchParams())).toBe('Metadata');
    expect(() => includeObjectOf(new URLSearchParams('includeObject=foo'))).toThrow(
      `Unable to convert to Table as requested: includeObject: Invalid value: "foo": must be 'Metadata', 'Object', 'None', or empty`,
    );
  });
});

it('partial metadata leaves everything else out', () => {
  expect(partialListOf([kustomization], { resourceVersion: '9' })).toEqual({
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '9' },
    items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }],
  });
});
