import { describe, expect, it } from 'vitest';
import {
  application,
  carriedOut,
  type Files,
  kustomization,
  planFor,
  repository,
  SOURCE,
} from './isolation-fixture.ts';

const pathsOf = (plan: Awaited<ReturnType<typeof planFor>>) => plan.files.map(({ path }) => path);

async function after(files: Files, options: Parameters<typeof planFor>[1] = {}) {
  return carriedOut(files, await planFor(files, options));
}

describe('isolation', () => {
  it('changes the name in sourceRef and nothing else of a manifest', async () => {
    const files = repository('web');
    const changed = await after(files);
    expect(changed['cluster/web.yaml']).toBe(files['cluster/web.yaml']?.replace('name: shop', 'name: web'));
  });

  it('writes the new source beside the shared one and lists it there', async () => {
    const changed = await after(repository('web'));
    expect(changed['cluster/kustomization.yaml']).toBe(
      'resources:\n  - source.yaml\n  - isolated-sources.yaml\n  - web.yaml\n',
    );
    expect(
      changed['cluster/isolated-sources.yaml'],
    ).toBe(`# Exactly the files that the build of Kustomization/flux-system/web reads.
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: web
  namespace: flux-system
  annotations:
    reconcile-machine.dev/isolated-from: OCIRepository/flux-system/shop
spec:
  interval: 10m
  url: oci://registry.test/shop
  ref:
    tag: main_apps.web
  ignore: "!*"
`);
  });

  it('has nothing to do a second time', async () => {
    const files = await after(repository('web', 'api'));
    const plan = await planFor(files);
    expect(plan).toMatchObject({
      files: [],
      isolated: [],
      kept: ['Kustomization/flux-system/api', 'Kustomization/flux-system/web'],
      skipped: [],
      leftovers: [],
    });
  });

  it('adds a Kustomization that came later to what is there', async () => {
    const files = await after(repository('web'));
    const later = {
      ...files,
      ...application('late'),
      'cluster/late.yaml': kustomization('late'),
      'cluster/kustomization.yaml': `${files['cluster/kustomization.yaml']}  - late.yaml\n`,
    };
    const plan = await planFor(later);
    expect(pathsOf(plan)).toEqual(['cluster/isolated-sources.yaml', 'cluster/late.yaml']);
    const changed = carriedOut(later, plan)['cluster/isolated-sources.yaml'];
    expect(changed?.startsWith(`${files['cluster/isolated-sources.yaml']}---\n# Exactly`)).toBe(true);
  });

  it('names a source that no Kustomization reads any more', async () => {
    const files = await after(repository('web', 'api'));
    files['cluster/kustomization.yaml'] = files['cluster/kustomization.yaml']?.replace('  - api.yaml\n', '') ?? '';
    delete files['cluster/api.yaml'];
    const plan = await planFor(files);
    expect(plan.files).toEqual([]);
    expect(plan.leftovers).toEqual([
      { source: 'OCIRepository/flux-system/api', path: 'cluster/isolated-sources.yaml' },
    ]);
  });

  it('appends to a file that holds several documents', async () => {
    const all = [SOURCE, kustomization('web'), kustomization('api')].join('---\n');
    const files = { 'cluster/all.yaml': all, ...application('web'), ...application('api') };
    const plan = await planFor(files);
    expect(pathsOf(plan)).toEqual(['cluster/all.yaml']);
    const text = carriedOut(files, plan)['cluster/all.yaml'] ?? '';
    expect(text.split('---\n')).toHaveLength(5);
    expect((await planFor({ ...files, 'cluster/all.yaml': text })).files).toEqual([]);
  });

  it('takes over how the registry is reached, and the shard', async () => {
    const source = SOURCE.replace(
      'metadata:\n',
      'metadata:\n  labels:\n    sharding.fluxcd.io/key: s1\n    team: a\n',
    ).concat(
      '  secretRef:\n    name: pull\n  certSecretRef:\n    name: ca\n  proxySecretRef:\n    name: proxy\n  provider: aws\n',
      '  serviceAccountName: robot\n  timeout: 30s\n  insecure: true\n  suspend: true\n',
    );
    const changed = await after({ ...repository('web'), 'cluster/source.yaml': source });
    const own = changed['cluster/isolated-sources.yaml'] ?? '';
    for (const line of [
      '    sharding.fluxcd.io/key: s1',
      '  provider: aws',
      '  serviceAccountName: robot',
      '  timeout: 30s',
      '  insecure: true',
    ])
      expect(own).toContain(`${line}\n`);
    expect(own).toContain('  secretRef:\n    name: pull\n');
    expect(own).toContain('  certSecretRef:\n    name: ca\n');
    expect(own).toContain('  proxySecretRef:\n    name: proxy\n');
    expect(own).not.toMatch(/suspend|team/);
  });

  it('gives way where the name is another source’s', async () => {
    const other = SOURCE.replace('name: shop', 'name: web').replace('oci://registry.test/shop', 'oci://elsewhere/x');
    const files = { ...repository('web'), 'cluster/source.yaml': `${SOURCE}---\n${other}` };
    const plan = await planFor(files);
    expect(plan.isolated.map(({ source }) => source)).toEqual(['OCIRepository/flux-system/web-isolated']);
  });

  it('makes an OCIRepository of a GitRepository, given a registry', async () => {
    const git = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 1m
  url: https://git.test/shop
  secretRef:
    name: deploy-key
`;
    const files = {
      ...repository('web'),
      'cluster/source.yaml': git,
      'cluster/web.yaml': kustomization('web').replace('OCIRepository', 'GitRepository'),
    };
    expect((await planFor(files)).skipped).toMatchObject([{ reason: 'no-registry' }]);
    const changed = await after(files, { registry: 'oci://registry.test/deploy' });
    expect(changed['cluster/web.yaml']).toBe(kustomization('web').replace('name: shop', 'name: web'));
    const own = changed['cluster/isolated-sources.yaml'] ?? '';
    expect(own).toContain('url: oci://registry.test/deploy\n  ref:\n    tag: latest_apps.web\n');
    // Its credentials are for Git.
    expect(own).not.toContain('deploy-key');
    expect((await planFor(changed)).files).toEqual([]);
  });

  it('puts sources beside the Kustomizations where the shared one is written by a tool', async () => {
    const bootstrap = `# This manifest was generated by flux. DO NOT EDIT.\n${SOURCE}---\n${kustomization('flux-system', './cluster')}`;
    const files = {
      'cluster/flux-system/gotk-sync.yaml': bootstrap,
      'cluster/flux-system/kustomization.yaml': 'resources: [gotk-sync.yaml]\n',
      'cluster/web.yaml': kustomization('web'),
      ...application('web'),
    };
    const plan = await planFor(files);
    expect(pathsOf(plan)).toEqual(['cluster/isolated-sources.yaml', 'cluster/web.yaml']);
    expect(plan.skipped).toMatchObject([{ target: 'Kustomization/flux-system/flux-system', reason: 'generated' }]);
    expect(plan.unapplied).toEqual([]);
  });

  it('says so when nothing applies the new file', async () => {
    const files = { 'cluster/source.yaml': SOURCE, 'cluster/web.yaml': kustomization('web'), ...application('web') };
    expect((await planFor(files)).unapplied).toEqual(['cluster/isolated-sources.yaml']);
  });

  it('keeps the files of two clusters apart, by what they build', async () => {
    const cluster = (name: string) => ({
      [`clusters/${name}/source.yaml`]: SOURCE,
      [`clusters/${name}/apps.yaml`]: kustomization('apps', `./apps/${name}`),
      ...application(name),
    });
    const files = { ...cluster('staging'), ...cluster('production') };
    const plan = await planFor(files);
    expect(plan.isolated.map(({ tag, writtenTo }) => [tag, writtenTo]).sort()).toEqual([
      ['main_apps.production', 'clusters/production/isolated-sources.yaml'],
      ['main_apps.staging', 'clusters/staging/isolated-sources.yaml'],
    ]);
    const one = await planFor(files, { entry: 'clusters/staging' });
    expect(pathsOf(one)).toEqual(['clusters/staging/apps.yaml', 'clusters/staging/isolated-sources.yaml']);
  });

  it('changes a manifest that two clusters share once, for both', async () => {
    const files = {
      'base/kustomization.yaml': 'resources:\n- source.yaml\n- web.yaml\n',
      'base/source.yaml': SOURCE,
      'base/web.yaml': kustomization('web'),
      'clusters/a/kustomization.yaml': 'resources:\n- ../../base\n',
      'clusters/b/kustomization.yaml': 'resources:\n- ../../base\n',
      ...application('web'),
    };
    const plan = await planFor(files);
    expect(pathsOf(plan)).toEqual(['base/isolated-sources.yaml', 'base/kustomization.yaml', 'base/web.yaml']);
    expect((await planFor(carriedOut(files, plan))).files).toEqual([]);
  });

  it('shares one artifact between Kustomizations that build the same', async () => {
    const files = repository('web');
    files['cluster/kustomization.yaml'] += '  - again.yaml\n';
    files['cluster/again.yaml'] = kustomization('again', 'apps/web/');
    const plan = await planFor(files);
    expect(plan.isolated.map(({ source, tag }) => [source, tag])).toEqual([
      ['OCIRepository/flux-system/again', 'main_apps.web'],
      ['OCIRepository/flux-system/web', 'main_apps.web'],
    ]);
  });
});

/** Filled in by postBuild.substitute of whoever applies it. */
const VARIABLE = `$\{VARIABLE}`;

describe('a Kustomization keeps its source', () => {
  async function skipped(files: Files, options: Parameters<typeof planFor>[1] = {}) {
    const plan = await planFor(files, options);
    expect(plan.files).toEqual([]);
    return plan.skipped.map(({ reason, path, line, column }) => [reason, path, line, column].join(' ').trim());
  }
  const withSource = (text: string) => ({ ...repository('web'), 'cluster/source.yaml': text });
  const withManifest = (text: string) => ({ ...repository('web'), 'cluster/web.yaml': text });

  it.each([
    ['verify', `${SOURCE}  verify:\n    provider: cosign\n`],
    ['layer-selector', `${SOURCE}  layerSelector:\n    mediaType: x/y\n`],
    ['semver', SOURCE.replace('tag: main', 'semver: ">=1.0.0"')],
    ['digest', SOURCE.replace('tag: main', `digest: sha256:${'0'.repeat(64)}`)],
    ['placeholder', SOURCE.replace('registry.test', VARIABLE)],
  ])('because of its source: %s', async (reason, source) => {
    expect(await skipped(withSource(source))).toEqual([`${reason} cluster/web.yaml 1 1`]);
  });

  it.each([
    ['placeholder', kustomization('web').replace('10m\n  path', `10m\n  components: ["${VARIABLE}"]\n  path`)],
    ['generated', `# Code generated by tool. DO NOT EDIT.\n${kustomization('web')}`],
  ])('because of its manifest: %s', async (reason, manifest) => {
    const places = await skipped(withManifest(manifest));
    expect(places).toEqual([expect.stringMatching(`^${reason} cluster/web.yaml \\d+ 1$`)]);
  });

  it('when credentials are in another namespace', async () => {
    const files = {
      ...withSource(`${SOURCE}  secretRef:\n    name: pull\n`),
      'cluster/web.yaml': kustomization('web', './apps/web', '')
        .replace('namespace: flux-system', 'namespace: web')
        .concat('  sourceRef: {kind: OCIRepository, name: shop, namespace: flux-system}\n'),
    };
    expect(await skipped(files)).toEqual(['other-namespace cluster/web.yaml 1 1']);
  });

  it('when its build is broken, and says where', async () => {
    const files = { ...repository('web'), 'apps/web/kustomization.yaml': 'resources:\n- gone.yaml\n' };
    expect(await skipped(files)).toEqual(['broken apps/web/kustomization.yaml 2 3']);
  });

  it('when its path does not exist', async () => {
    const files = { ...repository('web', 'api'), 'cluster/web.yaml': kustomization('web', './nowhere') };
    const plan = await planFor(files);
    expect(plan.skipped).toMatchObject([{ target: 'Kustomization/flux-system/web', reason: 'unclear' }]);
    expect(plan.isolated).toHaveLength(1);
  });

  it('when its own manifest comes by way of it', async () => {
    const files = {
      'cluster/source.yaml': SOURCE,
      'cluster/all.yaml': kustomization('all', './cluster'),
    };
    expect(await skipped(files)).toEqual(['applies-itself cluster/all.yaml 1 1']);
  });

  it('when it reads another source', async () => {
    const other = kustomization('web').replace('name: shop', 'name: vendor');
    const files = { ...repository('web', 'api'), 'cluster/web.yaml': other };
    expect((await planFor(files)).skipped).toMatchObject([{ reason: 'other-source' }]);
  });

  it('when the source is not defined in the repository', async () => {
    const { 'cluster/source.yaml': _, ...files } = repository('web');
    files['cluster/kustomization.yaml'] = 'resources:\n- web.yaml\n';
    expect(await skipped(files)).toEqual(['not-here cluster/web.yaml 1 1']);
  });

  it('when its sourceRef is an alias', async () => {
    const text = kustomization('web', './apps/web', '  sourceRef: &ref {kind: OCIRepository, name: shop}\n  x: *ref\n');
    expect(await skipped(withManifest(text))).toEqual(['layout cluster/web.yaml 1 1']);
  });
});
