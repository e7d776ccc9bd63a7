import { describe, expect, it } from 'vitest';
import { closureDigest } from '../../src/domain/closure-digest.ts';
import { KustomizationGraph } from '../../src/domain/kustomization-graph.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { MemoryTree } from '../support/memory-tree.ts';

const at = (path: string) => path as RelativePath;
const object = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const kustomization = (...resources: string[]) =>
  `resources:\n${resources.map((resource) => `- ${resource}\n`).join('')}`;
const component = (...resources: string[]) => `kind: Component\n${kustomization(...resources)}`;

function given(files: Readonly<Record<string, string>>, limits = {}) {
  const tree = new MemoryTree(files);
  const graph = new KustomizationGraph(tree, { limits: { ...DEFAULT_LIMITS, ...limits } });
  const closure = (directory: string, components: string[] = []) => graph.closure(at(directory), components.map(at));
  return {
    tree,
    graph,
    closure,
    problems: (directory: string) => closure(directory).problems.map((problem) => `${problem.kind} ${problem.message}`),
    digest: (directory: string) => closureDigest(closure(directory), tree),
    change(path: string, text: string | undefined) {
      if (text === undefined) tree.files.delete(path);
      else tree.files.set(path, text);
      graph.invalidate([at(path)]);
    },
  };
}

const shop = {
  'base/kustomization.yaml': kustomization('web.yaml'),
  'base/web.yaml': object('web'),
  'base/notes.txt': 'nobody reads this',
  'parts/tls/kustomization.yaml': component('cert.yaml'),
  'parts/tls/cert.yaml': object('cert'),
  'prod/kustomization.yaml': `${kustomization('../base', 'own.yaml')}components: [../parts/tls]\nconfigMapGenerator:\n- name: c\n  files: [settings=config/app.properties]\n`,
  'prod/own.yaml': object('own'),
  'prod/config/app.properties': 'a=b',
  'test/kustomization.yaml': kustomization('../base'),
};

describe('KustomizationGraph.closure', () => {
  it('holds every file of the kustomization and of all it includes, sorted', () => {
    const closure = given(shop).closure('prod');
    expect(closure).toMatchObject({
      directory: 'prod',
      files: [
        'base/kustomization.yaml',
        'base/web.yaml',
        'parts/tls/cert.yaml',
        'parts/tls/kustomization.yaml',
        'prod/config/app.properties',
        'prod/kustomization.yaml',
        'prod/own.yaml',
      ],
      kustomizations: ['base', 'parts/tls', 'prod'],
      remote: [],
      listings: [],
      problems: [],
    });
    expect(closure.absent).toContain('prod/kustomization.yml');
  });

  it('holds a base that is reached on two ways once', () => {
    const { closure } = given({
      'a/kustomization.yaml': kustomization('../b', '../c'),
      'b/kustomization.yaml': kustomization('../d'),
      'c/kustomization.yaml': kustomization('../d'),
      'd/kustomization.yml': kustomization('x.yaml'),
      'd/x.yaml': object('x'),
    });
    expect(closure('a').problems).toEqual([]);
    expect(closure('a').files).toEqual([
      'a/kustomization.yaml',
      'b/kustomization.yaml',
      'c/kustomization.yaml',
      'd/kustomization.yml',
      'd/x.yaml',
    ]);
  });

  it('reads generator and transformer documents, their paths counted from the kustomization that names them', () => {
    const { closure } = given({
      'a/kustomization.yaml': 'resources: [x.yaml]\ngenerators: [gens, g2.yaml]\ntransformers: [t.yaml]\n',
      'a/x.yaml': object('x'),
      'a/gens/kustomization.yaml': kustomization('g.yaml'),
      'a/gens/g.yaml': 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nfiles: [g.txt]\n',
      'a/g2.yaml': 'apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: s}\nfiles: [key=s.txt]\n',
      'a/t.yaml': 'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: p.yaml\n',
      'a/p.yaml': object('x'),
      'a/g.txt': '',
      'a/gens/g.txt': 'not this one',
      'a/s.txt': '',
    });
    expect(closure('a').problems).toEqual([]);
    expect(closure('a').files).toEqual(
      [
        'g.txt',
        'g2.yaml',
        'gens/g.yaml',
        'gens/kustomization.yaml',
        'kustomization.yaml',
        'p.yaml',
        's.txt',
        't.yaml',
        'x.yaml',
      ].map((file) => `a/${file}`),
    );
  });

  it('keeps remote entries as they are written; a local file of that name wins, a local directory does not', () => {
    const { closure } = given({
      'a/kustomization.yaml': kustomization(
        'https://host/x.yaml',
        'github.com/org/repo//dir?ref=v1',
        'github.com/org/file',
        'github.com/org/dir',
      ),
      'a/github.com/org/file': object('x'),
      'a/github.com/org/dir/kustomization.yaml': kustomization('y.yaml'),
    });
    expect(closure('a')).toMatchObject({
      files: ['a/github.com/org/file', 'a/kustomization.yaml'],
      remote: ['github.com/org/dir', 'github.com/org/repo//dir?ref=v1', 'https://host/x.yaml'],
      problems: [],
    });
  });

  it('names line and column of an entry whose file is missing, and still holds all the others', () => {
    const { closure, problems } = given({
      'a/kustomization.yaml': kustomization('gone.yaml', 'x.yaml'),
      'a/x.yaml': object('x'),
    });
    expect(problems('a')).toEqual([
      'missing a/kustomization.yaml:2:3: resources names gone.yaml: expected a file or directory at a/gone.yaml, found nothing',
    ]);
    expect(closure('a').files).toEqual(['a/kustomization.yaml', 'a/x.yaml']);
    expect(closure('a').absent).toContain('a/gone.yaml');
  });

  it.each([
    [
      'a path out of the root',
      { 'a/kustomization.yaml': kustomization('../../x') },
      ["outside-root a/kustomization.yaml:2:3: resources names ../../x, which lies outside of the source's root"],
    ],
    [
      'an absolute path',
      { 'a/kustomization.yaml': kustomization('/etc/x') },
      ["outside-root a/kustomization.yaml:2:3: resources names /etc/x, which lies outside of the source's root"],
    ],
    [
      'a directory without a kustomization file',
      { 'a/kustomization.yaml': kustomization('b'), 'a/b/x.yaml': object('x') },
      [
        'missing a/kustomization.yaml:2:3: expected one of kustomization.yaml, kustomization.yml, Kustomization in a/b, found none',
      ],
    ],
    [
      'two kustomization files',
      { 'a/kustomization.yaml': kustomization('x.yaml'), 'a/Kustomization': '', 'a/x.yaml': object('x') },
      ['parse expected one kustomization file in a, found a/kustomization.yaml and a/Kustomization'],
    ],
    [
      'a resource that is no Kubernetes object',
      { 'a/kustomization.yaml': kustomization('values.yaml'), 'a/values.yaml': 'replicas: 3\n' },
      ['parse a/values.yaml:1:1: expected a Kubernetes object, found a document without kind'],
    ],
    [
      'a resource without a name',
      { 'a/kustomization.yaml': kustomization('x.yaml'), 'a/x.yaml': 'kind: X\n---\nkind: Y\n' },
      ['parse a/x.yaml:1:1: expected a Kubernetes object, found a document without metadata.name'],
    ],
    [
      'a resource that does not parse',
      { 'a/kustomization.yaml': kustomization('x.yaml'), 'a/x.yaml': 'kind: [\n' },
      ['parse a/x.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'a component among the resources',
      {
        'a/kustomization.yaml': kustomization('../c'),
        'c/kustomization.yaml': component('x.yaml'),
        'c/x.yaml': object('x'),
      },
      ['parse a/kustomization.yaml:2:3: expected a Kustomization in c, found a Component'],
    ],
    [
      'a kustomization among the components',
      {
        'a/kustomization.yaml': 'components: [../c]\n',
        'c/kustomization.yaml': kustomization('x.yaml'),
        'c/x.yaml': object('x'),
      },
      ['parse a/kustomization.yaml:1:14: expected a Component in c, found a Kustomization'],
    ],
    ['a path that does not exist', {}, ['not-found a: expected a directory, found nothing']],
  ])('reports %s', (_, files, expected) => {
    expect(given(files).problems('a')).toEqual(expected);
  });

  it('reports a file that cannot be read, once, and keeps it in the closure', () => {
    const { tree, closure, problems } = given({
      'a/kustomization.yaml': kustomization('x.yaml'),
      'a/x.yaml': object('x'),
    });
    tree.unreadable.add('a/x.yaml');
    expect(problems('a')).toEqual(['unreadable a/x.yaml: cannot be read (EACCES)']);
    expect(closure('a').files).toContain('a/x.yaml');
  });

  it('says that a symlink never reaches the cluster', () => {
    const { tree, closure } = given({ 'a/kustomization.yaml': kustomization('x.yaml'), 'a/x.yaml': object('x') });
    tree.symlinks.add('a/x.yaml');
    expect(closure('a').problems).toMatchObject([
      { kind: 'missing', hint: 'Flux drops symbolic links: name the real file' },
    ]);
  });

  it('reports a closure over the limit with the name of the limit', () => {
    const { closure } = given(shop, { closureBytesMax: 100 });
    expect(closure('prod').problems).toMatchObject([
      { kind: 'limit', hint: 'raise the limit with --limit closureBytesMax=NUMBER' },
    ]);
  });

  it('names the largest files of a closure over the limit, the largest first', () => {
    const files = ['a', 'b', 'c', 'd'].map((name, index) => [`x/${name}.txt`, name.repeat(10 * (index + 1))]);
    const kustomize = 'configMapGenerator:\n- name: c\n  files: [a.txt, b.txt, c.txt, d.txt]\n';
    const { closure } = given(
      { 'x/kustomization.yaml': kustomize, ...Object.fromEntries(files) },
      { closureBytesMax: 99 },
    );
    const bytes = 100 + kustomize.length;
    expect(closure('x').problems[0]?.message).toBe(
      `x: its build reads ${bytes} bytes, at most 99 are allowed; the largest: x/kustomization.yaml (${kustomize.length} bytes), x/d.txt (40 bytes), x/c.txt (30 bytes)`,
    );
  });

  it('accepts lists of objects, empty documents and numeric names, as kustomize does', () => {
    const { problems } = given({
      'a/kustomization.yaml': kustomization('x.yaml'),
      'a/x.yaml': `---\n---\nkind: ConfigMap\nmetadata: {name: 12}\n---\nkind: ConfigMapList\nitems:\n- kind: ConfigMap\n  metadata: {name: x}\n`,
    });
    expect(problems('a')).toEqual([]);
  });
});

describe('include loops', () => {
  it('names the chain of a circle once', () => {
    const { problems } = given({
      'a/kustomization.yaml': kustomization('../b'),
      'b/kustomization.yaml': kustomization('../c'),
      'c/kustomization.yaml': kustomization('../b'),
    });
    expect(problems('a')).toEqual([
      'loop c/kustomization.yaml:2:3: the kustomization includes itself or a directory it lies in: b → c → b',
    ]);
  });

  it('counts a directory around an including one as a loop, as kustomize does', () => {
    const { problems } = given({
      'a/kustomization.yaml': kustomization('x.yaml'),
      'a/x.yaml': object('x'),
      'a/overlays/prod/kustomization.yaml': kustomization('../..'),
    });
    expect(problems('a/overlays/prod')).toEqual([
      'loop a/overlays/prod/kustomization.yaml:2:3: the kustomization includes itself or a directory it lies in: a/overlays/prod → a',
    ]);
    expect(problems('a')).toEqual([]);
  });

  it('finds a directory that includes itself, and one that is reached on two ways', () => {
    expect(given({ 'a/kustomization.yaml': kustomization('.') }).problems('a')).toEqual([
      'loop a/kustomization.yaml:2:3: the kustomization includes itself or a directory it lies in: a → a',
    ]);
    const { problems } = given({
      'r/kustomization.yaml': kustomization('../x', '../p/b'),
      'x/kustomization.yaml': kustomization('../p'),
      'p/kustomization.yaml': kustomization('m.yaml'),
      'p/m.yaml': object('m'),
      'p/b/kustomization.yaml': kustomization('../../x'),
    });
    expect(problems('r')).toEqual([
      'loop x/kustomization.yaml:2:3: the kustomization includes itself or a directory it lies in: p/b → x → p',
    ]);
  });
});

describe('a path without a kustomization file', () => {
  const files = {
    'cluster/a.yaml': object('a'),
    'cluster/deep/b.yml': object('b'),
    'cluster/deep/readme.md': '',
    'cluster/deep/c.json': '{}',
    'cluster/app/kustomization.yaml': kustomization('d.yaml'),
    'cluster/app/d.yaml': object('d'),
    'cluster/app/extra.yaml': 'not: listed\n',
  };

  it('takes every manifest below, a directory with a kustomization file as one resource', () => {
    const closure = given(files).closure('cluster');
    expect(closure.files).toEqual([
      'cluster/a.yaml',
      'cluster/app/d.yaml',
      'cluster/app/kustomization.yaml',
      'cluster/deep/b.yml',
    ]);
    expect(closure.listings).toEqual(['cluster', 'cluster/deep']);
    expect(closure.kustomizations).toEqual(['cluster/app']);
    expect(closure.problems).toEqual([]);
  });

  it('fails as a whole on a YAML file that is no Kubernetes object', () => {
    const { problems } = given({ ...files, 'cluster/deep/values.yaml': 'a: 1\n' });
    expect(problems('cluster')).toEqual([
      'parse cluster/deep/values.yaml:1:1: expected a Kubernetes object, found a document without kind',
    ]);
  });

  it('sees what appears in it, in a new directory too, and what vanishes', () => {
    const { closure, change } = given(files);
    closure('cluster');
    change('cluster/new/e.yaml', object('e'));
    expect(closure('cluster').files).toContain('cluster/new/e.yaml');
    change('cluster/a.yaml', undefined);
    expect(closure('cluster').files).not.toContain('cluster/a.yaml');
    change('cluster/deep/kustomization.yaml', kustomization('b.yml'));
    expect(closure('cluster').kustomizations).toEqual(['cluster/app', 'cluster/deep']);
    change('cluster/app/kustomization.yaml', undefined);
    expect(closure('cluster').files).toContain('cluster/app/extra.yaml');
  });

  it('adds the components of the Flux Kustomization; one that is missing counts by its absence', () => {
    const { closure, change } = given({
      ...files,
      'c/kustomization.yaml': component('x.yaml'),
      'c/x.yaml': object('x'),
    });
    expect(closure('cluster', ['c', 'gone'])).toMatchObject({ problems: [], absent: expect.arrayContaining(['gone']) });
    expect(closure('cluster', ['c', 'gone']).files).toContain('c/x.yaml');
    change('gone/kustomization.yaml', component('y.yaml'));
    change('gone/y.yaml', object('y'));
    expect(closure('cluster', ['c', 'gone']).files).toContain('gone/y.yaml');
    change('c/x.yaml', 'kind: [');
    expect(closure('cluster', ['c', 'gone']).problems).toHaveLength(1);
  });
});

describe('KustomizationGraph.invalidate', () => {
  it('leaves closures alone that do not rest on the change', () => {
    const { closure, change, tree } = given(shop);
    const before = { prod: closure('prod'), test: closure('test') };
    tree.reads = [];
    change('prod/own.yaml', object('other'));
    expect(closure('test')).toBe(before.test);
    expect(closure('prod')).not.toBe(before.prod);
    expect(tree.reads.sort()).toEqual(['prod/kustomization.yaml', 'prod/own.yaml']);
  });

  it('passes a change of a base on to all that include it', () => {
    const { closure, change } = given(shop);
    closure('prod');
    closure('test');
    change('base/web.yaml', 'kind: [');
    expect(closure('prod').problems).toHaveLength(1);
    expect(closure('test').problems).toHaveLength(1);
    change('base/web.yaml', object('web'));
    expect(closure('test').problems).toEqual([]);
  });

  it('sees a missing file, a missing directory and a missing path appear', () => {
    const { closure, change } = given({ 'a/kustomization.yaml': kustomization('x.yaml', '../b') });
    expect(closure('a').problems).toHaveLength(2);
    expect(closure('later').problems).toMatchObject([{ kind: 'not-found' }]);
    change('a/x.yaml', object('x'));
    change('b/kustomization.yaml', kustomization('y.yaml'));
    change('b/y.yaml', object('y'));
    change('later/z.yaml', object('z'));
    expect(closure('a').problems).toEqual([]);
    expect(closure('a').files).toContain('b/y.yaml');
    expect(closure('later').files).toEqual(['later/z.yaml']);
  });

  it('takes a directory for everything in it', () => {
    const { closure, tree, graph } = given(shop);
    closure('prod');
    for (const file of [...tree.files.keys()]) if (file.startsWith('base/')) tree.files.delete(file);
    graph.invalidate([at('base')]);
    expect(closure('prod').problems).toMatchObject([{ kind: 'missing', path: 'prod/kustomization.yaml', line: 2 }]);
    for (const [file, text] of Object.entries(shop)) tree.files.set(file, text);
    graph.invalidate([at('base')]);
    expect(closure('prod').problems).toEqual([]);
  });

  it('sees a directory turn into a file', () => {
    const { closure, tree, graph } = given({
      'a/kustomization.yaml': kustomization('x'),
      'a/x/kustomization.yaml': kustomization('y.yaml'),
      'a/x/y.yaml': object('y'),
    });
    expect(closure('a').kustomizations).toEqual(['a', 'a/x']);
    tree.files.delete('a/x/kustomization.yaml');
    tree.files.delete('a/x/y.yaml');
    tree.files.set('a/x', object('x'));
    graph.invalidate([at('a/x'), at('a/x/kustomization.yaml'), at('a/x/y.yaml')]);
    expect(closure('a')).toMatchObject({ files: ['a/kustomization.yaml', 'a/x'], problems: [] });
  });

  it('answers after any sequence of changes as a graph does that never knew anything else', () => {
    const contents = [
      undefined,
      object('x'),
      'kind: [',
      kustomization('x.yaml', '../b', '../c/d'),
      kustomization('.', '../a'),
      component('x.yaml'),
      'components: [../c/d]\n',
    ];
    const paths = ['a', 'b', 'c', 'c/d'].flatMap((directory) =>
      ['kustomization.yaml', 'x.yaml', 'kustomization.yml'].map((name) => `${directory}/${name}`),
    );
    const { tree, graph, change } = given({ 'a/kustomization.yaml': kustomization('../b') });
    let seed = 20_240_501;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let step = 0; step < 600; step += 1) {
      change(paths[random(paths.length)] ?? '', contents[random(contents.length)]);
      const fresh = new KustomizationGraph(tree, { limits: DEFAULT_LIMITS });
      for (const directory of ['.', 'a', 'b', 'c', 'c/d'].map(at)) {
        const components = random(2) === 0 ? [] : [at('c/d')];
        expect(graph.closure(directory, components), `step ${step}, ${directory}`).toEqual(
          fresh.closure(directory, components),
        );
      }
      expect(graph.kustomizationDirectories()).toEqual(fresh.kustomizationDirectories());
      expect(graph.readers(at('c/d/x.yaml'))).toEqual(fresh.readers(at('c/d/x.yaml')));
    }
  });
});

describe('KustomizationGraph.readers', () => {
  it('names every directory whose build reads the file, through others too', () => {
    const { graph } = given(shop);
    expect(graph.readers(at('base/web.yaml'))).toEqual(['base', 'prod', 'test']);
    expect(graph.readers(at('prod/config/app.properties'))).toEqual(['prod']);
    expect(graph.readers(at('base/notes.txt'))).toEqual([]);
  });

  it('lists the directories with a kustomization file', () => {
    const { graph } = given(shop);
    expect(graph.kustomizationDirectories()).toEqual(['base', 'parts/tls', 'prod', 'test']);
    expect(graph.kustomizationDirectories(at('parts'))).toEqual(['parts/tls']);
  });
});

describe('closureDigest', () => {
  it('changes with the content of a file in the closure and comes back with it', () => {
    const { digest, change } = given(shop);
    const before = { prod: digest('prod'), test: digest('test') };
    change('prod/own.yaml', object('other'));
    expect(digest('prod')).not.toBe(before.prod);
    expect(digest('test')).toBe(before.test);
    change('prod/own.yaml', object('own'));
    expect(digest('prod')).toBe(before.prod);
  });

  it('does not move for a file that no build reads', () => {
    const { digest, change } = given(shop);
    const before = digest('prod');
    change('base/notes.txt', 'something else');
    expect(digest('prod')).toBe(before);
  });

  it('moves when a missing file appears', () => {
    const { digest, change } = given({ 'a/kustomization.yaml': kustomization('x.yaml') });
    const before = digest('a');
    change('a/x.yaml', '');
    expect(digest('a')).not.toBe(before);
  });
});
