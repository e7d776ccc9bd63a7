import { expect, test } from 'vitest';
import { eventually } from '../../e2e/real/eventually.ts';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** docs: user-guide/oci, operator-manual/declarative-setup, user-guide/multiple_sources; util/oci/client.go. */
export function describeSources(subject: () => ArgoSubject): void {
  test('plain HTTP needs insecureOCIForceHttp in a repository secret of type oci, a loopback address too', async (context) => {
    const world = await openWorld(subject(), context, { type: 'oci' });
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    const failed = await world.until('web', (application) => conditionOf(application, 'ComparisonError') !== undefined);
    expect(conditionOf(failed, 'ComparisonError')).toContain('cannot get digest for revision dev');
  });

  test('the secret of a repository is found by its URL, whatever its type (util/db/repository_secrets.go)', async (context) => {
    const world = await openWorld(subject(), context, { type: 'helm', insecureOCIForceHttp: 'true' });
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await eventually('the object being applied', async () => {
      const application = await world.get('Application', world.id('web'));
      // Compared before Argo CD knew of the Secret, see `takeRepository`.
      if (application !== undefined && conditionOf(application, 'ComparisonError')) await world.refresh('web');
      return (await world.value('a')) === 'one';
    });
  });

  test('the revision is the digest of the manifest, bare', async (context) => {
    const world = await openWorld(subject(), context);
    const digest = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', { source: { targetRevision: digest } });
    expect(statusOf(await world.synced('web', digest)).sync?.revision).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('a version constraint takes the newest tag that fits', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') }, '1.0.0');
    const newest = await world.push({ 'web/a.yaml': world.configMap('a', 'two') }, '1.2.0');
    await world.push({ 'web/a.yaml': world.configMap('a', 'three') }, '2.0.0');
    await world.application('web', { source: { targetRevision: '1.x' } });
    await world.synced('web', newest);
  });

  test('a layer of a type that is not allowed is refused, and so is more than one', async (context) => {
    const world = await openWorld(subject(), context);
    const digest = await world.push({ 'web/a.yaml': world.configMap('a') });
    const repository = `${subject().registry.url}/v2/${world.repository}/manifests`;
    const manifest = (await (await fetch(`${repository}/${digest}`, { headers: { Accept: MANIFEST } })).json()) as {
      layers: Record<string, unknown>[];
    };
    const put = (tag: string, layers: unknown[]) =>
      fetch(`${repository}/${tag}`, {
        method: 'PUT',
        headers: { 'Content-Type': MANIFEST },
        body: JSON.stringify({ ...manifest, layers }),
      });
    const [layer = {}] = manifest.layers;
    const flux = { ...layer, mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip' };
    await put('flux', [flux]);
    await put('two', [layer, layer]);
    await put('attested', [layer, { ...layer, mediaType: 'application/vnd.in-toto+json' }]);
    for (const tag of ['flux', 'two', 'attested'])
      await world.application(tag, { source: { targetRevision: tag, path: 'web' } });
    const errorOf = async (name: string) =>
      conditionOf(
        await world.until(name, (application) => statusOf(application).sync !== undefined),
        'ComparisonError',
      );
    expect(await errorOf('flux')).toContain(
      `oci layer media type ${flux.mediaType} is not in the list of allowed media types`,
    );
    expect(await errorOf('two')).toContain('expected only a single oci content layer, got 2');
    await world.until('attested', (application) => statusOf(application).sync?.status === 'Synced');
  });

  test('several sources are built one by one, with a revision for each', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') }, 'one');
    const two = await world.push({ 'cart/b.yaml': world.configMap('b') }, 'two');
    await world.application('both', {
      source: undefined,
      sources: [
        { repoURL: world.url, targetRevision: 'one', path: 'web' },
        { repoURL: world.url, targetRevision: 'two', path: 'cart' },
      ],
    });
    const synced = await world.until('both', (application) => statusOf(application).sync?.status === 'Synced');
    expect(statusOf(synced).sync?.revisions).toEqual([one, two]);
    expect([await world.value('a'), await world.value('b')]).toEqual(['one', 'one']);
  });

  test('a path that is not there, and one that leaves the root, are told', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('gone');
    await world.application('out', { source: { path: '../web' } });
    const errorOf = async (name: string) =>
      conditionOf(
        await world.until(name, (application) => statusOf(application).sync !== undefined),
        'ComparisonError',
      );
    expect(await errorOf('gone')).toContain('gone: app path does not exist');
    expect(await errorOf('out')).toContain('app path outside root');
  });
}
