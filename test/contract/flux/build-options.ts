import { expect, test } from 'vitest';
import { inventoryOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { type FluxWorld, openWorld } from './world.ts';

/** What the fields of a Kustomization add to the build. */
export function describeBuildOptions(subject: () => FluxSubject): void {
  test('targetNamespace, namePrefix and nameSuffix', async (context) => {
    const world = await openWorld(subject(), context);
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: elsewhere}\n';
    const revision = await world.feed('all', { 'a.yaml': manifest });
    const spec = { targetNamespace: world.namespace, namePrefix: 'pre-', nameSuffix: '-post' };
    await world.fedKustomization('all', spec);
    expect(inventoryOf(await world.ready('all', revision))).toEqual([`${world.namespace}_pre-a-post__ConfigMap v1`]);
  });

  test('commonMetadata is put on every object, over what the manifest says', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { labels: { team: 'one', own: 'label' } };
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', 'one', metadata) });
    await world.fedKustomization('all', { commonMetadata: { labels: { team: 'two' }, annotations: { note: 'all' } } });
    await world.ready('all', revision);
    const made = await world.get('ConfigMap', 'a');
    expect(made?.metadata.labels).toMatchObject({ team: 'two', own: 'label' });
    expect(made?.metadata.annotations).toEqual({ note: 'all' });
  });

  test('patches, strategic and JSON, with and without a target', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    await world.fedKustomization('all', {
      patches: [
        {
          patch: '[{"op": "replace", "path": "/data/value", "value": "json"}]',
          target: { kind: 'ConfigMap', name: 'a' },
        },
        {
          patch: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: ${world.namespace}}\ndata: {more: strategic}\n`,
        },
      ],
    });
    await world.ready('all', revision);
    expect((await world.get('ConfigMap', 'a'))?.data).toEqual({ value: 'json' });
    expect((await world.get('ConfigMap', 'b'))?.data).toEqual({ value: 'one', more: 'strategic' });
  });

  test('a patch without a subject fails the build', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'a.yaml': world.configMap('a') });
    const patch = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone}\n';
    await world.fedKustomization('all', { patches: [{ patch }] });
    const failed = await world.failed('all', 'BuildFailed');
    expect(world.message(failed)).toBe(
      'kustomize build failed: no resource matches strategic merge patch "ConfigMap.v1.[noGrp]/gone.[noNs]": no matches for Id ConfigMap.v1.[noGrp]/gone.[noNs]; failed to find unique target for patch ConfigMap.v1.[noGrp]/gone.[noNs]',
    );
  });

  test('images replace those of the kustomization file by name', async (context) => {
    const world = await openWorld(subject(), context);
    const labels = { app: 'web' };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: world.namespace },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    };
    const revision = await world.feed('all', {
      'kustomization.yaml': 'resources: [web.yaml]\nimages: [{name: web, newTag: "2"}]\n',
      'web.yaml': JSON.stringify(deployment),
    });
    await world.fedKustomization('all', { images: [{ name: 'web', newName: 'other', newTag: '3' }] });
    await world.ready('all', revision);
    expect(JSON.stringify((await world.get('Deployment', 'web'))?.spec)).toContain('"image":"other:3"');
  });

  test('components are added to the build, and a missing one fails it', async (context) => {
    const world = await openWorld(subject(), context);
    const files = {
      'app/a.yaml': world.configMap('a'),
      'extra/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: extra-\n',
    };
    const revision = await world.feed('repo', files);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    await world.kustomization('app', { sourceRef, components: ['../extra'] });
    expect(inventoryOf(await world.ready('app', revision))).toEqual([`${world.namespace}_extra-a__ConfigMap v1`]);
    await world.patch('Kustomization', 'app', { spec: { components: ['../extra', '../gone'] } });
    const failed = await world.failed('app', 'BuildFailed');
    expect(world.message(failed)).toBe(
      `kustomize build failed: accumulating components: loader.New "must build at directory: not a valid directory: evalsymlink failure on 'ROOT/gone' : lstat ROOT/gone: no such file or directory"`,
    );
    await world.patch('Kustomization', 'app', { spec: { ignoreMissingComponents: true } });
    await world.ready('app', revision, world.states('app').length);
  });

  test('postBuild puts variables into every value', async (context) => {
    const world = await openWorld(subject(), context);
    const data = {
      set: variable('set'),
      fallback: variable('gone:=fallback'),
      dash: variable('gone:-dash'),
      empty: variable('gone'),
      kept: `$${variable('set')}`,
      plain: '$set',
      number: variable('number'),
    };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: world.namespace }, data };
    const revision = await world.feed('all', { 'a.yaml': JSON.stringify(object) });
    await world.fedKustomization('all', { postBuild: { substitute: { set: 'value', number: '"1"' } } });
    await world.ready('all', revision);
    expect((await world.get('ConfigMap', 'a'))?.data).toEqual({
      set: 'value',
      fallback: 'fallback',
      dash: 'dash',
      empty: '',
      kept: variable('set'),
      plain: '$set',
      number: '1',
    });
  });

  test('without any variable nothing is substituted', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', variable('gone:=fallback')) });
    await world.fedKustomization('all', { postBuild: {} });
    await world.ready('all', revision);
    expect(await world.value('a')).toBe(variable('gone:=fallback'));
  });

  test('an object marked substitute: disabled stays as it is', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } };
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', variable('set'), metadata) });
    await world.fedKustomization('all', { postBuild: { substitute: { set: 'value' } } });
    await world.ready('all', revision);
    expect(await world.value('a')).toBe(variable('set'));
  });

  test('substituteFrom reads ConfigMaps and Secrets in order, what is in line wins', async (context) => {
    const world = await openWorld(subject(), context);
    await variables(world, 'ConfigMap', { data: { first: 'map', second: 'map', third: 'map' } });
    await variables(world, 'Secret', { stringData: { second: 'secret', third: 'secret' } });
    const revision = await world.feed('all', {
      'a.yaml': world.configMap('a', `${variable('first')} ${variable('second')} ${variable('third')}`),
    });
    await world.fedKustomization('all', {
      postBuild: {
        substitute: { third: 'inline' },
        substituteFrom: [
          { kind: 'ConfigMap', name: 'vars' },
          { kind: 'Secret', name: 'vars' },
        ],
      },
    });
    await world.ready('all', revision);
    expect(await world.value('a')).toBe('map secret inline');
  });

  test('a missing object to substitute from fails the build, unless it is optional', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', `x${variable('who')}`) });
    const from = { kind: 'ConfigMap', name: 'gone' };
    await world.fedKustomization('all', { postBuild: { substituteFrom: [from] } });
    const failed = await world.failed('all', 'BuildFailed');
    expect(world.message(failed)).toBe(
      `post build failed for 'ConfigMap.v1.[noGrp]/a': substitute from 'ConfigMap/gone' error: configmaps "gone" not found`,
    );
    const substituteFrom = [{ ...from, optional: true }];
    await world.patch('Kustomization', 'all', { spec: { postBuild: { substitute: { who: 'y' }, substituteFrom } } });
    await world.ready('all', revision);
    expect(await world.value('a')).toBe('xy');
  });

  test('a variable with a bad name fails the build', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'a.yaml': world.configMap('a', variable('ok')) });
    await world.fedKustomization('all', { postBuild: { substitute: { 'not-ok': 'x' } } });
    const failed = await world.failed('all', 'BuildFailed');
    expect(world.message(failed)).toBe(
      `post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: 'not-ok' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
    );
  });

  test('a labelled object to substitute from brings a run when it changes', async (context) => {
    const world = await openWorld(subject(), context);
    const labels = { 'reconcile.fluxcd.io/watch': 'Enabled' };
    await variables(world, 'ConfigMap', { data: { who: 'one' } }, labels);
    await world.feed('all', { 'a.yaml': world.configMap('a', `is ${variable('who')}`) });
    await world.fedKustomization('all', { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } });
    await world.ready('all');
    await variables(world, 'ConfigMap', { data: { who: 'two' } }, labels);
    await world.eventually('ConfigMap', 'a', (object) => JSON.stringify(object?.data) === '{"value":"is two"}');
  });
}

function variables(
  world: FluxWorld,
  kind: 'ConfigMap' | 'Secret',
  fields: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  return world.apply({ apiVersion: 'v1', kind, metadata: { name: 'vars', labels }, ...fields });
}

/** As Flux's variables are written. */
function variable(expression: string): string {
  return `\${${expression}}`;
}
