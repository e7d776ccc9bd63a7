import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRoots } from '../../src/domain/build-root.ts';
import { closureAnnotations, closureArtifact } from '../../src/domain/closure-artifact.ts';
import { NOTHING_IGNORED } from '../../src/domain/isolation/isolated-source.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { sourceView } from '../../src/domain/source-view.ts';
import type { TargetDefinition } from '../../src/domain/target.ts';
import { targetState } from '../../src/domain/target-state.ts';
import { VisibleTree } from '../../src/domain/visible-tree.ts';
import { createArchive } from '../../src/registry/archive.ts';
import { MemoryTree } from '../support/memory-tree.ts';

const SOURCE = 'OCIRepository/flux-system/shop';
type Files = Readonly<Record<string, string>>;

function targetAt(path: string, components: readonly string[] = []): TargetDefinition {
  return {
    id: 'Kustomization/flux-system/web',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'web',
    source: SOURCE,
    path: path as RelativePath,
    rawPath: `./${path}`,
    components: components as readonly RelativePath[],
    dependsOn: [],
    suspended: false,
    substituteFrom: [],
  };
}

function outcomeOf(files: Files | MemoryTree, target: TargetDefinition, ignore?: string) {
  const tree = files instanceof MemoryTree ? files : new MemoryTree(files);
  const visible = new VisibleTree(tree, sourceView({ tree, ignore, kind: 'OCIRepository' }));
  const roots = buildRoots({ targets: [target], sources: [], generators: [] }, SOURCE, visible, DEFAULT_LIMITS);
  const root = roots.get(SOURCE);
  if (root === undefined) throw new Error('no root');
  return closureArtifact(targetState(target, root));
}

function artifactOf(files: Files | MemoryTree, target: TargetDefinition, ignore?: string) {
  const outcome = outcomeOf(files, target, ignore);
  if ('impossible' in outcome) throw new Error(outcome.impossible.message);
  return outcome.artifact;
}

const pathsIn = (artifact: ReturnType<typeof artifactOf>) => artifact.files.map(({ path }) => path);
const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
const SHOP: Files = {
  'README.md': '# shop',
  'base/kustomization.yaml': 'resources: [server.yaml]\n',
  'base/server.yaml': object,
  'base/notes.txt': 'unread',
  'apps/web/kustomization.yaml':
    'resources: [../../base]\nconfigMapGenerator:\n- name: c\n  files: [page.html, ../../shared/logo.svg]\n  envs: [web.env]\n',
  'apps/web/page.html': '<p>',
  'apps/web/web.env': 'A=1\n',
  'apps/web/unread.yaml': object,
  'shared/logo.svg': '<svg/>',
  'parts/tls/kustomization.yaml':
    'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [tls.yaml]\n',
  'parts/tls/tls.yaml': object,
};

describe('a closure artifact', () => {
  it('holds what the build reads, whatever its name, and nothing else', () => {
    expect(pathsIn(artifactOf(SHOP, targetAt('apps/web')))).toEqual([
      'apps/web/kustomization.yaml',
      'apps/web/page.html',
      'apps/web/web.env',
      'base/kustomization.yaml',
      'base/server.yaml',
      'shared/logo.svg',
    ]);
  });

  it('holds no secret that the build does not read, and nothing of Git', () => {
    const files = {
      ...SHOP,
      'apps/web/kustomization.yaml': 'resources: [../../base]\nsecretGenerator:\n- name: s\n  envs: [read.env]\n',
      'apps/web/read.env': 'PASSWORD=read\n',
      'apps/web/.env': 'PASSWORD=unread\n',
      'apps/web/id_rsa': 'PRIVATE KEY',
      '.git/config': '[remote "origin"]\n',
      'apps/web/.git/HEAD': 'ref: refs/heads/main\n',
    };
    expect(pathsIn(artifactOf(files, targetAt('apps/web')))).toEqual([
      'apps/web/kustomization.yaml',
      'apps/web/read.env',
      'base/kustomization.yaml',
      'base/server.yaml',
    ]);
  });

  it('holds the components of the Kustomization', () => {
    const files = pathsIn(artifactOf(SHOP, targetAt('base', ['parts/tls', 'parts/gone'])));
    expect(files).toEqual([
      'base/kustomization.yaml',
      'base/server.yaml',
      'parts/tls/kustomization.yaml',
      'parts/tls/tls.yaml',
    ]);
  });

  it('holds every manifest below a path without a kustomization file', () => {
    const files = { 'all/a.yaml': object, 'all/b/c.yml': object, 'all/b/d.txt': 'unread', 'all/e/f.json': '{}' };
    expect(pathsIn(artifactOf(files, targetAt('all')))).toEqual(['all/a.yaml', 'all/b/c.yml']);
  });

  it('leaves out what the shared source leaves out', () => {
    const files = { 'all/a.yaml': object, 'all/b.yaml': object, 'all/.sourceignore': 'b.yaml\n' };
    expect(pathsIn(artifactOf(files, targetAt('all')))).toEqual(['all/a.yaml']);
    expect(pathsIn(artifactOf(files, targetAt('all'), '!b.yaml'))).toEqual(['all/a.yaml', 'all/b.yaml']);
  });

  it('loses nothing on its way through a source of its own', () => {
    const generator = 'configMapGenerator:\n- name: c\n  files: [logo.png, .sourceignore, b.yaml]\n';
    const files = {
      'x/kustomization.yaml': generator,
      'x/logo.png': '',
      'x/b.yaml': '',
      'x/.sourceignore': 'b.yaml\n',
    };
    const artifact = artifactOf(files, targetAt('x'), '!b.yaml');
    const unpacked = new MemoryTree(
      Object.fromEntries(artifact.files.map(({ path }) => [path, files[path as keyof typeof files]])),
    );
    const view = sourceView({ tree: unpacked, ignore: NOTHING_IGNORED, kind: 'OCIRepository' });
    expect(pathsIn(artifact).filter((path) => !view.includes(path).included)).toEqual([]);
    expect(pathsIn(artifact)).toHaveLength(4);
  });

  it('has the digest of the closure as its only annotation', () => {
    const { content } = artifactOf(SHOP, targetAt('base'));
    expect(closureAnnotations(content)).toEqual({ 'reconcile-machine.dev/content': content });
    expect(content).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the same for whoever builds the same', () => {
    const other = { ...targetAt('base'), id: 'Kustomization/elsewhere/other', namespace: 'elsewhere' };
    expect(artifactOf(SHOP, other).content).toBe(artifactOf(SHOP, targetAt('base')).content);
  });

  it('stays the same when files change that the build does not read', () => {
    const before = artifactOf(SHOP, targetAt('apps/web'));
    const after = artifactOf(
      { ...SHOP, 'README.md': 'other', 'apps/web/unread.yaml': '', 'new/x': '' },
      targetAt('apps/web'),
    );
    expect(after.content).toBe(before.content);
  });

  it('has the same bytes in whatever order the files were found', async () => {
    const shuffled = fc.shuffledSubarray(Object.entries(SHOP), { minLength: Object.keys(SHOP).length });
    const bytesOf = async (files: Files) => {
      const artifact = artifactOf(files, targetAt('apps/web'));
      return `${artifact.content} ${(await createArchive(artifact.files)).digest}`;
    };
    const expected = await bytesOf(SHOP);
    await fc.assert(
      fc.asyncProperty(shuffled, async (entries) => {
        expect(await bytesOf(Object.fromEntries(entries))).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe('there is no artifact', () => {
  const why = (files: Files | MemoryTree, target: TargetDefinition) => {
    const outcome = outcomeOf(files, target);
    return 'impossible' in outcome ? outcome.impossible : undefined;
  };

  it('of a build that fails, and the place is told', () => {
    const files = { 'x/kustomization.yaml': 'resources:\n- gone.yaml\n' };
    expect(why(files, targetAt('x'))).toMatchObject({ path: 'x/kustomization.yaml', line: 2, column: 3 });
  });

  it('of a path that does not exist', () => {
    expect(why(SHOP, targetAt('nowhere'))?.message).toContain('does not exist');
  });

  it('of a directory that the artifact could not hold', () => {
    expect(why({ 'x/README.md': 'no manifest' }, targetAt('x'))?.message).toContain('reads no file in x');
  });

  it('of a symlink, which the source’s controller drops', () => {
    const tree = new MemoryTree({ 'x/kustomization.yaml': 'resources:\n- link.yaml\n', 'x/link.yaml': object });
    tree.symlinks.add('x/link.yaml');
    expect(why(tree, targetAt('x'))?.message).toContain('link.yaml');
  });

  it('of a file that cannot be read', () => {
    const tree = new MemoryTree(SHOP);
    tree.unreadable.add('apps/web/web.env');
    expect(why(tree, targetAt('apps/web'))?.message).toContain('apps/web/web.env');
  });

  it('of a chart', () => {
    expect(why(SHOP, { ...targetAt('base'), kind: 'HelmRelease' })?.message).toContain('chart');
  });
});
