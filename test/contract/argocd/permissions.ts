import { expect, test } from 'vitest';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

/** docs: user-guide/projects, operator-manual/app-any-namespace; util/argo/argo.go: ValidatePermissions. */
export function describePermissions(subject: () => ArgoSubject): void {
  test('a project that does not exist is an InvalidSpecError; making it is noticed with the next comparison', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', { project: world.namespace });
    const failed = await world.until(
      'web',
      (application) =>
        conditionOf(application, 'InvalidSpecError') !== undefined && statusOf(application).sync?.status === 'Unknown',
    );
    expect(conditionOf(failed, 'InvalidSpecError')).toBe(
      `Application referencing project ${world.namespace} which does not exist`,
    );
    await world.create('AppProject', 'argocd', {
      metadata: { name: world.namespace },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
    });
    await world.untilInProject('web', (application) => {
      const { sync } = statusOf(application);
      return sync?.status === 'Synced' && sync.revision === one;
    });
  });

  test('a project permits repositories and destinations', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.create('AppProject', 'argocd', {
      metadata: { name: world.namespace },
      spec: { sourceRepos: ['oci://elsewhere/*'], destinations: [{ server: '*', namespace: 'team-*' }] },
    });
    await world.application('web', { project: world.namespace });
    const failed = await world.untilInProject('web', (application) =>
      JSON.stringify(statusOf(application)).includes('is not permitted in project'),
    );
    const messages = statusOf(failed).conditions?.map(({ message }) => message);
    expect(messages).toContain(`application repo ${world.url} is not permitted in project '${world.namespace}'`);
    expect(messages).toContain(
      `application destination server 'https://kubernetes.default.svc' and namespace '${world.namespace}' do not match any of the allowed destinations in project '${world.namespace}'`,
    );
  });

  test('a project names repositories by patterns, and refuses some', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    const { url } = world;
    const above = url.slice(0, url.lastIndexOf('/'));
    const patterns: readonly (readonly [permits: boolean, ...sourceRepos: string[]])[] = [
      [true, 'https://elsewhere/*', url.toUpperCase()],
      [true, `${above}/*`],
      [true, `${above.slice(0, above.lastIndexOf('/'))}/**`],
      [false, 'oci://*'],
      [false, '*', `!${url}`],
      [false, '*', `!${above.toUpperCase()}/*`],
    ];
    const found = patterns.map(async ([, ...sourceRepos], index) => {
      const project = `${world.namespace}-${index}`;
      const spec = { sourceRepos, destinations: [{ server: '*', namespace: '*' }] };
      await world.create('AppProject', 'argocd', { metadata: { name: project }, spec });
      await world.application(`web-${index}`, { project });
      const judged = await world.untilInProject(`web-${index}`, (application) => {
        const { sync, conditions = [] } = statusOf(application);
        return (
          sync?.revision !== undefined || conditions.some(({ message }) => message.includes('is not permitted in'))
        );
      });
      return [conditionOf(judged, 'InvalidSpecError') === undefined, ...sourceRepos];
    });
    expect(await Promise.all(found)).toEqual(patterns);
  });

  test('Applications in other namespaces need the leave of the controller and of their project', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    const [team, stranger] = [`team-${world.namespace}`, `other-${world.namespace}`];
    for (const name of [team, stranger]) await world.create('Namespace', undefined, { metadata: { name } });
    await world.create('AppProject', 'argocd', {
      metadata: { name: world.namespace },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], sourceNamespaces: ['team-*'] },
    });
    await world.application('web', { project: world.namespace }, { namespace: team });
    await world.application('web', { project: world.namespace }, { namespace: stranger });
    await world.untilInProject(
      'web',
      (application) => statusOf(application).sync?.revision === one && statusOf(application).sync?.status === 'Synced',
      team,
    );
    expect((await world.get('ConfigMap', 'a'))?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toMatch(
      `${team}_${world.id('web')}:`,
    );
    expect(await world.get('Application', world.id('web'), stranger)).not.toHaveProperty('status');
    await world.application('denied', {}, { namespace: team });
    const denied = await world.until(
      'denied',
      (application) => conditionOf(application, 'UnknownError') !== undefined,
      team,
    );
    expect(conditionOf(denied, 'UnknownError')).toContain(`is not permitted to use project 'default'`);
  });

  test('a generation counts changes of the status, which is no subresource (manifests/crds/application-crd.yaml)', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    expect((await world.synced('web', one)).metadata.generation).toBeGreaterThan(3);
    const path = `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${world.id('web')}/status`;
    await expect(subject().client.request({ method: 'GET', path })).rejects.toThrow();
  });
}
