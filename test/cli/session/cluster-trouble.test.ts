import { expect, test } from 'vitest';
import { ClusterTrouble } from '../../../src/cli/session/cluster-trouble.ts';
import type { Failure } from '../../../src/domain/failure.ts';

const AWAY: Failure = { kind: 'unavailable', message: 'the API server does not answer', hint: 'is it started?' };
const FORBIDDEN: Failure = { kind: 'forbidden', message: 'cannot list buckets' };

test('a cluster that is away is said once, whatever is watched there, and once that it is back', () => {
  const trouble = new ClusterTrouble();
  const text = 'Kustomization objects cannot be watched: the API server does not answer';
  expect(trouble.degraded('Kustomization', AWAY)).toMatchObject({ level: 'warning', text, hint: 'is it started?' });
  expect(trouble.degraded('OCIRepository', AWAY)).toBeUndefined();
  expect(trouble.degraded('Bucket', AWAY)).toBeUndefined();
  expect(trouble.recovered('Bucket')).toBeUndefined();
  expect(trouble.recovered('Kustomization')).toBeUndefined();
  expect(trouble.recovered('OCIRepository')).toMatchObject({ text: 'all these objects are watched again' });
  expect(trouble.degraded('Bucket', AWAY)).toMatchObject({ level: 'warning' });
  expect(trouble.recovered('Bucket')).toMatchObject({ text: 'Bucket objects are watched again' });
});

test('what is wrong with one kind alone is said of that one', () => {
  const trouble = new ClusterTrouble();
  trouble.degraded('Kustomization', AWAY);
  expect(trouble.degraded('Bucket', FORBIDDEN)).toMatchObject({
    text: 'Bucket objects cannot be watched: cannot list buckets',
  });
  expect(trouble.recovered('Kustomization')).toMatchObject({ text: 'Kustomization objects are watched again' });
});

test('one that is refused after the cluster is back is in another trouble', () => {
  const trouble = new ClusterTrouble();
  trouble.degraded('Kustomization', AWAY);
  trouble.degraded('Bucket', AWAY);
  expect(trouble.degraded('Bucket', FORBIDDEN)).toMatchObject({ level: 'warning' });
  expect(trouble.recovered('Kustomization')).toMatchObject({ level: 'info' });
  expect(trouble.recovered('Bucket')).toMatchObject({ text: 'Bucket objects are watched again' });
});
