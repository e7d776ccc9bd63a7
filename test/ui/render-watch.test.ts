import { describe, expect, test } from 'vitest';
import { type RelativePath, relativePath } from '../../src/domain/paths.ts';
import type { BatchResolved, Happening } from '../../src/ui/happening.ts';
import { renderHappening } from '../../src/ui/render-watch.ts';
import { createStyle } from '../../src/ui/style.ts';
import { textWidth } from '../../src/ui/text-width.ts';

const piped = createStyle({ color: false, unicode: true, width: Number.POSITIVE_INFINITY });

function path(text: string): RelativePath {
  return relativePath(text) ?? ('.' as RelativePath);
}

function kustomization(name: string): string {
  return `Kustomization/flux-system/${name}`;
}

function shown(happening: Happening): string {
  return renderHappening(happening, piped).join('\n');
}

const nothingResolved: BatchResolved = {
  type: 'resolved',
  decision: 'none',
  full: undefined,
  decisions: [],
  affected: [],
  held: [],
  suspended: [],
  bystanders: 0,
  pruneRisk: undefined,
};

const leaf: BatchResolved = {
  ...nothingResolved,
  decision: 'targeted',
  affected: [
    { id: kustomization('web'), rule: 'closure', digest: 'd', because: [path('apps/web/web.env')] },
    { id: 'HelmRelease/shop/cache', rule: 'chart', digest: 'd', because: [path('charts/cache/values.yaml')] },
  ],
  bystanders: 11,
};

describe('what happened is said with its reason', () => {
  test('the banner shows cluster, source, destination and warnings', () => {
    const text = shown({
      type: 'banner',
      directory: 'k8s',
      context: 'kind-dev',
      cluster: 'https://127.0.0.1:6443',
      source: 'OCIRepository/flux-system/shop',
      registry: 'oci://localhost:5050/shop:latest',
      targets: 12,
      warnings: ['3 targets are suspended'],
    });
    for (const part of [
      'k8s',
      'kind-dev',
      '127.0.0.1:6443',
      'OCIRepository/flux-system/shop',
      'oci://localhost:5050/shop:latest',
      'targets  12',
      '! 3 targets are suspended',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('dry run');
  });

  test('a banner without a source or a destination says so', () => {
    const banner = {
      type: 'banner',
      directory: '.',
      context: 'c',
      cluster: 's',
      targets: 1,
      warnings: [],
      dryRun: true,
    } as const;
    const git = shown({ ...banner, source: 'GitRepository/flux-system/fleet', registry: undefined });
    expect(git).toContain('GitRepository/flux-system/fleet (not pushed from here)');
    expect(git).toContain('dry run');
    expect(shown({ ...banner, source: undefined, registry: undefined })).toContain('none found');
  });

  test('what Applications read is named as they name it', () => {
    const source = 'OCISource//oci://localhost:5050/shop:dev';
    const banner = { type: 'banner', directory: '.', context: 'c', cluster: 's', targets: 1, warnings: [] } as const;
    const text = shown({ ...banner, source, registry: 'oci://localhost:5050/shop:dev' });
    expect(text).toContain('source   oci://localhost:5050/shop:dev');
    expect(text).not.toContain('OCISource');
  });

  test('few changed files are named, many are counted', () => {
    expect(shown({ type: 'filesChanged', paths: [path('a.yaml')] })).toContain('1 file changed: a.yaml');
    const many = shown({
      type: 'filesChanged',
      paths: Array.from({ length: 5_000 }, (_, index) => path(`f${index}.yaml`)),
    });
    expect(many).toContain('5,000 files changed: f0.yaml, f1.yaml, f2.yaml and 4,997 more');
  });

  test('each affected target is named with its rule and what pointed there', () => {
    const text = shown(leaf);
    expect(text).toContain('2 targets affected, 11 not affected');
    expect(text).toMatch(/flux-system\/web +closure ← apps\/web\/web\.env/);
    expect(text).toMatch(/HelmRelease shop\/cache +chart ← charts\/cache\/values\.yaml/);
  });

  test('a full reconcile gives its reason in words', () => {
    const full = {
      reason: 'root-level',
      detail: 'kustomization.yaml lies in the watched directory',
      path: path('kustomization.yaml'),
    } as const;
    const text = shown({
      ...leaf,
      decision: 'full',
      full,
      affected: leaf.affected.map((target) => ({ ...target, rule: 'full' })),
    });
    expect(text).toContain('full reconcile: root-level: kustomization.yaml lies in the watched directory');
    expect(text).toContain('flux-system/web');
  });

  test('a hundred targets do not fill the screen', () => {
    const affected = Array.from({ length: 100 }, (_, index) => ({
      id: kustomization(`app-${index}`),
      rule: 'closure' as const,
      digest: 'd',
      because: [],
    }));
    const lines = renderHappening({ ...leaf, affected }, piped);
    expect(lines.length).toBeLessThan(20);
    expect(lines.at(-1)).toContain('and 88 more targets');
  });

  test('held targets are shown with file:line:column, once for one problem', () => {
    const problem = {
      kind: 'parse',
      path: path('base/deployment.yaml'),
      line: 7,
      column: 3,
      message: 'bad indentation',
      hint: 'use spaces',
    } as const;
    const lines = renderHappening(
      {
        ...nothingResolved,
        decision: 'held',
        held: ['web', 'cart'].map((name) => ({ id: kustomization(name), problem })),
      },
      piped,
    );
    const text = lines.join('\n');
    expect(text).toContain('held: flux-system/web, flux-system/cart');
    expect(text.match(/base\/deployment\.yaml:7:3: bad indentation/g)).toHaveLength(1);
    expect(text).toContain('hint: use spaces');
  });

  test('a problem whose message names its place already does not name it twice', () => {
    const problem = {
      kind: 'missing',
      path: path('a/k.yaml'),
      line: 2,
      column: 5,
      message: 'a/k.yaml:2:5: x.yaml does not exist',
    } as const;
    const text = shown({ ...nothingResolved, decision: 'held', held: [{ id: kustomization('web'), problem }] });
    expect(text.match(/a\/k\.yaml:2:5/g)).toHaveLength(1);
  });

  test('files that reconcile nothing are listed with why', () => {
    const text = shown({
      ...nothingResolved,
      decisions: [
        { path: path('README.md'), decision: 'none', reason: 'ignored', detail: 'no build reads *.md' },
        { path: path('apps/a.yaml'), decision: 'none', reason: 'unchanged', detail: 'same content as before' },
      ],
    });
    expect(text).toContain('nothing to reconcile');
    expect(text).toContain('ignored: README.md (no build reads *.md)');
    expect(text).toContain('unchanged: apps/a.yaml (same content as before)');
  });

  test('suspended targets and a push that would prune are said', () => {
    const text = shown({
      ...leaf,
      suspended: [kustomization('cart')],
      pruneRisk: 'flux-system/web has no manifests left',
    });
    expect(text).toContain('suspended, not asked: flux-system/cart');
    expect(text).toContain('not pushed: flux-system/web has no manifests left');
  });

  test('a push shows revision, size and time; content that is there already shows that nothing was sent', () => {
    const pushed = {
      type: 'pushed',
      source: 'OCIRepository/flux-system/shop',
      revision: `latest@sha256:${'ab'.repeat(32)}`,
      bytes: 14_200,
    } as const;
    expect(shown({ ...pushed, unchanged: false, elapsedMs: 18 })).toContain(
      'pushed latest@sha256:abababab…, 14.2 kB in 18 ms',
    );
    expect(shown({ ...pushed, unchanged: true })).toContain('nothing sent');
  });

  test('a target that is Ready, failed, given up or blocked', () => {
    expect(shown({ type: 'targetReady', id: kustomization('web'), elapsedMs: 220 })).toContain(
      '✓ flux-system/web Ready in 220 ms',
    );
    const failed = {
      type: 'targetFailed',
      id: kustomization('web'),
      reason: 'BuildFailed',
      message: 'kustomize build failed:\n  no such file',
    } as const;
    expect(shown({ ...failed, elapsedMs: 1_300, retryInMs: 2_000 })).toContain(
      '✗ flux-system/web failed after 1.3 s: BuildFailed',
    );
    expect(shown({ ...failed, retryInMs: 2_000 })).toContain('tried again in 2.0 s');
    expect(shown(failed)).toContain('kustomize build failed: no such file');
    expect(shown({ ...failed, deadLetter: true })).toContain('reconcile-machine retry flux-system/web');
    expect(shown({ ...failed, id: 'HelmRelease/shop/cache', deadLetter: true })).toContain(
      'retry HelmRelease/shop/cache',
    );
    expect(shown({ type: 'targetBlocked', id: kustomization('web'), by: kustomization('cart') })).toContain(
      'flux-system/web not asked: it depends on flux-system/cart',
    );
  });

  test('the end of a cycle counts what was asked, and apart from it what Flux ran besides', () => {
    const end = { type: 'cycleEnd', ready: 1, failed: 0, held: 0, elapsedMs: 310, otherRuns: 11 } as const;
    expect(shown(end)).toBe('✓ 1 ready in 310 ms · Flux ran 11 others on the shared source');
    expect(shown({ ...end, failed: 2, held: 1, otherRuns: 0 })).toBe('✗ 1 ready, 2 failed, 1 held in 310 ms');
  });

  test('a step that failed says what, what to do, and when it is tried again', () => {
    const text = shown({
      type: 'backoff',
      step: 'push',
      failure: {
        kind: 'unavailable',
        message: 'connect ECONNREFUSED 127.0.0.1:5050',
        hint: 'is the registry running?',
      },
      inMs: 2_000,
    });
    expect(text).toContain('push failed');
    expect(text).toContain('ECONNREFUSED 127.0.0.1:5050');
    expect(text).toContain('hint: is the registry running?');
    expect(text).toContain('next attempt in 2.0 s, or on the next save');
  });

  test('messages show their level and hint', () => {
    expect(
      shown({ type: 'message', level: 'warning', text: 'a GitRepository cannot be pushed', hint: 'commit and push' }),
    ).toBe('  ! a GitRepository cannot be pushed\n    hint: commit and push');
  });
});

/** One of each kind, with texts longer than any terminal. */
const long = 'a very long text that goes on and on, '.repeat(8);
const everything: readonly Happening[] = [
  {
    type: 'banner',
    directory: long,
    context: long,
    cluster: long,
    source: long,
    registry: long,
    targets: 1,
    warnings: [long],
    log: long,
  },
  { type: 'filesChanged', paths: Array.from({ length: 4 }, () => path(long)), at: 0 },
  {
    ...leaf,
    affected: [{ id: kustomization(long), rule: 'closure', digest: 'd', because: [path(long)] }],
    pruneRisk: long,
  },
  {
    ...nothingResolved,
    held: [{ id: kustomization('a'), problem: { kind: 'parse', path: path(long), message: long, hint: long } }],
  },
  { type: 'hook', command: long },
  { type: 'hookFailed', command: long, failure: { kind: 'hook', message: long, hint: long } },
  { type: 'sourceReady', source: kustomization(long), revision: long },
  { type: 'sourceFailed', source: kustomization(long), reason: long, message: long },
  { type: 'targetFailed', id: kustomization(long), reason: long, message: long, deadLetter: true },
  { type: 'targetBlocked', id: kustomization(long), by: kustomization(long) },
  { type: 'full', reason: { reason: 'unmapped', detail: long } },
  { type: 'backoff', step: long, failure: { kind: 'unavailable', message: long }, inMs: 1 },
  { type: 'message', level: 'info', text: long, hint: long },
];

test.each([30, 80, 200])('on a terminal of %d columns no line is wider', (width) => {
  const style = createStyle({ color: true, unicode: true, width });
  for (const happening of everything) {
    for (const line of renderHappening(happening, style)) expect(textWidth(line)).toBeLessThanOrEqual(width);
  }
});

test('where only ASCII can be shown nothing else is printed, and without colour no colour', () => {
  const style = createStyle({ color: false, unicode: false, width: 80 });
  const lines = [...everything, leaf].flatMap((happening) => renderHappening(happening, style));
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]*$/);
});

test('what a cluster says cannot steer the terminal', () => {
  const evil = 'ok\u001b[2J\u001b]0;owned\u0007\r✓ all ready';
  const lines = [
    { type: 'targetFailed', id: kustomization(evil), reason: evil, message: evil },
    { type: 'targetReady', id: kustomization(evil), elapsedMs: 1 },
    { type: 'message', level: 'info', text: evil },
    { type: 'filesChanged', paths: [path(evil)] },
    { type: 'pushed', source: evil, revision: evil, bytes: 1, unchanged: false },
  ].flatMap((happening) => renderHappening(happening as Happening, piped));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});
