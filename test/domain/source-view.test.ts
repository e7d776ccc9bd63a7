import { describe, expect, it } from 'vitest';
import type { RelativePath } from '../../src/domain/paths.ts';
import { sourceView, unreadableByBuilds } from '../../src/domain/source-view.ts';
import { MemoryTree } from '../support/memory-tree.ts';

const at = (path: string) => path as RelativePath;

function given(files: Readonly<Record<string, string>>, ignore?: string) {
  const tree = new MemoryTree(files);
  const view = sourceView({ tree, ignore, kind: 'OCIRepository' });
  return {
    tree,
    view,
    includes: (path: string) => view.includes(at(path)).included,
    rule: (path: string) => view.includes(at(path)).rule,
  };
}

describe('sourceView', () => {
  it('excludes by default what source-controller does, and says by which pattern', () => {
    const { includes, rule } = given({});
    for (const path of [
      'a/logo.png',
      'x.tar.gz',
      '.github/w.yaml',
      'a/.github/w.yaml',
      '.gitignore',
      'a/.sops.yaml',
      'a/appveyor.yml',
      '.git/config',
    ]) {
      expect(includes(path), path).toBe(false);
    }
    for (const path of ['a/b.yaml', 'README.md', '.githubx/w.yaml', 'a/github', '.sourceignore'])
      expect(includes(path), path).toBe(true);
    expect(rule('a/logo.png')).toBe('*.png (default exclusions)');
  });

  it('lets spec.ignore replace the default exclusions, but for those of version control', () => {
    const { includes, rule } = given({}, '# only docs\n\ndocs/\n');
    expect(['a/logo.png', 'docs/x.yaml', 'a/docs/x.yaml', 'docs', '.gitmodules'].map(includes)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(rule('docs/x.yaml')).toBe('docs/ (spec.ignore:3)');
  });

  it('reads nested .sourceignore files, each from its own directory, spec.ignore last', () => {
    const files = { '.sourceignore': '*.txt\n', 'a/.sourceignore': '/only-here.yaml\n!keep.txt\n' };
    const { includes, rule } = given(files, '!b/*.txt\r\n');
    expect(
      ['x.txt', 'a/keep.txt', 'keep.txt', 'a/only-here.yaml', 'a/c/only-here.yaml', 'b/x.txt', 'b/c/x.txt'].map(
        includes,
      ),
    ).toEqual([false, true, false, false, true, true, false]);
    expect(rule('a/only-here.yaml')).toBe('/only-here.yaml (a/.sourceignore:1)');
  });

  it('brings back what lies in an excluded directory, which gitignore itself does not', () => {
    const { includes } = given({ '.sourceignore': '/*\n!/apps/\n!/clusters/\n' });
    expect(['apps/a/b.yaml', 'clusters/x.yaml', 'README.md', 'other/x.yaml', 'apps'].map(includes)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['**/x.yaml', 'a/b/x.yaml', true],
    ['a/**/x.yaml', 'a/x.yaml', true],
    ['a/**', 'a/b/c', true],
    ['a/*/x.yaml', 'a/b/c/x.yaml', false],
    ['a?c', 'abc', true],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[a', '[a', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a.b', 'axb', false],
    ['trailing   ', 'trailing', true],
  ])('matches the pattern %s against %s: %s', (pattern, path, excluded) => {
    expect(given({}, pattern).includes(path)).toBe(!excluded);
  });

  it('never includes a symlink', () => {
    const { tree, includes, rule } = given({ 'a.yaml': '' });
    tree.symlinks.add('a.yaml');
    expect(includes('a.yaml')).toBe(false);
    expect(rule('a.yaml')).toContain('symbolic links');
  });

  it('reads a .sourceignore again once it changed, appeared or vanished', () => {
    const { tree, view, includes } = given({ 'a/x.yaml': '' });
    expect(includes('a/x.yaml')).toBe(true);
    tree.files.set('a/.sourceignore', 'x.yaml');
    view.invalidate([at('a/.sourceignore')]);
    expect(includes('a/x.yaml')).toBe(false);
    tree.files.delete('a/.sourceignore');
    view.invalidate([at('a')]);
    expect(includes('a/x.yaml')).toBe(true);
  });
});

describe('unreadableByBuilds', () => {
  it.each([
    'README.md',
    'a/LICENSE',
    'LICENSE.txt',
    'a/logo.svg',
    '.vscode/settings.yaml',
    'a/4913',
    'a/.x.yaml.swp',
    'x.yaml~',
    'a/.#x.yaml',
    '#x.yaml#',
  ])('knows that no build reads %s', (path) => expect(unreadableByBuilds(at(path))).toBeTypeOf('string'));

  it.each(['a/x.yaml', 'a/.env', 'app.properties', '14913', 'a.md/x.yaml.j2'.replace('a.md', 'amd')])(
    'says nothing of %s',
    (path) => expect(unreadableByBuilds(at(path))).toBeUndefined(),
  );

  it('takes the list of the user instead', () => {
    expect(unreadableByBuilds(at('README.md'), ['*.txt'])).toBeUndefined();
    expect(unreadableByBuilds(at('a/b.txt'), ['*.txt'])).toBe('*.txt');
  });
});
