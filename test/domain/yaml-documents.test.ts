import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { parsePlainYaml } from '../../src/domain/plain-yaml.ts';
import { parseYamlDocuments, parseYamlNodes } from '../../src/domain/yaml-documents.ts';
import { plainValue } from '../../src/domain/yaml-node.ts';

const path = 'apps/deployment.yaml' as RelativePath;
const parse = (text: string | Uint8Array, limits = {}) =>
  parseYamlDocuments(text, path, { ...DEFAULT_LIMITS, ...limits });

describe('parseYamlDocuments', () => {
  it('reads every document of a stream and leaves the empty ones out', () => {
    expect(parse('---\n---\na: 1\n---\n# nothing\n---\n- x\n').documents).toEqual([{ a: 1 }, ['x']]);
    expect(parse('').documents).toEqual([]);
    expect(parse('---\n').documents).toEqual([]);
    expect(parse('# only a comment\n').problems).toEqual([]);
  });

  it('reads the same bytes the same way again, by the limits and for the purpose of then', () => {
    const bytes = new TextEncoder().encode('a: 1\na: 2\n---\nb: 3\n');
    const lastWins = () => parseYamlNodes(bytes, path, DEFAULT_LIMITS, { duplicateKeys: 'last-wins' });
    const first = lastWins();
    expect(first.nodes.map(plainValue)).toEqual([{ a: 2 }, { b: 3 }]);
    first.nodes.pop();
    expect(lastWins().nodes.map(plainValue)).toEqual([{ a: 2 }, { b: 3 }]);
    expect(parseYamlNodes(bytes, path, DEFAULT_LIMITS).problems[0]?.message).toContain('given twice');
    const fewer = { ...DEFAULT_LIMITS, yamlDocumentsMax: 1 };
    expect(parseYamlNodes(bytes, path, fewer, { duplicateKeys: 'last-wins' }).problems[0]?.kind).toBe('limit');
    expect(lastWins().problems).toEqual([]);
  });

  it('resolves aliases and merge keys, own keys before merged ones', () => {
    expect(parse('a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\ne: *x\n').documents).toEqual([
      { a: { b: 1, c: 2 }, d: { c: 3, b: 1 }, e: { b: 1, c: 2 } },
    ]);
  });

  it('reads a text with a byte-order mark, carriage returns or in UTF-16', () => {
    expect(parse('\ufeffa: b\r\n').documents).toEqual([{ a: 'b' }]);
    expect(parse(new TextEncoder().encode('\ufeffa: b\n')).documents).toEqual([{ a: 'b' }]);
    expect(parse(new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x20, 0, 0x62, 0])).documents).toEqual([{ a: 'b' }]);
  });

  it('names file, line and column of what is broken', () => {
    const [problem] = parse('a: 1\nb: [1, 2\nc: 3\n').problems;
    expect(problem).toMatchObject({ kind: 'parse', path, line: 3 });
    expect(problem?.message).toMatch(/^apps\/deployment\.yaml:3:\d+: /);
  });

  it('refuses a key that is given twice, naming the second place', () => {
    expect(parse('a: 1\nb:\n  c: 1\n  c: 2\n').problems).toEqual([
      {
        kind: 'parse',
        path,
        line: 4,
        column: 3,
        message: 'apps/deployment.yaml:4:3: the same key is given twice in one map',
      },
    ]);
  });

  it('lets the last of two equal keys count where that is asked for, as kustomize does in a kustomization file', () => {
    const { nodes } = parseYamlNodes('a: 1\na: 2\n', path, DEFAULT_LIMITS, { duplicateKeys: 'last-wins' });
    expect(nodes.map(plainValue)).toEqual([{ a: 2 }]);
  });

  it('names the line of a byte that is not UTF-8', () => {
    expect(parse(new Uint8Array([0x61, 0x3a, 0x20, 0x62, 0x0a, 0x63, 0xff])).problems[0]).toMatchObject({
      line: 2,
      column: 2,
    });
  });

  it('stops at each limit and says which one it is', () => {
    expect(parse('a: bcd\n', { yamlBytesMax: 4 }).problems[0]).toMatchObject({
      kind: 'limit',
      hint: expect.stringContaining('yamlBytesMax'),
    });
    expect(parse('a: 1\n---\nb: 1\n', { yamlDocumentsMax: 1 }).problems[0]).toMatchObject({ kind: 'limit' });
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`;
    expect(parse(bomb).problems[0]).toMatchObject({ kind: 'limit', hint: expect.stringContaining('yamlAliasesMax') });
  });

  it.each([
    ['an alias inside its own anchor', 'a: &a [*a]\n'],
    ['an alias without an anchor', 'a: *nowhere\n'],
    ['a tab as indent', 'a:\n\tb: 1\n'],
    ['nesting without end', '['.repeat(100_000)],
    ['a merge of a scalar', '<<: 1\n'],
  ])('reports %s and throws nothing', (_, text) => {
    expect(parse(text).problems).toHaveLength(1);
    expect(parse(text).documents).toEqual([]);
  });

  it('keeps __proto__ as data', () => {
    const [document] = parse('{"__proto__": {"polluted": true}}').documents;
    expect(Object.keys(document as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('parsePlainYaml', () => {
  const manifest = [
    'apiVersion: apps/v1 # why',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    '  labels: {}',
    'spec:',
    '  replicas: 3',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: web',
    "        image: 'nginx:1.27'",
    '        args: [--flag, "a b", x]',
    '        command:',
    '          - sh',
    '          - -c',
    '      volumes: []',
    '---',
    'kind: ConfigMap',
    'data:',
    '  config.yaml: |',
    '    a: 1',
    '',
    '    # no comment',
    '  empty: ""',
    '  nothing:',
    '',
  ].join('\n');

  it('reads a usual manifest without the full parser, with the places of its values', () => {
    const documents = parsePlainYaml(manifest);
    expect(documents?.map(plainValue)).toEqual(parseAllDocuments(manifest).map((document) => document.toJS()));
    expect(documents?.[0]).toMatchObject({
      entries: [{}, { key: 'kind', line: 2, column: 1, value: { line: 2, column: 7 } }, {}, {}],
    });
  });

  it('never accepts what the full parser refuses, and never reads it differently', () => {
    const indent = fc.constantFrom('', '', '  ', '    ', ' ', '   ', '- ', '  - ', '    - ', '- - ');
    const key = fc.constantFrom('', 'a: ', 'b: ', 'c.d/e: ', 'name:', 'x:  ', '"q": ', 'a b: ', 'kind:');
    const value = fc.constantFrom(
      '',
      '',
      'x',
      'y z',
      '1',
      '-1',
      '1.5',
      '0x1',
      '007',
      '~',
      'null',
      'true',
      'no',
      "'q'",
      "'it''s'",
      '"d"',
      '"e\\n"',
      '[a, b]',
      '[]',
      '{}',
      '{a: 1}',
      '[a, [b]]',
      '|',
      '|-',
      '>',
      '>-',
      '|+',
      '|2',
      '# c',
      'x # c',
      'x#c',
      'a: b',
      'a:',
      '*x',
      '&x y',
      '!t x',
      '-',
      '- a',
      '-c',
      '?',
      ':x',
      'http://x:80/y',
      '@x',
      '%x',
      '...',
      '---',
      '--- x',
      'x  ',
      '.5',
      '.inf',
      '+1',
      '1e3',
      '1_0',
      '2024-01-01',
      '[a,b]',
      '["a", \'b\',]',
      'é',
    );
    const line = fc.tuple(indent, key, value).map((parts) => parts.join(''));
    const text = fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.boolean())
      .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));
    let accepted = 0;
    fc.assert(
      fc.property(text, (yaml) => {
        const plain = parsePlainYaml(yaml);
        if (plain === undefined) return;
        accepted += 1;
        const documents = parseAllDocuments(yaml, { logLevel: 'silent' });
        expect(documents.flatMap((document) => document.errors)).toEqual([]);
        expect(plain.map(plainValue)).toEqual(
          documents.map((document) => document.toJS()).filter((value) => value !== null),
        );
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
