import { expect, test } from 'vitest';
import { sourceVerdict } from '../../src/domain/readiness.ts';
import { applicationRequest, pushedSource } from '../../src/effects/ask-argo.ts';
import { application } from '../support/argo-manifests.ts';

const TOKEN = '2026-01-01T10:00:05.300000007Z';
const annotations = (refresh: string) => ({
  metadata: {
    annotations: { 'argocd.argoproj.io/refresh': refresh, 'reconcile-machine.dev/requested-at': TOKEN },
  },
});

test('an Application is asked by one patch with the refresh and the token that tells whose it is', () => {
  expect(applicationRequest(application('web', 'web'), TOKEN)).toEqual(annotations('normal'));
  expect(applicationRequest(undefined, TOKEN, { refresh: 'hard' })).toEqual(annotations('hard'));
});

test('one without automated sync is synced in the same patch, by the options of its own policy, when that is wanted', () => {
  const syncPolicy = { syncOptions: ['CreateNamespace=true'], retry: { limit: 2 } };
  const manual = application('web', 'web', { syncPolicy });
  expect(applicationRequest(manual, TOKEN)).toEqual(annotations('normal'));
  expect(applicationRequest(manual, TOKEN, { syncsManual: true })).toEqual({
    ...annotations('normal'),
    operation: {
      initiatedBy: { username: 'reconcile-machine' },
      retry: { limit: 2 },
      sync: { syncStrategy: { hook: {} }, syncOptions: ['CreateNamespace=true'] },
    },
  });
});

test('automated Applications and those with a sync under way get no operation', () => {
  const busy = { ...application('web', 'web', { syncPolicy: {} }), operation: { sync: {} } };
  expect(applicationRequest(busy, TOKEN, { syncsManual: true })).toEqual(annotations('normal'));
  expect(applicationRequest(application('web', 'web'), TOKEN, { syncsManual: true })).toEqual(annotations('normal'));
});

test('what is pushed counts as fetched: Argo CD resolves the tag with each refresh', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(sourceVerdict(pushedSource('OCISource//oci://h/r:t', digest, TOKEN), { digest, token: TOKEN }).verdict).toBe(
    'ready',
  );
});
