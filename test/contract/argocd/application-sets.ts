import { expect, test } from 'vitest';
import { eventually } from '../../e2e/real/eventually.ts';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { type ArgoWorld, statusOf } from './world.ts';

function template(world: ArgoWorld, name: string, path: string, url = world.url, targetRevision = 'dev') {
  return {
    metadata: { name },
    spec: {
      project: 'default',
      source: { repoURL: url, targetRevision, path },
      destination: { server: 'https://kubernetes.default.svc', namespace: world.namespace },
      syncPolicy: { automated: {} },
    },
  };
}

async function applications(world: ArgoWorld): Promise<string[]> {
  const { items } = await world.subject.client.list({
    group: 'argoproj.io',
    version: 'v1alpha1',
    plural: 'applications',
  });
  return items
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(world.namespace))
    .map((name) => name.slice(world.namespace.length + 1))
    .sort();
}

/** docs: operator-manual/applicationset (Generators-List, Generators-Git, Template, Controlling-Resource-Modification); applicationset/controllers. */
export function describeApplicationSets(subject: () => ArgoSubject): void {
  test('the list generator makes an Application for each element, and takes it away with the element', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'a/m.yaml': world.configMap('a'), 'b/m.yaml': world.configMap('b') });
    await world.create('ApplicationSet', 'argocd', {
      metadata: { name: world.namespace },
      spec: {
        generators: [{ list: { elements: [{ app: 'a' }, { app: 'b' }] } }],
        template: template(world, `${world.namespace}-{{app}}`, '{{app}}'),
      },
    });
    const made = await world.synced('a', one);
    expect(made.metadata.ownerReferences).toMatchObject([
      { kind: 'ApplicationSet', name: world.namespace, controller: true },
    ]);
    await world.synced('b', one);
    await world.patch('ApplicationSet', world.namespace, {
      spec: { generators: [{ list: { elements: [{ app: 'b' }] } }] },
    });
    await eventually('b alone', async () => (await applications(world)).join() === 'b');
  });

  test('the git generator makes one for each directory that matches and is not excluded', async (context) => {
    const world = await openWorld(subject(), context);
    const files = ['apps/a/m.yaml', 'apps/b/m.yaml', 'apps/b/deep/m.yaml', 'apps/old/m.yaml', 'other/m.yaml'];
    const { url, commit } = await subject().serveGit(
      world.namespace,
      Object.fromEntries(files.map((path) => [path, world.configMap(path.replaceAll(/[/.]/g, '-'))])),
    );
    await world.create('ApplicationSet', 'argocd', {
      metadata: { name: world.namespace },
      spec: {
        goTemplate: true,
        generators: [
          {
            git: {
              repoURL: url,
              revision: 'HEAD',
              directories: [{ path: 'apps/*' }, { path: 'apps/old', exclude: true }],
            },
          },
        ],
        template: template(world, `${world.namespace}-{{.path.basename}}`, '{{.path.path}}', url, 'HEAD'),
      },
    });
    await eventually('a and b', async () => (await applications(world)).join() === 'a,b');
    const synced = await world.until('a', (application) => statusOf(application).sync?.status === 'Synced');
    expect(statusOf(synced).sync?.revision).toBe(commit);
  });

  test('what others change of spec, labels and annotations is put back; a refresh is kept', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'a/m.yaml': world.configMap('a') });
    await world.create('ApplicationSet', 'argocd', {
      metadata: { name: world.namespace },
      spec: {
        generators: [{ list: { elements: [{ app: 'a' }] } }],
        template: template(world, `${world.namespace}-{{app}}`, '{{app}}'),
      },
    });
    await world.synced('a', one);
    const two = await world.push({ 'a/m.yaml': world.configMap('a', 'two') });
    const annotations = { 'argocd.argoproj.io/refresh': 'normal', 'example.io/mine': 'yes' };
    await world.patch('Application', world.id('a'), {
      metadata: { annotations },
      spec: { source: { path: 'elsewhere' } },
    });
    const synced = await world.synced('a', two);
    await world.until('a', ({ metadata }) => metadata.annotations?.['example.io/mine'] === undefined);
    expect(synced.spec).toMatchObject({ source: { path: 'a' } });
  });

  test('two Applications of one name are an error, and nothing is made', async (context) => {
    const world = await openWorld(subject(), context);
    await world.create('ApplicationSet', 'argocd', {
      metadata: { name: world.namespace },
      spec: { generators: [{ list: { elements: [{}, {}] } }], template: template(world, `${world.namespace}-x`, 'x') },
    });
    await eventually('the error being told', async () =>
      JSON.stringify(await world.get('ApplicationSet', world.namespace)).includes(
        'contains applications with duplicate name',
      ),
    );
    expect(await applications(world)).toEqual([]);
  });
}
