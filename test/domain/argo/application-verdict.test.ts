import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { sameObservation, targetObservation } from '../../../src/domain/observations-from-objects.ts';
import { targetVerdict, type Verdict } from '../../../src/domain/readiness.ts';
import { application, SHOP_SOURCE } from '../../support/argo-manifests.ts';

const OLD = `sha256:${'0'.repeat(64)}`;
const NEW = `sha256:${'1'.repeat(64)}`;
const TOKEN = '2026-01-01T10:00:05.300000007Z';
const REFRESH = 'argocd.argoproj.io/refresh';
const REQUESTED = 'reconcile-machine.dev/requested-at';

interface Seen {
  readonly annotations?: Record<string, string>;
  readonly status?: Record<string, unknown>;
  readonly operation?: unknown;
  readonly spec?: Record<string, unknown>;
  readonly ownerReferences?: readonly Record<string, string>[];
}

const MADE = [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u' }];

/** Synced and Healthy at the new revision, our request taken, unless said otherwise. */
function seen({
  annotations = { [REQUESTED]: TOKEN },
  status = {},
  operation,
  spec = {},
  ownerReferences = [],
}: Seen = {}): KubeObject {
  return {
    ...application('web', 'apps/web', spec, { annotations, ownerReferences }),
    ...(operation === undefined ? {} : { operation }),
    status: {
      reconciledAt: '2026-01-01T10:00:08Z',
      sync: { status: 'Synced', revision: NEW },
      health: { status: 'Healthy' },
      operationState: done('Succeeded'),
      ...status,
    },
  };
}

function done(phase: string, revision = NEW, message = '', finishedAt = '2026-01-01T10:00:07Z') {
  return { phase, startedAt: '2026-01-01T10:00:06Z', finishedAt, message, syncResult: { revision } };
}

function verdictOf(given: Seen = {}, wanted: { revision?: string; token?: string | undefined } = {}): Verdict {
  return targetVerdict(targetObservation(seen(given), { reads: SHOP_SOURCE }), {
    revision: wanted.revision ?? NEW,
    token: 'token' in wanted ? wanted.token : TOKEN,
  });
}

describe('an Application is ready', () => {
  test('when it is Synced and Healthy at the wanted revision, compared after its sync', () => {
    expect(verdictOf().verdict).toBe('ready');
  });
  test('when nothing had to be synced for it', () => {
    expect(verdictOf({ status: { operationState: undefined } }).verdict).toBe('ready');
    expect(verdictOf({ status: { operationState: done('Succeeded', OLD, '', '2026-01-01T09:00:00Z') } }).verdict).toBe(
      'ready',
    );
  });
  test('in the very second in which its sync ended, since times are known to the second', () => {
    expect(verdictOf({ status: { reconciledAt: '2026-01-01T10:00:07Z' } }).verdict).toBe('ready');
  });
});

describe('what was said before the request is no answer', () => {
  test.each([
    ['the refresh is still there', { annotations: { [REFRESH]: 'normal', [REQUESTED]: TOKEN } }],
    [
      'the last refresh was that of an older request',
      { annotations: { [REQUESTED]: '2026-01-01T09:00:00.000000001Z' } },
    ],
    [
      'the annotation is gone and the comparison is older',
      {
        annotations: {},
        ownerReferences: MADE,
        status: { reconciledAt: '2026-01-01T10:00:04Z', operationState: undefined },
      },
    ],
  ])('%s', (_, given) => {
    expect(verdictOf(given)).toMatchObject({ verdict: 'progressing', stale: 'request' });
  });
  test('where an ApplicationSet took our annotation off, a comparison of that second or later answers', () => {
    const status = { reconciledAt: '2026-01-01T10:00:05Z', operationState: undefined };
    expect(verdictOf({ annotations: {}, ownerReferences: MADE, status }).verdict).toBe('ready');
  });
  test('our annotation is gone, and nobody is known to have made the Application', () => {
    expect(verdictOf({ annotations: {} })).toMatchObject({ stale: 'request' });
  });
  test('Synced and Healthy at another revision', () => {
    expect(verdictOf({ status: { sync: { status: 'Synced', revision: OLD } } })).toMatchObject({
      verdict: 'progressing',
      stale: 'revision',
    });
  });
  test('Degraded at another revision', () => {
    const status = { sync: { status: 'Synced', revision: OLD }, health: { status: 'Degraded' } };
    expect(verdictOf({ status }).verdict).toBe('progressing');
  });
  test('a sync that failed at another revision', () => {
    const status = { operationState: done('Failed', OLD), sync: { status: 'OutOfSync', revision: NEW } };
    expect(verdictOf({ status }).verdict).toBe('progressing');
  });
  test('an error of the comparison, where we did not ask', () => {
    const status = {
      sync: { status: 'Unknown', revision: OLD },
      conditions: [{ type: 'ComparisonError', message: 'x' }],
    };
    expect(verdictOf({ status }, { token: undefined }).verdict).toBe('progressing');
  });
});

describe('while a sync is under way it is progressing', () => {
  test.each([
    ['asked for, its state still that of the last one', { operation: { sync: {} } }],
    ['running', { operation: { sync: {} }, status: { operationState: { phase: 'Running' } } }],
    [
      'waiting for another attempt',
      { operation: { sync: {} }, status: { operationState: done('Running', NEW, 'Retrying attempt #1 at 10:00AM.') } },
    ],
    ['ended and not compared since', { status: { reconciledAt: '2026-01-01T10:00:06Z' } }],
    [
      'not begun, though the difference is known',
      { status: { operationState: undefined, sync: { status: 'OutOfSync', revision: NEW } } },
    ],
    [
      'OutOfSync in the second in which it ended',
      { status: { reconciledAt: '2026-01-01T10:00:07Z', sync: { status: 'OutOfSync', revision: NEW } } },
    ],
  ])('%s', (_, given) => {
    expect(verdictOf(given).verdict).toBe('progressing');
  });
  test('the message is that of the retry', () => {
    const given = { operation: { sync: {} }, status: { operationState: done('Running', NEW, 'Retrying attempt #1') } };
    expect(verdictOf(given).message).toBe('Retrying attempt #1');
  });
});

describe('failures', () => {
  test.each(['Failed', 'Error'])('a sync of the wanted revision that ended as %s, with its message', (phase) => {
    const status = {
      operationState: done(phase, NEW, 'namespaces "x" not found'),
      sync: { status: 'OutOfSync', revision: NEW },
    };
    expect(verdictOf({ status })).toMatchObject({
      verdict: 'failed',
      reason: 'SyncFailed',
      message: 'namespaces "x" not found',
      terminal: false,
    });
  });
  test('Degraded, naming what is', () => {
    const resources = [
      {
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        health: { status: 'Degraded', message: 'exceeded its progress deadline' },
      },
      { kind: 'Service', namespace: 'shop', name: 'web', health: { status: 'Healthy' } },
    ];
    expect(verdictOf({ status: { health: { status: 'Degraded' }, resources } })).toMatchObject({
      verdict: 'failed',
      reason: 'Degraded',
      message: 'Deployment/shop/web (exceeded its progress deadline)',
    });
  });
  test.each(['ComparisonError', 'InvalidSpecError'])('%s, in its own words', (type) => {
    const status = {
      sync: { status: 'Unknown', revision: OLD },
      conditions: [{ type, message: 'Failed to load: a: b' }],
    };
    expect(verdictOf({ status })).toMatchObject({ verdict: 'failed', reason: type, message: 'Failed to load: a: b' });
  });
  test('still different after the sync, naming what is and what would have to be pruned', () => {
    const resources = [
      { kind: 'ConfigMap', namespace: 'shop', name: 'old', status: 'OutOfSync', requiresPruning: true },
    ];
    const sync = { status: 'OutOfSync', revision: NEW };
    const operationState = done('Succeeded', NEW, '', '2026-01-01T10:00:06Z');
    expect(verdictOf({ status: { sync, operationState, resources } })).toMatchObject({
      verdict: 'failed',
      reason: 'OutOfSync',
      message: 'still different after its sync: ConfigMap/shop/old (requires pruning)',
    });
  });
  test.each(['2026-01-01T10:00:07Z', '2026-01-01T10:00:08Z'])(
    'but not different in the second after the sync: what is live may be seen a moment late (ended %s)',
    (ended) => {
      const sync = { status: 'OutOfSync', revision: NEW };
      const resources = [{ kind: 'ConfigMap', namespace: 'shop', name: 'settings', status: 'OutOfSync' }];
      const status = { sync, operationState: done('Succeeded', NEW, '', ended), resources };
      expect(verdictOf({ status })).toMatchObject({ verdict: 'progressing', reason: 'OutOfSync' });
      expect(verdictOf({ status: { ...status, sync: { status: 'Synced', revision: NEW } } }).verdict).toBe('ready');
    },
  );
});

test('Progressing and Missing health wait, a paused one too', () => {
  for (const status of ['Progressing', 'Missing', 'Unknown', 'Suspended']) {
    expect(verdictOf({ status: { health: { status } } })).toMatchObject({ verdict: 'progressing', reason: status });
  }
});

test('without automated sync it never finishes by itself, and the way out is named', () => {
  expect(verdictOf({ spec: { syncPolicy: {} } })).toMatchObject({
    verdict: 'suspended',
    reason: 'ManualSync',
    message: expect.stringContaining('--sync'),
  });
});

test('of several sources the revision of the one that is fed counts', () => {
  const sources = [
    { repoURL: 'oci://registry.example/other', targetRevision: 'dev', path: 'a' },
    { repoURL: 'oci://registry.example/shop', targetRevision: 'dev', path: 'b' },
  ];
  const at = (...revisions: string[]) => ({
    spec: { sources },
    status: { sync: { status: 'Synced', revisions }, operationState: undefined },
  });
  expect(verdictOf(at(OLD, NEW)).verdict).toBe('ready');
  expect(verdictOf(at(NEW, OLD)).verdict).toBe('progressing');
});

test('a resync that finds nothing new is no new observation', () => {
  const before = targetObservation(seen());
  const after = targetObservation(seen({ status: { reconciledAt: '2026-01-01T10:02:30Z' } }));
  expect(sameObservation(before, after)).toBe(true);
  const degraded = targetObservation(seen({ status: { health: { status: 'Degraded' } } }));
  expect(sameObservation(before, degraded)).toBe(false);
});

test('Synced as of the second in which a sync ended that was not over when it was asked is no answer yet', () => {
  const ended = (revision: string) => ({ operationState: done('Succeeded', revision, '', '2026-01-01T10:00:08Z') });
  const asked = (status: Record<string, unknown>, syncedBefore: string | null | undefined): Verdict =>
    targetVerdict(targetObservation(seen({ status }), { reads: SHOP_SOURCE }), {
      ...{ revision: NEW, token: TOKEN },
      syncedBefore,
    });
  expect(asked(ended(OLD), null)).toMatchObject({ verdict: 'progressing', reason: 'Stale' });
  expect(asked(ended(OLD), OLD).verdict).toBe('ready');
  expect(asked(ended(NEW), null).verdict).toBe('ready');
  expect(asked({ operationState: done('Succeeded', OLD) }, null).verdict).toBe('ready');
});

test('what Argo CD says of a repository is taken over without the password in its URL', () => {
  const said = 'cannot reach https://ann:s3cret@git.example/shop.git';
  const web = application('web', 'web');
  const status = {
    sync: { status: 'OutOfSync' },
    health: { status: 'Degraded', message: said },
    conditions: [{ type: 'ComparisonError', message: said }],
    operationState: { phase: 'Failed', message: said, finishedAt: '2026-01-01T10:00:07Z' },
    resources: [{ kind: 'Job', name: 'fetch', health: { status: 'Degraded', message: said }, requiresPruning: true }],
  };
  for (const conditions of [status.conditions, []]) {
    const text = JSON.stringify(targetObservation({ ...web, status: { ...status, conditions } }));
    expect(text).toContain('cannot reach https://…@git.example/shop.git');
    expect(text).not.toContain('s3cret');
  }
  const healthy = { ...status, sync: { status: 'Synced' }, operationState: {}, conditions: [] };
  expect(JSON.stringify(targetObservation({ ...web, status: healthy }))).not.toContain('s3cret');
});
