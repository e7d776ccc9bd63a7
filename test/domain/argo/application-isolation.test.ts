import { describe, expect, test } from 'vitest';
import { applicationDefinition } from '../../../src/domain/argo/application-definition.ts';
import { repositorySecretsFor } from '../../../src/domain/argo/repository-secrets.ts';
import { tagFields } from '../../../src/domain/drift/tag-field.ts';
import { applicationIsolation, isOwnArtifacts } from '../../../src/domain/isolation/application-marks.ts';
import {
  applicationObstacle,
  applicationPlace,
  lenientParent,
} from '../../../src/domain/isolation/application-obstacle.ts';
import { movingPatch } from '../../../src/domain/isolation/application-patches.ts';
import { isolationDecision } from '../../../src/domain/isolation/isolation-decision.ts';
import { originalSourceOf, type SessionIsolation } from '../../../src/domain/isolation/session-marks.ts';
import { adoptingPatch, restoringPatch } from '../../../src/domain/isolation/session-patches.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { jsonPatch } from '../../../src/embedded/store/json-patch.ts';
import { ARGOCD, application, repositorySecret, SHOP_SOURCE } from '../../support/argo-manifests.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OWN = 'OCISource//oci://registry.example/shop#argocd/web';
const TRACKING = 'argocd.argoproj.io/tracking-id';

function patched(object: KubeObject, operations: readonly unknown[]): KubeObject {
  return jsonPatch(object, operations) as KubeObject;
}

function moved(object: KubeObject): KubeObject {
  const to = { repoURL: 'oci://registry.example/shop', digest: DIGEST, content: 'c0', session: 'argocd/s', token: 't' };
  return patched(object, movingPatch(object, to));
}

function pointed(object: KubeObject, source: Record<string, unknown>): KubeObject {
  return patched(object, [{ op: 'add', path: '/spec/source', value: source }]);
}

describe('a moved Application', () => {
  const web = application('web', 'web');

  test('is, for the mapping, where it was, with its own artifacts beside', () => {
    const before = applicationDefinition({ object: web });
    expect(applicationDefinition({ object: moved(web) })).toEqual({
      ...before,
      target: { ...before?.target, ownSource: OWN },
    });
    expect(isOwnArtifacts(OWN)).toBe(true);
    expect(isOwnArtifacts(SHOP_SOURCE)).toBe(false);
  });

  test('tells the source it read before, whoever looks', () => {
    const isolation = applicationIsolation(moved(web)) as SessionIsolation;
    expect(isolation).toMatchObject({ session: 'argocd/s', ownSource: OWN });
    expect(originalSourceOf(isolation, ARGOCD)).toBe(SHOP_SOURCE);
  });

  test('is no drift of its tag', () => {
    expect(tagFields(web)).toHaveLength(1);
    expect(tagFields(moved(web))).toEqual([]);
  });

  test('may be handed over to another session', () => {
    const object = moved(web);
    expect(applicationIsolation(patched(object, adoptingPatch(object, 'argocd/t')))).toMatchObject({
      session: 'argocd/t',
      ownSource: OWN,
    });
  });

  test.each([
    ['put-back', { targetRevision: 'dev' }],
    ['repointed', { targetRevision: 'stable' }],
    ['repointed', { repoURL: 'oci://elsewhere.example/shop', targetRevision: DIGEST }],
  ])('that somebody changed is %s', (why, source) => {
    const object = pointed(moved(web), { ...(web.spec?.source as object), ...source });
    expect(applicationIsolation(object)).toMatchObject({ why, session: 'argocd/s' });
    const left = patched(object, restoringPatch(object, { forget: true }));
    expect(left.spec?.source).toEqual(object.spec?.source);
    expect(applicationIsolation(left)).toBeUndefined();
  });

  test('with a record that was edited is not acted on', () => {
    const edited = patched(moved(web), [
      { op: 'add', path: '/metadata/annotations/reconcile-machine.dev~1original-hash', value: 'x' },
    ]);
    expect(applicationIsolation(edited)).toMatchObject({ why: 'unreadable' });
    expect(restoringPatch(edited, { forget: true })).toEqual([]);
  });

  test('is put back only while it reads what it was seen to read', () => {
    const object = moved(web);
    const since = pointed(object, { ...(web.spec?.source as object), targetRevision: 'stable' });
    expect(() => patched(since, restoringPatch(object))).toThrow();
  });
});

describe('where the artifacts of single Applications go', () => {
  const source = (repoURL: string, targetRevision: string) =>
    applicationDefinition({ object: application('web', 'web', { source: { repoURL, targetRevision } }) })?.sources[0];

  test('is the repository that they read, or the one that is named where they read Git', () => {
    expect(applicationPlace(source('oci://h/r', 'dev'), undefined)).toEqual({ url: 'oci://h/r' });
    expect(applicationPlace(source('https://h/r.git', 'main'), 'oci://h/dev')).toEqual({ url: 'oci://h/dev' });
  });

  test.each([
    ['no-registry', source('https://h/r.git', 'main')],
    ['digest', source('oci://h/r', DIGEST)],
    ['semver', source('oci://h/r', '1.x')],
  ])('is nowhere: %s', (reason, definition) => {
    expect(applicationPlace(definition, undefined)).toMatchObject({ reason });
  });
});

describe('an Application stays shared', () => {
  const nobody = (): undefined => undefined;
  const tracked = (parent: string, name = 'web') => ({
    annotations: { [TRACKING]: `${parent}:argoproj.io/Application:argocd/${name}` },
  });
  const parent = (syncPolicy: object): ((id: string) => KubeObject | undefined) => {
    const root = application('root', 'root', { syncPolicy });
    return (id) => (id === 'Application/argocd/root' ? root : undefined);
  };

  test.each<[string, KubeObject]>([
    ['several-sources', application('web', 'web', { sources: [{ repoURL: 'oci://h/r' }] })],
    ['hydrated', application('web', 'web', { sourceHydrator: { drySource: {} } })],
    ['chart', application('web', 'web', { source: { chart: 'web' } })],
    ['generated', application('web', 'web', {}, { ownerReferences: [{ kind: 'ApplicationSet', name: 'all' }] })],
    [
      'generated',
      application(
        'web',
        'web',
        {},
        {
          labels: { 'kustomize.toolkit.fluxcd.io/name': 'web', 'kustomize.toolkit.fluxcd.io/namespace': 'argocd' },
        },
      ),
    ],
    ['parent', application('web', 'web', {}, tracked('root'))],
  ])('%s', (reason, object) => {
    expect(applicationObstacle(object, nobody)).toMatchObject({ reason });
  });

  test('where its parent heals itself, and not where it does not', () => {
    const child = application('web', 'web', {}, tracked('root'));
    expect(applicationObstacle(child, parent({ automated: { selfHeal: true } }))).toMatchObject({ reason: 'parent' });
    for (const policy of [{ automated: {} }, {}, { automated: { selfHeal: true, enabled: false } }]) {
      expect(applicationObstacle(child, parent(policy))).toBeUndefined();
      expect(lenientParent(child, parent(policy))?.metadata.name).toBe('root');
    }
  });

  test('where it applies itself', () => {
    const root = application('root', 'root', { syncPolicy: {} }, tracked('root', 'root'));
    expect(applicationObstacle(root, () => root)).toMatchObject({ reason: 'applies-itself' });
  });

  test('by its label only where the parent lists it', () => {
    const child = application('web', 'web', {}, { labels: { 'app.kubernetes.io/instance': 'root' } });
    const healing = parent({ automated: { selfHeal: true } });
    expect(applicationObstacle(child, healing)).toBeUndefined();
    const resources = [{ kind: 'Application', namespace: ARGOCD, name: 'web' }];
    const listing = (id: string): KubeObject | undefined => {
      const found = healing(id);
      return found === undefined ? undefined : { ...found, status: { resources } };
    };
    expect(applicationObstacle(child, listing)).toMatchObject({ reason: 'parent' });
  });

  test('not because of a tracking id that was copied from another object', () => {
    const copied = application('web', 'web', {}, tracked('root', 'another'));
    expect(applicationObstacle(copied, parent({ automated: { selfHeal: true } }))).toBeUndefined();
  });
});

test('a registry is known by a Secret of its own, or of what its URL begins with, whatever their type', () => {
  const own = repositorySecret('oci://h/dev/');
  const shared: KubeObject = {
    ...own,
    metadata: { ...own.metadata, labels: { 'argocd.argoproj.io/secret-type': 'repo-creds' } },
    stringData: { type: 'oci', url: 'oci://h' },
  };
  expect(repositorySecretsFor([own], 'oci://h/dev').own).toMatchObject({ url: 'oci://h/dev/' });
  expect(repositorySecretsFor([shared], 'oci://h/dev').shared).toMatchObject({ url: 'oci://h' });
  const git = { ...own, stringData: { url: 'oci://h/dev' } };
  expect(repositorySecretsFor([git], 'oci://h/dev').own).toMatchObject({ url: 'oci://h/dev' });
  expect(repositorySecretsFor([own, shared], 'oci://elsewhere/dev')).toEqual({ own: undefined, shared: undefined });
});

describe('isolation of Applications', () => {
  const given = { dryRun: false, once: false, isLocal: true, source: SHOP_SOURCE, targets: 4, obstacle: undefined };

  test('is on by itself under the same circumstances as for Kustomizations', () => {
    expect(isolationDecision({ ...given, mode: 'auto' })).toMatchObject({ on: true });
    for (const other of [{ targets: 3 }, { isLocal: false }, { once: true }, { dryRun: true }, { obstacle: 'x' }]) {
      expect(isolationDecision({ ...given, mode: 'auto', ...other })).toMatchObject({ on: false });
    }
  });

  test('of a Git source is only on request', () => {
    const git = { ...given, source: 'GitSource//https://h/r.git@main' };
    expect(isolationDecision({ ...git, mode: 'auto' })).toMatchObject({ on: false });
    expect(isolationDecision({ ...git, mode: 'on' })).toMatchObject({ on: true });
    expect(isolationDecision({ ...git, mode: 'on', obstacle: 'x' })).toMatchObject({ on: false, isRefused: true });
  });
});
