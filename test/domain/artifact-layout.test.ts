import { describe, expect, it } from 'vitest';
import { artifactTree } from '../../src/domain/artifact-layout.ts';
import { expandedArtifacts } from '../../src/domain/expanded-artifacts.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import type { GeneratorDefinition } from '../../src/domain/target.ts';
import { walkFiles } from '../../src/domain/walk-files.ts';
import { MemoryTree } from '../support/memory-tree.ts';

type Rule = Partial<GeneratorDefinition['artifacts'][number]['copy'][number]> & { from: string; to: string };

const at = (path: string) => path as RelativePath;

const FILES = {
  'apps/base/app.yaml': 'base',
  'apps/base/README.md': 'readme',
  'apps/prod/values.yaml': 'prod',
  'apps/prod/nested/more.yaml': 'more',
  'top.yaml': 'top',
  'bundle.tar.gz': 'bytes',
  'one.yaml': 'a: {x: 1, y: [1, 2]}\nkeep: true\n',
  'two.yaml': 'a: {x: 2, y: [3]}\n',
};

function composed(...rules: Rule[]) {
  const source = new MemoryTree(FILES);
  const copy = rules.map((rule) => ({ exclude: [], ...rule }));
  const tree = artifactTree({ name: 'part', copy }, source, new Set(['repo']));
  const layout = (): Record<string, string | undefined> =>
    Object.fromEntries([...walkFiles(tree, at('.'))].map((path) => [path, tree.toLocal(path)]));
  return { source, tree, layout };
}

describe('a copy rule of an ArtifactGenerator', () => {
  it('copies what is in a directory, without its name, for dir/**', () => {
    expect(composed({ from: '@repo/apps/prod/**', to: '@artifact/' }).layout()).toEqual({
      'nested/more.yaml': 'apps/prod/nested/more.yaml',
      'values.yaml': 'apps/prod/values.yaml',
    });
  });

  it('copies the directory itself for dir/, as cp -r does', () => {
    for (const from of ['@repo/apps/prod/', '@repo/apps/prod']) {
      expect(composed({ from, to: '@artifact/all/' }).layout()).toEqual({
        'all/prod/nested/more.yaml': 'apps/prod/nested/more.yaml',
        'all/prod/values.yaml': 'apps/prod/values.yaml',
      });
    }
  });

  it('copies a file to a name, or into a directory when `to` ends in a slash or is one already', () => {
    expect(
      composed(
        { from: '@repo/top.yaml', to: '@artifact/renamed.yaml' },
        { from: '@repo/top.yaml', to: '@artifact/dir/' },
        { from: '@repo/one.yaml', to: '@artifact/dir' },
      ).layout(),
    ).toEqual({ 'renamed.yaml': 'top.yaml', 'dir/top.yaml': 'top.yaml', 'dir/one.yaml': 'one.yaml' });
  });

  it('keeps the whole path of what any other glob matches', () => {
    expect(composed({ from: '@repo/apps/*/*.yaml', to: '@artifact/x/' }).layout()).toEqual({
      'x/apps/base/app.yaml': 'apps/base/app.yaml',
      'x/apps/prod/values.yaml': 'apps/prod/values.yaml',
    });
  });

  it('copies a directory that a glob matches with all that is in it', () => {
    expect(Object.keys(composed({ from: '@repo/apps/p*', to: '@artifact/' }).layout())).toEqual([
      'apps/prod/nested/more.yaml',
      'apps/prod/values.yaml',
    ]);
  });

  it.each([
    ['*.md', ['base/app.yaml', 'prod/nested/more.yaml', 'prod/values.yaml']],
    ['prod/**', ['base/README.md', 'base/app.yaml']],
    ['apps/prod/nested/*', ['base/README.md', 'base/app.yaml', 'prod/values.yaml']],
    ['nested', ['base/README.md', 'base/app.yaml', 'prod/values.yaml']],
  ])('leaves out what exclude %j matches', (pattern, expected) => {
    const { layout } = composed({ from: '@repo/apps/**', to: '@artifact/', exclude: [pattern] });
    expect(Object.keys(layout()).sort()).toEqual(expected);
  });

  it('overwrites what an earlier rule copied', () => {
    const { tree, layout } = composed(
      { from: '@repo/one.yaml', to: '@artifact/app.yaml' },
      { from: '@repo/two.yaml', to: '@artifact/app.yaml' },
    );
    expect(layout()).toEqual({ 'app.yaml': 'two.yaml' });
    expect(tree.toArtifact(at('one.yaml'))).toEqual([]);
  });

  it('merges maps and replaces lists with strategy Merge, and follows both files', () => {
    const { source, tree } = composed(
      { from: '@repo/one.yaml', to: '@artifact/app.yaml' },
      { from: '@repo/two.yaml', to: '@artifact/app.yaml', strategy: 'Merge' },
    );
    const text = () => new TextDecoder().decode(tree.read(at('app.yaml')));
    expect(text()).toBe('a:\n  x: 2\n  y:\n    - 3\nkeep: true\n');
    expect(tree.toLocals(at('app.yaml'))).toEqual(['one.yaml', 'two.yaml']);
    const before = tree.facts(at('app.yaml'))?.digest;
    source.files.set('one.yaml', 'keep: false\n');
    expect(tree.follow([at('one.yaml')])).toEqual(['app.yaml']);
    expect(tree.facts(at('app.yaml'))?.digest).not.toBe(before);
  });

  it('names the tarballs it would unpack, since nothing is known of their contents', () => {
    const { tree, layout } = composed({ from: '@repo/bundle.tar.gz', to: '@artifact/', strategy: 'Extract' });
    expect(tree.unpacked).toEqual(['bundle.tar.gz']);
    expect(tree.incomplete).toBe(true);
    expect(layout()).toEqual({});
  });

  it('is incomplete where another source puts files too', () => {
    expect(composed({ from: '@other/x', to: '@artifact/' }).tree.incomplete).toBe(true);
    expect(composed({ from: '@repo/top.yaml', to: '@artifact/' }).tree.incomplete).toBe(false);
  });

  it.each([
    [{ from: 'repo/top.yaml', to: '@artifact/' }, /expected @alias\/path/],
    [{ from: '@repo/top.yaml', to: 'dir/' }, /expected @artifact\/path/],
    [{ from: '@repo/top.yaml', to: '@artifact/../x' }, /inside the artifact/],
    [{ from: '@repo/../top.yaml', to: '@artifact/' }, /leaves the source/],
    [{ from: '@repo/missing/**', to: '@artifact/' }, /nothing there to copy/],
  ])('says what is wrong with %j', (rule, message) => {
    expect(composed(rule).tree.problems.join()).toMatch(message);
  });

  it('finds nothing wrong with an optional rule that has nothing to copy', () => {
    expect(composed({ from: '@repo/missing/**', to: '@artifact/', optional: true }).tree.problems).toEqual([]);
  });

  it('follows files that come and go', () => {
    const { source, tree, layout } = composed({ from: '@repo/apps/**', to: '@artifact/' });
    source.files.set('apps/prod/new.yaml', 'new');
    source.files.delete('apps/base/README.md');
    expect(tree.follow([at('apps/prod/new.yaml'), at('apps/base/README.md')]).sort()).toEqual([
      'base/README.md',
      'prod/new.yaml',
    ]);
    expect(Object.keys(layout())).toEqual([
      'base/app.yaml',
      'prod/nested/more.yaml',
      'prod/new.yaml',
      'prod/values.yaml',
    ]);
  });
});

describe('pathPattern', () => {
  it('makes one set of artifacts for each directory that matches, captures filled in', () => {
    const generator: GeneratorDefinition = {
      id: 'ArtifactGenerator/flux-system/apps',
      namespace: 'flux-system',
      name: 'apps',
      sources: [{ alias: 'repo', source: 'GitRepository/flux-system/repo' }],
      artifacts: [{ name: 'app-{app}', copy: [{ from: '@repo/apps/{app}/**', to: '@artifact/{app}/', exclude: [] }] }],
      pathPattern: '@repo/apps/{app}',
    };
    const tree = new MemoryTree({ 'apps/Web/a.yaml': '', 'apps/db/nested/b.yaml': '', 'other/c.yaml': '' });
    expect(expandedArtifacts(generator, tree, new Set(['repo']))).toEqual([
      { name: 'app-web', copy: [{ from: '@repo/apps/Web/**', to: '@artifact/Web/', exclude: [] }] },
      { name: 'app-db', copy: [{ from: '@repo/apps/db/**', to: '@artifact/db/', exclude: [] }] },
    ]);
  });
});
