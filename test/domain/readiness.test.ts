import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { sameObservation, sourceObservation, targetObservation } from '../../src/domain/observations-from-objects.ts';
import { sourceVerdict, targetVerdict } from '../../src/domain/readiness.ts';

const REVISION = 'dev@sha256:aaaa';
const OLDER = 'dev@sha256:0000';
const TOKEN = '2026-01-01T00:00:00.000000001Z';
const OLD_TOKEN = '2025-12-31T00:00:00.000000001Z';
/** As `flux reconcile` writes it, in a zone of its own. */
const LATER_TOKEN = '2026-01-01T02:00:01.000000001+02:00';

interface Shape {
  kind?: string;
  generation?: number;
  suspend?: boolean;
  ready?: { status: string; reason: string; message?: string; observedGeneration?: number };
  stalled?: { observedGeneration?: number };
  status?: Record<string, unknown>;
  annotations?: Record<string, string>;
}

/** A Kustomization that is Ready at generation 2 and REVISION, in answer to TOKEN, changed by `shape`. */
function kustomization(shape: Shape = {}): KubeObject {
  const ready = {
    status: 'True',
    reason: 'ReconciliationSucceeded',
    message: 'applied',
    observedGeneration: 2,
    ...shape.ready,
  };
  const stalled = shape.stalled && { type: 'Stalled', status: 'True', observedGeneration: 2, ...shape.stalled };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: shape.kind ?? 'Kustomization',
    metadata: {
      name: 'apps',
      namespace: 'flux-system',
      generation: shape.generation ?? 2,
      ...(shape.annotations && { annotations: shape.annotations }),
    },
    spec: { suspend: shape.suspend ?? false },
    status: {
      observedGeneration: 2,
      lastAppliedRevision: REVISION,
      lastAttemptedRevision: REVISION,
      lastHandledReconcileAt: TOKEN,
      conditions: [{ type: 'Ready', ...ready }, ...(stalled ? [stalled] : [])],
      ...shape.status,
    },
  };
}

const failing = (reason: string, status: Record<string, unknown> = {}, more: Shape = {}): KubeObject =>
  kustomization({
    ...more,
    ready: { status: 'False', reason, message: `because ${reason}` },
    status: { lastAppliedRevision: OLDER, observedGeneration: 1, ...status },
  });

const asked = { revision: REVISION, token: TOKEN };
const followed = { revision: REVISION, token: undefined };

describe('a Kustomization is done', () => {
  it.each<[string, KubeObject, { revision: string | undefined; token: string | undefined }, Record<string, unknown>]>([
    ['Ready at generation, revision and token is ready', kustomization(), asked, { verdict: 'ready', terminal: false }],
    [
      'not asked itself, the revision alone decides',
      kustomization({ status: { lastHandledReconcileAt: OLD_TOKEN } }),
      followed,
      { verdict: 'ready' },
    ],
    [
      'any revision will do when none is wanted',
      kustomization({ status: { lastAppliedRevision: OLDER } }),
      { revision: undefined, token: TOKEN },
      { verdict: 'ready' },
    ],
    [
      'a Ready from before the request is no answer at an unchanged revision',
      kustomization({ status: { lastHandledReconcileAt: OLD_TOKEN } }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'a Ready for a later request of somebody else, which has overwritten ours, is an answer',
      kustomization({ status: { lastHandledReconcileAt: LATER_TOKEN } }),
      asked,
      { verdict: 'ready' },
    ],
    [
      'a Ready for a request that is no time is no answer',
      kustomization({ status: { lastHandledReconcileAt: 'now' } }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'a Ready from before any request is no answer',
      kustomization({ status: { lastHandledReconcileAt: undefined } }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'Ready at an older revision is stale',
      kustomization({ status: { lastAppliedRevision: OLDER } }),
      asked,
      { verdict: 'progressing', stale: 'revision' },
    ],
    [
      'revisions are compared as whole strings',
      kustomization({ status: { lastAppliedRevision: 'sha256:aaaa' } }),
      asked,
      { verdict: 'progressing', stale: 'revision' },
    ],
    [
      'Ready whose condition is about an older generation is stale',
      kustomization({ generation: 3, status: { observedGeneration: 3 } }),
      asked,
      { verdict: 'progressing', stale: 'generation' },
    ],
    [
      'Ready while status.observedGeneration lags is stale',
      kustomization({ status: { observedGeneration: 1 } }),
      asked,
      { verdict: 'progressing', stale: 'generation' },
    ],
    [
      'Ready=Unknown is progressing',
      kustomization({ ready: { status: 'Unknown', reason: 'Progressing' } }),
      asked,
      { verdict: 'progressing', reason: 'Progressing' },
    ],
    [
      'no status yet is progressing',
      { ...kustomization(), status: {} },
      asked,
      { verdict: 'progressing', reason: 'Unknown' },
    ],
    [
      'suspended never finishes, and says how to resume',
      kustomization({ suspend: true }),
      asked,
      { verdict: 'suspended', terminal: true, message: expect.stringContaining('flux resume') },
    ],
    ['suspended counts even while Ready', kustomization({ suspend: true }), followed, { verdict: 'suspended' }],
    [
      'Stalled is terminal',
      failing('InvalidCELExpression', {}, { stalled: {} }),
      asked,
      { verdict: 'failed', terminal: true, reason: 'InvalidCELExpression' },
    ],
    [
      'Stalled counts although no revision was attempted',
      failing('AccessDenied', { lastAttemptedRevision: undefined }, { stalled: {} }),
      asked,
      { verdict: 'failed', terminal: true },
    ],
    [
      'Stalled about an older generation is not believed',
      failing('AccessDenied', {}, { generation: 3, stalled: {} }),
      asked,
      { verdict: 'progressing', stale: 'generation' },
    ],
    [
      'Stalled from before the request is not believed',
      failing('AccessDenied', { lastHandledReconcileAt: OLD_TOKEN }, { stalled: {} }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'a failure at an older revision is stale',
      failing('BuildFailed', { lastAttemptedRevision: OLDER }),
      asked,
      { verdict: 'progressing', stale: 'revision' },
    ],
    [
      'a failure about an older generation is stale',
      failing('BuildFailed', {}, { generation: 3 }),
      asked,
      { verdict: 'progressing', stale: 'generation' },
    ],
    [
      'a failure from before the request is stale',
      failing('BuildFailed', { lastHandledReconcileAt: OLD_TOKEN }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'a failure is not gated on status.observedGeneration',
      failing('BuildFailed', { observedGeneration: -1 }),
      asked,
      { verdict: 'failed', terminal: false },
    ],
    [
      'DependencyNotReady is transient',
      failing('DependencyNotReady'),
      asked,
      { verdict: 'progressing', reason: 'DependencyNotReady' },
    ],
    ['HealthCheckCanceled is transient', failing('HealthCheckCanceled'), asked, { verdict: 'progressing' }],
    ['ProgressingWithRetry is transient', failing('ProgressingWithRetry'), asked, { verdict: 'progressing' }],
    [
      'ArtifactFailed without a request of ours may mean "not there yet"',
      failing('ArtifactFailed'),
      followed,
      { verdict: 'progressing', reason: 'ArtifactFailed' },
    ],
    [
      'ArtifactFailed before our request was handled is stale',
      failing('ArtifactFailed', { lastHandledReconcileAt: OLD_TOKEN }),
      asked,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'ArtifactFailed in answer to our request is a failure although no revision was attempted',
      failing('ArtifactFailed', { lastAttemptedRevision: undefined }),
      asked,
      { verdict: 'failed', terminal: false },
    ],
  ])('%s', (_promise, object, wanted, expected) => {
    expect(targetVerdict(targetObservation(object), wanted)).toMatchObject(expected);
  });

  it.each(['BuildFailed', 'HealthCheckFailed', 'ReconciliationFailed', 'ValidationFailed', 'PruneFailed'])(
    "%s ends the wait, with the controller's message, and a later Ready is believed",
    (reason) => {
      expect(targetVerdict(targetObservation(failing(reason)), asked)).toEqual({
        verdict: 'failed',
        reason,
        message: `because ${reason}`,
        terminal: false,
      });
      expect(targetVerdict(targetObservation(kustomization()), asked).verdict).toBe('ready');
    },
  );
});

describe('a HelmRelease is done', () => {
  const wanted = { revision: undefined, token: TOKEN };
  it.each([
    'InstallFailed',
    'UpgradeFailed',
    'ReconciliationFailed',
    'TestFailed',
    'RollbackFailed',
    'UninstallFailed',
    'GetLastReleaseFailed',
  ])('%s means stuck', (reason) => {
    expect(targetVerdict(targetObservation(failing(reason, {}, { kind: 'HelmRelease' })), wanted).verdict).toBe(
      'failed',
    );
  });
  it('a chart that is not there yet is no failure', () => {
    expect(
      targetVerdict(targetObservation(failing('SourceNotReady', {}, { kind: 'HelmRelease' })), wanted).verdict,
    ).toBe('progressing');
  });
  it('Stalled is terminal', () => {
    const stalled = failing('RetriesExceeded', {}, { kind: 'HelmRelease', stalled: {} });
    expect(targetVerdict(targetObservation(stalled), wanted)).toMatchObject({ verdict: 'failed', terminal: true });
  });
});

describe('a source is done', () => {
  const source = (shape: Shape = {}): KubeObject =>
    kustomization({
      kind: 'OCIRepository',
      ...shape,
      status: { artifact: { revision: REVISION, digest: 'sha256:tarball' }, ...shape.status },
    });
  const wanted = { digest: 'sha256:aaaa', token: TOKEN };

  it.each<[string, KubeObject, { digest: string | undefined; token: string | undefined }, Record<string, unknown>]>([
    ['Ready with our token and <tag>@digest', source(), wanted, { verdict: 'ready' }],
    [
      'Ready with the bare digest of ref.digest, not asked',
      source({ status: { artifact: { revision: 'sha256:aaaa' }, lastHandledReconcileAt: undefined } }),
      { digest: 'sha256:aaaa', token: undefined },
      { verdict: 'ready' },
    ],
    [
      "artifact.digest is the tarball's and does not count",
      source(),
      { digest: 'sha256:tarball', token: TOKEN },
      { verdict: 'progressing', stale: 'revision' },
    ],
    [
      'a digest that only ends alike does not count',
      source({ status: { artifact: { revision: 'dev@sha256:aaaaaaaa' } } }),
      { digest: 'sha256:aaaa', token: TOKEN },
      { verdict: 'progressing' },
    ],
    [
      'Ready for a later request of somebody else is ready',
      source({ status: { lastHandledReconcileAt: LATER_TOKEN } }),
      wanted,
      { verdict: 'ready' },
    ],
    [
      'Ready with another token is stale',
      source({ status: { lastHandledReconcileAt: OLD_TOKEN } }),
      wanted,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'Ready at an older generation is stale',
      source({ generation: 3 }),
      wanted,
      { verdict: 'progressing', stale: 'generation' },
    ],
    [
      'a failure in answer to the request is one',
      source({ ready: { status: 'False', reason: 'OCIArtifactPullFailed' }, status: { observedGeneration: 1 } }),
      wanted,
      { verdict: 'failed', terminal: false },
    ],
    [
      'a failure from before the request is stale',
      source({
        ready: { status: 'False', reason: 'OCIArtifactPullFailed' },
        status: { lastHandledReconcileAt: OLD_TOKEN },
      }),
      wanted,
      { verdict: 'progressing', stale: 'request' },
    ],
    [
      'Stalled is terminal',
      source({ ready: { status: 'False', reason: 'URLInvalid' }, stalled: {} }),
      wanted,
      { verdict: 'failed', terminal: true },
    ],
    ['suspended is said at once', source({ suspend: true }), wanted, { verdict: 'suspended', terminal: true }],
    [
      'no artifact yet',
      source({ status: { artifact: undefined } }),
      wanted,
      { verdict: 'progressing', stale: 'revision' },
    ],
  ])('%s', (_promise, object, want, expected) => {
    expect(sourceVerdict(sourceObservation(object), want)).toMatchObject(expected);
  });
});

describe('observations', () => {
  it('shorten messages, and read garbage as absent', () => {
    const seen = targetObservation({
      ...kustomization({ ready: { status: 'False', reason: 'BuildFailed', message: 'x'.repeat(5_000) } }),
    });
    expect(seen.message).toHaveLength(1_000);
    const garbage = {
      apiVersion: 'v1',
      kind: 'Kustomization',
      metadata: { name: 'a' },
      status: { conditions: [null, 7, { type: 'Ready', status: 3 }], observedGeneration: 'x', lastAppliedRevision: 4 },
    };
    expect(targetObservation(garbage)).toMatchObject({
      ready: 'Unknown',
      observedGeneration: undefined,
      lastAppliedRevision: undefined,
    });
    expect(targetObservation({ ...garbage, status: { conditions: 'none' } }).ready).toBe('Unknown');
  });

  it('know objects that their parent leaves alone', () => {
    const disabled = { 'kustomize.toolkit.fluxcd.io/reconcile': 'Disabled' };
    expect(targetObservation(kustomization({ annotations: disabled })).disabled).toBe(true);
    expect(targetObservation(kustomization()).disabled).toBe(false);
  });

  it('are the same when only what no decision needs differs', () => {
    const before = targetObservation(kustomization());
    const touched = kustomization();
    expect(
      sameObservation(
        before,
        targetObservation({ ...touched, metadata: { ...touched.metadata, resourceVersion: '99' } }),
      ),
    ).toBe(true);
    expect(
      sameObservation(before, targetObservation(kustomization({ status: { lastHandledReconcileAt: OLD_TOKEN } }))),
    ).toBe(false);
  });
});

it('what Flux says of a repository is taken over without the password in its URL', () => {
  const message = "failed to checkout 'https://ann:s3cret@git.example/shop.git'";
  const observation = sourceObservation({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'shop', namespace: 'flux-system' },
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'GitOperationFailed', message }] },
  });
  expect(observation.message).toBe("failed to checkout 'https://…@git.example/shop.git'");
});
