import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { type RelativePath, ROOT } from '../../src/domain/paths.ts';
import { DiskTree, type DiskTreeOptions } from '../../src/streams/disk-tree.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function given(files: Readonly<Record<string, string>>, options: DiskTreeOptions = {}) {
  const outside = mkdtempSync(join(tmpdir(), 'disk-tree-'));
  directories.push(outside);
  const root = join(outside, 'root');
  mkdirSync(root);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const tree = new DiskTree(root, options);
  return {
    root,
    outside,
    write,
    tree,
    text: (path: string) => {
      const bytes = tree.read(at(path));
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    async swept() {
      const found: string[] = [];
      for await (const path of tree.sweep()) found.push(path);
      return found.sort();
    },
    know() {
      const visit = (directory: RelativePath): void => {
        for (const { name, kind } of tree.list(directory) ?? []) {
          const path = at(directory === ROOT ? name : `${directory}/${name}`);
          if (kind === 'directory') visit(path);
          else if (kind === 'file') tree.facts(path);
        }
      };
      visit(ROOT);
    },
  };
}

const at = (path: string) => path as RelativePath;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('DiskTree', () => {
  it('lists, reads and digests what is below the root', () => {
    const { tree, text, root } = given({ 'b/x.yaml': 'x', 'a.yaml': '', '.git/HEAD': 'ref', 'b/.git': 'gitdir: …' });
    chmodSync(join(root, 'b/x.yaml'), 0o700);
    expect(tree.list(ROOT)).toEqual([
      { name: 'a.yaml', kind: 'file' },
      { name: 'b', kind: 'directory' },
    ]);
    expect(tree.list(at('b'))).toEqual([{ name: 'x.yaml', kind: 'file' }]);
    expect(text('b/x.yaml')).toBe('x');
    expect(tree.facts(at('b/x.yaml'))).toEqual({ digest: sha256('x'), mode: 0o755, bytes: 1 });
    expect(tree.facts(at('a.yaml'))).toEqual({ digest: sha256(''), mode: 0o644, bytes: 0 });
    expect(
      [ROOT, 'b', 'a.yaml', 'b/x.yaml', 'c', 'a.yaml/x', '.git', '.git/HEAD'].map((path) => tree.kindOf(at(path))),
    ).toEqual(['directory', 'directory', 'file', 'file', undefined, undefined, undefined, undefined]);
    expect([
      tree.list(at('a.yaml')),
      tree.list(at('c')),
      tree.read(at('c')),
      tree.read(at('b')),
      tree.facts(at('c')),
    ]).toEqual(Array(5).fill(undefined));
  });

  it('answers from memory until it is told of a change', () => {
    const { tree, write } = given({ 'a/x.yaml': 'one' });
    tree.facts(at('a/x.yaml'));
    write('a/x.yaml', 'two');
    write('a/b/c/y.yaml', 'y');
    expect(tree.facts(at('a/x.yaml'))?.digest).toBe(sha256('one'));
    expect(tree.kindOf(at('a/b/c/y.yaml'))).toBeUndefined();
    tree.invalidate([at('a/x.yaml'), at('a/b/c/y.yaml')]);
    expect(tree.facts(at('a/x.yaml'))?.digest).toBe(sha256('two'));
    expect(tree.facts(at('a/b/c/y.yaml'))?.digest).toBe(sha256('y'));
  });

  it('forgets all below a directory that it is told of', () => {
    const { tree, root, know } = given({ 'a/b/x.yaml': 'x', 'a/y.yaml': 'y' });
    know();
    renameSync(join(root, 'a'), join(root, 'z'));
    tree.invalidate([at('a'), at('z')]);
    expect([
      tree.kindOf(at('a')),
      tree.kindOf(at('a/b/x.yaml')),
      tree.facts(at('a/y.yaml')),
      tree.kindOf(at('z/b/x.yaml')),
    ]).toEqual([undefined, undefined, undefined, 'file']);
  });

  it('does not follow a symlink, neither to a file nor through a directory', () => {
    const { tree, root } = given({ 'real/x.yaml': 'x' });
    symlinkSync('real', join(root, 'link'));
    symlinkSync('real/x.yaml', join(root, 'x.yaml'));
    expect([
      tree.kindOf(at('link')),
      tree.kindOf(at('x.yaml')),
      tree.kindOf(at('link/x.yaml')),
      tree.read(at('x.yaml')),
      tree.list(at('link')),
    ]).toEqual(['symlink', 'symlink', undefined, undefined, undefined]);
  });

  it('follows symlinks where it is told to, but never out of the root nor in circles', () => {
    const { tree, root, outside, text } = given({ 'real/x.yaml': 'x' }, { followSymlinks: true });
    writeFileSync(join(outside, 'secret'), 'secret');
    symlinkSync('real', join(root, 'link'));
    symlinkSync('real/x.yaml', join(root, 'x.yaml'));
    symlinkSync('../secret', join(root, 'out'));
    symlinkSync('..', join(root, 'real/up'));
    symlinkSync('nowhere', join(root, 'dangling'));
    expect([text('x.yaml'), text('link/x.yaml'), tree.realPath(at('link'))]).toEqual(['x', 'x', 'real']);
    expect(['out', 'real/up', 'dangling'].map((path) => tree.kindOf(at(path)))).toEqual([
      'symlink',
      'symlink',
      'symlink',
    ]);
    expect([text('out'), tree.realPath(at('out'))]).toEqual([undefined, undefined]);
  });

  it.skipIf(process.getuid?.() === 0)('names the file that it has no permission to read', () => {
    const { tree, root } = given({ 'a/x.yaml': 'x' });
    chmodSync(join(root, 'a/x.yaml'), 0);
    expect(() => tree.read(at('a/x.yaml'))).toThrow('a/x.yaml: cannot be read (EACCES)');
    chmodSync(join(root, 'a'), 0);
    tree.invalidate([at('a')]);
    expect(() => tree.list(at('a'))).toThrow('a: cannot be read (EACCES)');
    chmodSync(join(root, 'a'), 0o755);
  });

  it('refuses a file over the limit unread, and a tree over the limit, naming the limit', () => {
    const { tree } = given(
      { 'big.bin': 'x'.repeat(20), 'b.yaml': '' },
      { limits: { ...DEFAULT_LIMITS, closureBytesMax: 10 } },
    );
    expect(() => tree.facts(at('big.bin'))).toThrow('big.bin: larger than the limit closureBytesMax');
    const { tree: small } = given({ a: '', b: '', c: '' }, { limits: { ...DEFAULT_LIMITS, treeFilesMax: 2 } });
    expect(() => small.list(ROOT)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/at most 2 files and directories, found 3 /),
        hint: expect.stringContaining('--limit treeFilesMax=4'),
      }),
    );
  });

  it('throws for a root that does not exist', () => {
    expect(() => new DiskTree('/does/not/exist')).toThrow('ENOENT');
  });
});

describe('DiskTree.sweep', () => {
  it('finds a root that was gone when it was last looked at', async () => {
    const { tree, root, outside, swept, know } = given({ 'a.yaml': 'one' });
    know();
    renameSync(root, join(outside, 'aside'));
    const gone = await swept();
    expect(gone).toContain('a.yaml');
    tree.invalidate(gone.map(at));
    know();
    expect(await swept()).toEqual([]);
    renameSync(join(outside, 'aside'), root);
    expect(await swept()).toEqual([ROOT]);
    tree.invalidate([ROOT]);
    know();
    expect(await swept()).toEqual([]);
  });

  it('finds nothing where nothing changed, at once and later', async () => {
    const { swept, know } = given({ 'a/x.yaml': 'x', 'b.yaml': 'b' });
    know();
    expect(await swept()).toEqual([]);
    expect(await swept()).toEqual([]);
  });

  it('finds what was written, created, deleted and renamed without an event, until it is told to forget it', async () => {
    const { swept, know, write, root, tree } = given({
      'a/x.yaml': 'x',
      'a/gone.yaml': 'g',
      'a/same.yaml': 's',
      'd/e/f.yaml': 'f',
    });
    know();
    write('a/x.yaml', 'xx');
    write('a/new.yaml', 'n');
    write('new/deep/y.yaml', 'y');
    rmSync(join(root, 'a/gone.yaml'));
    renameSync(join(root, 'd'), join(root, 'r'));
    const expected = [
      'a/gone.yaml',
      'a/new.yaml',
      'a/x.yaml',
      'd',
      'd/e',
      'd/e/f.yaml',
      'new',
      'new/deep',
      'new/deep/y.yaml',
      'r',
      'r/e',
      'r/e/f.yaml',
    ];
    expect(await swept()).toEqual(expected);
    expect(await swept()).toEqual(expected);
    tree.invalidate(expected.map(at));
    know();
    expect(await swept()).toEqual([]);
    expect(tree.facts(at('r/e/f.yaml'))?.digest).toBe(sha256('f'));
  });

  it('finds the second of two saves of one size within one tick of the clock', async () => {
    const { swept, write, tree } = given({});
    for (let round = 0; round < 40; round += 1) {
      const path = `x${round}.yaml`;
      write(path, 'one');
      tree.invalidate([at(path)]);
      expect(tree.facts(at(path))?.digest).toBe(sha256('one'));
      write(path, 'two');
      expect(await swept(), `round ${round}`).toEqual([path]);
      tree.invalidate([at(path)]);
    }
  });

  it('finds a change of the mode', async () => {
    const { swept, know, root } = given({ 'x.sh': 'x' });
    know();
    chmodSync(join(root, 'x.sh'), 0o755);
    expect(await swept()).toEqual(['x.sh']);
  });

  it('finds a change of a file that was only ever seen in a listing', async () => {
    const { swept, tree, write } = given({ 'x.md': 'x' });
    tree.list(ROOT);
    await swept();
    write('x.md', 'longer');
    expect(await swept()).toEqual(['x.md']);
  });

  it('names everything known once the root is gone', async () => {
    const { swept, know, root } = given({ 'a/x.yaml': 'x' });
    know();
    rmSync(root, { recursive: true });
    expect(await swept()).toEqual(['.', 'a', 'a/x.yaml']);
  });

  it('gives way to the event loop while it works', async () => {
    const { swept, know } = given(
      Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`d${index % 30}/f${index}.yaml`, 'x'])),
    );
    know();
    let turns = 0;
    const turn = () => {
      turns += 1;
      handle = setImmediate(turn);
    };
    let handle = setImmediate(turn);
    expect(await swept()).toEqual([]);
    clearImmediate(handle);
    expect(turns).toBeGreaterThan(1);
  });
});
